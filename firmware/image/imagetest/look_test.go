package imagetest

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	disk := newDisk(t, site)
	dir := t.TempDir()
	for _, f := range []string{"vmlinuz", "initrd", "slot.cfg"} {
		sh(t, "mcopy", "-n", "-i", fmt.Sprintf("%s@@%d", disk, bootAAt), "::"+f, dir+"/"+f)
	}
	text, _ := os.ReadFile(dir + "/slot.cfg")
	f := strings.Fields(strings.ReplaceAll(string(text), "=", " "))
	m := boot(t, disk, "-kernel", dir+"/vmlinuz", "-initrd", dir+"/initrd", "-append", "rauc.slot=A lintel.roothash="+f[2]+" lintel.hashoffset="+f[5]+" ro quiet loglevel=3 panic=10 systemd.gpt_auto=no systemd.show_status=0 vt.global_cursor_default=0 console="+console(t))
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
