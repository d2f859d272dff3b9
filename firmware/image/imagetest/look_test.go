package imagetest

import (
	"bufio"
	"fmt"
	"os"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	disk := newDisk(t, site)
	m := boot(t, disk)
	m.awaitUp()
	fmt.Printf("%5.1fs up\n", time.Since(m.began).Seconds())
	done := 0
	for {
		f, _ := os.Open("/work/scratch/image/cmds")
		in := bufio.NewScanner(f)
		n := 0
		for in.Scan() {
			n++
			if n <= done {
				continue
			}
			done = n
			if in.Text() == "quit" {
				return
			}
			if in.Text() == "shot" {
				a, b := m.ground(t)
				m.keep("look")
				fmt.Println(a, b)
				continue
			}
			out, status := m.try(in.Text())
			fmt.Printf("%5.1fs $ %s [%d]\n%s\n", time.Since(m.began).Seconds(), in.Text(), status, out)
		}
		f.Close()
		time.Sleep(200 * time.Millisecond)
	}
}
