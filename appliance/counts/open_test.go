package counts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSchema is the whole of what the file can hold: integers in five tables.
func TestSchema(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	rows, err := s.db.Query("SELECT t.name, t.strict, c.name, c.type FROM pragma_table_list AS t, pragma_table_info(t.name) AS c WHERE t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[string]string{}
	for rows.Next() {
		var table, column, kind string
		var strict bool
		if err := rows.Scan(&table, &strict, &column, &kind); err != nil {
			t.Fatal(err)
		}
		if !strict || kind != "INTEGER" {
			t.Errorf("%s.%s is %s (strict: %v)", table, column, kind, strict)
		}
		got[table] += column + " "
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"hours":    "hour pass refer unmeasured turn cleared confirmed not_done ",
		"days":     "day pass refer unmeasured cleared confirmed not_done settled turn ",
		"undated":  "id pass refer unmeasured cleared confirmed not_done turn ",
		"spans":    "outcome whole first beyond shown ",
		"writings": "id serial ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	var others int
	if err := s.db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE type != 'table'").Scan(&others); err != nil || others != 0 {
		t.Errorf("%d objects that are no tables, %v", others, err)
	}
}

func TestSettingsOfTheConnection(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	for pragma, want := range map[string]string{
		"secure_delete": "1", "journal_mode": "wal", "user_version": "3", "application_id": "1280201804", "busy_timeout": "5000",
	} {
		var got string
		if err := s.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func TestRefusesWhatIsNoTally(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	for _, values := range []string{"-1, 0, 0, 0, 0", "1, -1, 0, 0, 0", "1, 'x', 0, 0, 0", "1, 0.5, 0, 0, 0", "1, NULL, 0, 0, 0", "1, 0, 0, 0, 2"} {
		if _, err := s.db.Exec("INSERT INTO hours (hour, pass, refer, unmeasured, turn) VALUES (" + values + ")"); err == nil {
			t.Errorf("the table took %s", values)
		}
	}
}

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b c?d%20#")
	s := open(t, Config{Dir: dir})
	write(t, s)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 || files[0].Name() != FileName {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, FileName), 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, Config{Dir: dir})
	if info, err := os.Stat(filepath.Join(dir, FileName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("an open file stays open: %v, %v", info.Mode(), err)
	}
}

func sqliteFile(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

// TestRefusedFilesStayAsTheyAre opens files that are not ours to change.
func TestRefusedFilesStayAsTheyAre(t *testing.T) {
	good := func(t *testing.T, path string) {
		s := open(t, Config{Dir: filepath.Dir(path)})
		write(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	overwrite := func(at int64, text string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			good(t, path)
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteAt([]byte(text), at); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		make func(*testing.T, string)
		want error
	}{
		"short text": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		"long text": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("hello ", 3000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		"header overwritten": {overwrite(0, "this is no header"), ErrDamaged},
		"page overwritten":   {overwrite(4096, strings.Repeat("x", 4096)), ErrDamaged},
		"cut": {func(t *testing.T, path string) {
			good(t, path)
			if err := os.Truncate(path, 4096); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		"another program's": {func(t *testing.T, path string) {
			sqliteFile(t, path, "CREATE TABLE songs (name TEXT)")
		}, ErrForeign},
		"newer": {func(t *testing.T, path string) {
			good(t, path)
			sqliteFile(t, path, "PRAGMA user_version = 4")
		}, ErrNewerSchema},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), FileName)
			c.make(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, readOnly := range []bool{true, false} {
				if errors.Is(c.want, ErrDamaged) && !readOnly {
					wantSetAside(t, path, string(before))
					return
				}
				s, err := Open(context.Background(), Config{Dir: filepath.Dir(path), ReadOnly: readOnly})
				if s != nil || !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("Open = %v, %v; want %v with the path", s, err, c.want)
				}
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(before) {
				t.Errorf("the refused file was changed (%v)", err)
			}
		})
	}
}

// wantSetAside opens the store in place of a damaged file.
func wantSetAside(t *testing.T, path, content string) {
	t.Helper()
	s := open(t, Config{Dir: filepath.Dir(path)})
	add(t, s, Pass)
	write(t, s)
	if got := s.Faults(); !slices.Equal(got, []string{FaultSetAside}) {
		t.Errorf("the faults are %v", got)
	}
	aside := SetAside(filepath.Dir(path))
	if want := []string{path + ".damaged-1"}; !slices.Equal(aside, want) {
		t.Fatalf("set aside is %v, want %v", aside, want)
	}
	kept, err := os.ReadFile(aside[0])
	if err != nil || string(kept) != content {
		t.Errorf("the damaged file was changed (%v)", err)
	}
}

// TestOnlySoManyAreSetAside: a disk that damages every file is not filled.
func TestOnlySoManyAreSetAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	for range maxAside {
		if err := os.WriteFile(path, []byte("this is no database"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := open(t, Config{Dir: dir}).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte("this is no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{Dir: dir}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "look at its disk") {
		t.Errorf("Open: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	linked := t.TempDir()
	if err := os.Symlink(file, filepath.Join(linked, FileName)); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, FileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cfg  Config
		want error
		says string
	}{
		{"no directory", Config{}, ErrSetting, "state.dir"},
		{"cadence", Config{Dir: "x", Every: time.Millisecond}, ErrSetting, "counts.every = 1ms"},
		{"k", Config{Dir: "x", K: 2}, ErrSetting, "counts.k = 2"},
		{"a file as directory", Config{Dir: file}, nil, "not a directory"},
		{"link", Config{Dir: linked}, ErrForeign, "not a regular file"},
		{"nothing to read", Config{Dir: filepath.Join(linked, "none"), ReadOnly: true}, fs.ErrNotExist, FileName},
		{"empty to read", Config{Dir: empty, ReadOnly: true}, ErrNoSchema, "start the kiosk"},
	} {
		s, err := Open(ctx, c.cfg)
		if s != nil || err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Open = %v, %v; want %v that says %q", c.name, s, err, c.want, c.says)
		}
	}
}

// TestUnwritable needs a user who is bound by modes.
func TestUnwritable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("SKIPPED: modes do not bind root")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{Dir: dir}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open in an unwritable directory: %v", err)
	}
}

func TestReadOnlyBesideARunningKiosk(t *testing.T) {
	c := &clock{now: tuesday}
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Now: c.Now})
	add(t, s, Pass)
	write(t, s)
	r := open(t, Config{Dir: dir, ReadOnly: true})
	wantHours(t, r, Hour{tuesday.Truncate(time.Hour), 1, 0, 0})
	if err := r.Add(Pass); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Add: %v", err)
	}
	if err := r.Run(context.Background()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Run: %v", err)
	}
	add(t, s, Pass)
	write(t, s)
	wantHours(t, r, Hour{tuesday.Truncate(time.Hour), 2, 0, 0})
}

// A file whose newer schema only added to ours is gone on with, and stays what it
// is; another one is left alone, and the kiosk goes on without counting.
func TestGoingBackToAnOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	dir := filepath.Dir(path)
	s := open(t, Config{Dir: dir})
	add(t, s, Pass)
	write(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const added = SchemaVersion<<16 | (SchemaVersion + 1)
	sqliteFile(t, path, fmt.Sprintf("ALTER TABLE hours ADD COLUMN more INTEGER NOT NULL DEFAULT 0; ALTER TABLE days ADD COLUMN more INTEGER NOT NULL DEFAULT 0; CREATE TABLE later (x INTEGER); PRAGMA user_version = %d", added))
	s = open(t, Config{Dir: dir})
	add(t, s, Pass)
	write(t, s)
	if n := answer(t, s, "SELECT sum(pass) FROM hours"); n != 2 {
		t.Errorf("%d visits are kept, want 2", n)
	}
	if n := answer(t, s, "SELECT user_version FROM pragma_user_version"); n != added {
		t.Errorf("the schema is marked %#x, want %#x", n, added)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	sqliteFile(t, path, fmt.Sprintf("PRAGMA user_version = %d", (SchemaVersion+1)<<16|(SchemaVersion+1)))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("a schema that is not ours: %v", err)
	}
	s, err = Open(t.Context(), Config{Dir: dir, Patient: true})
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, Pass)
	if err := s.write(t.Context()); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("writing: %v", err)
	}
	if got := s.Faults(); !slices.Equal(got, []string{FaultNewer}) {
		t.Errorf("the faults are %q", got)
	}
	if err := s.Close(); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("closing: %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) || len(SetAside(dir)) != 0 {
		t.Errorf("the newer version's file was changed or set aside (%v)", err)
	}
}

// answer is the answer to a question about the file.
func answer(t *testing.T, s *Store, question string) (n int64) {
	t.Helper()
	if err := s.db.QueryRowContext(t.Context(), question).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
