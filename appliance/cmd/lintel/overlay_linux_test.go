package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// builtIn are the changes that the tests make to the program: a file put into a
// room, and what calls it there. The tree stays as it is.
var builtIn = [...]struct{ room, file, from, to string }{
	{"kiosk", "kiosk.go", "func (k *Kiosk) publish(step screening.Step) {\n", "func (k *Kiosk) publish(step screening.Step) {\n\tleak(k, step)\n"},
	{"counts", "store.go", "c.Now = time.Now\n", "c.Now = clock()\n"},
	{"counts", "store.go", "\ts.pending[o-Pass].Add(1)\n", "\twitness(\"add\", o)\n\ts.pending[o-Pass].Add(1)\n"},
	{"counts", "write.go", "\t\terr = s.commit(ctx)\n", "\t\twitness(\"writing\", s.batch)\n\t\terr = s.commit(ctx)\n"},
	{"counts", "write.go", "\t\ts.batch, s.unsure = tally{}, false\n", "\t\twitness(\"kept\", s.batch)\n\t\ts.batch, s.unsure = tally{}, false\n"},
}

// altered is the program with testdata/builtin in it. Without the words LEAK,
// WITNESS and CLOCK in its environment it does what the program does.
var altered = sync.OnceValues(func() (string, error) {
	dir := os.Getenv(programDir)
	sources, put := map[string]string{}, map[string]string{}
	for _, b := range builtIn {
		path, err := filepath.Abs(filepath.Join("..", "..", b.room, b.file))
		if err != nil {
			return "", err
		}
		if sources[path] == "" {
			source, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			sources[path] = string(source)
		}
		if strings.Count(sources[path], b.from) != 1 {
			return "", fmt.Errorf("%s has not one %q to change", path, b.from)
		}
		sources[path] = strings.Replace(sources[path], b.from, b.to, 1)
	}
	for path, source := range sources {
		put[path] = filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(put[path], []byte(source), 0o600); err != nil {
			return "", err
		}
	}
	for room, name := range map[string]string{"kiosk": "leak.go", "counts": "witness.go"} {
		from, err := filepath.Abs(filepath.Join("testdata", "builtin", name+".txt"))
		if err != nil {
			return "", err
		}
		to, err := filepath.Abs(filepath.Join("..", "..", room, name))
		if err != nil {
			return "", err
		}
		put[to] = from
	}
	overlay, err := json.Marshal(map[string]any{"Replace": put})
	if err != nil {
		return "", err
	}
	list, path := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "altered")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-overlay", list, "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})
