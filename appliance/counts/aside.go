package counts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxAside is how many damaged files may lie beside the counts: a disk that
// damages one file after the other shall not be filled with them.
const maxAside = 9

// setAside renames a damaged file with its log, so that a new one can begin and
// whoever wants to can look at the old one.
func setAside(path string) error {
	for n := 1; n <= maxAside; n++ {
		to := fmt.Sprintf("%s.damaged-%d", path, n)
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for _, end := range []string{"-wal", "-shm"} {
			if err := os.Rename(path+end, to+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("cannot set the damaged counts aside: %w", err)
			}
		}
		if err := os.Rename(path, to); err != nil {
			return fmt.Errorf("cannot set the damaged counts aside: %w", err)
		}
		return nil
	}
	return fmt.Errorf("cannot set the damaged counts aside: %d such files lie in %s already; look at its disk, then move them away", maxAside, filepath.Dir(path))
}

// damagedFiles lists what was set aside.
func damagedFiles(path string) []string {
	files, _ := filepath.Glob(path + ".damaged-[0-9]")
	return files
}

// SetAside lists the damaged files that lie beside the counts in dir.
func SetAside(dir string) []string { return damagedFiles(filepath.Join(dir, FileName)) }
