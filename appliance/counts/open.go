package counts

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// applicationID marks the file as ours in SQLite's header: "LNTL".
const applicationID = 0x4c4e544c

// SchemaVersion is the number of the last migration.
const SchemaVersion = 3

//go:embed migrations/*.sql
var migrations embed.FS

// Open opens the counts in cfg.Dir, making directory and file where they are
// not there, checks the file and brings its schema up to date. A damaged file
// is set aside, as counts.db.damaged-1 and so on, and a new one begun;
// [Store.Faults] tells of it. A read-only store refuses a damaged file.
//
// Errors: [ErrSetting], [ErrDamaged], [ErrForeign], [ErrNewerSchema],
// [ErrNoSchema], or those of the file system: fs.ErrNotExist (read-only),
// fs.ErrPermission.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(cfg.Dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("cannot open the counts: %w", err)
	}
	s := &Store{cfg: cfg, path: path}
	switch err := s.connect(ctx); {
	case err == nil:
		return s, nil
	case cfg.Patient && !cfg.ReadOnly && mayPass(err):
		s.fault = err
		return s, nil
	default:
		return nil, err
	}
}

// mayPass says that an error may be over by a later writing, as the disk's are.
func mayPass(err error) bool {
	// One that a newer version wrote may be used again after the next update.
	for _, of := range []error{ErrNewerSchema, fs.ErrPermission, syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT, syscall.EIO} {
		if errors.Is(err, of) {
			return true
		}
	}
	var native sqlite3.Error
	return errors.As(err, &native) && slices.Contains([]sqlite3.ErrNo{sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrBusy}, native.Code)
}

// connect opens the file, sets it aside where it is damaged, and begins anew
// then. The caller holds mu, or nobody else has the store yet.
func (s *Store) connect(ctx context.Context) error {
	err := s.connectOnce(ctx)
	if errors.Is(err, ErrDamaged) && !s.cfg.ReadOnly {
		if moved := setAside(s.path); moved != nil {
			return errors.Join(err, moved)
		}
		err = s.connectOnce(ctx)
	}
	if err == nil {
		s.aside = len(damagedFiles(s.path)) > 0
	}
	return err
}

func (s *Store) connectOnce(ctx context.Context) error {
	if err := prepareFile(s.path, s.cfg.ReadOnly); err != nil {
		return fmt.Errorf("cannot open the counts: %w", err)
	}
	// The settings stand in the name, so that a connection made anew has them.
	options := "mode=rw&_busy_timeout=5000&_secure_delete=on&_synchronous=FULL&_txlock=immediate"
	if s.cfg.ReadOnly {
		options += "&_query_only=on"
	}
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: s.path, RawQuery: options}).String())
	if err != nil {
		return fmt.Errorf("cannot open the counts in %s: %w", s.path, err)
	}
	db.SetMaxOpenConns(1)
	if err := prepareSchema(ctx, db, s.cfg.ReadOnly); err != nil {
		return errors.Join(fmt.Errorf("cannot open the counts in %s: %w", s.path, named(err)), db.Close())
	}
	if err := db.QueryRowContext(ctx, "SELECT serial FROM writings").Scan(&s.serial); err != nil {
		return errors.Join(fmt.Errorf("cannot open the counts in %s: %w", s.path, named(err)), db.Close())
	}
	if s.file, err = os.Lstat(s.path); err != nil {
		return errors.Join(fmt.Errorf("cannot open the counts: %w", err), db.Close())
	}
	s.db = db
	return nil
}

// prepareFile sees to it that the file is there, regular and its owner's
// alone. SQLite gives its log the mode of the file.
func prepareFile(path string, readOnly bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !readOnly:
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return f.Close()
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: %w", path, ErrForeign)
	case info.Mode().Perm()&0o077 != 0 && !readOnly:
		return os.Chmod(path, 0o600)
	}
	return nil
}

// prepareSchema checks before it changes anything.
func prepareSchema(ctx context.Context, db *sql.DB, readOnly bool) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w (%s)", ErrDamaged, verdict)
	}
	var marked, application, objects int64
	if err := db.QueryRowContext(ctx, "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version, pragma_application_id").
		Scan(&marked, &application, &objects); err != nil {
		return err
	}
	isNew := marked == 0 && application == 0 && objects == 0
	version, oldest := schemaOf(marked)
	switch {
	case !isNew && application != applicationID:
		return ErrForeign
	case oldest > SchemaVersion:
		return fmt.Errorf("%w (schema %d, known are up to %d)", ErrNewerSchema, version, SchemaVersion)
	case readOnly && version < SchemaVersion:
		return ErrNoSchema
	case readOnly:
		return nil
	}
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("the file system of the state directory allows no write-ahead log (journal mode %s): choose another state.dir", mode)
	}
	return migrate(ctx, db, version)
}

// schemaOf reads SQLite's user_version of a file: the schema in the lower 16 bits
// and above them the oldest schema whose program may use the file all the same,
// 0 for none but its own. So a version that was gone back from leaves counts that
// the older one goes on with, where the newer one only added to them.
func schemaOf(marked int64) (version, oldest int64) {
	version, oldest = marked&0xffff, marked>>16
	if oldest == 0 {
		oldest = version
	}
	return version, oldest
}

// usableFrom is, for the schema of each migration, the oldest schema whose program
// may use the file, 0 for none but its own. A migration that only adds tables, or
// columns with a default, leaves it where it was.
var usableFrom = [SchemaVersion + 1]int64{}

// migrate applies each missing migration in a transaction of its own.
func migrate(ctx context.Context, db *sql.DB, version int64) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	if len(files) != SchemaVersion {
		return fmt.Errorf("internal error: %d migrations for schema %d", len(files), SchemaVersion)
	}
	for ; version < SchemaVersion; version++ {
		text, err := migrations.ReadFile(files[version])
		if err != nil {
			return err
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, fmt.Sprintf("%s\nPRAGMA user_version = %d; PRAGMA application_id = %d;", text, usableFrom[version+1]<<16|(version+1), applicationID))
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			return errors.Join(fmt.Errorf("migration to schema %d: %w", version+1, err), tx.Rollback())
		}
	}
	return nil
}

// named gives SQLite's errors about a damaged file our name, and those about
// permissions the file system's.
func named(err error) error {
	var native sqlite3.Error
	if !errors.As(err, &native) {
		return err
	}
	switch native.Code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return fmt.Errorf("%w: give the kiosk's user the file and its directory (%w)", fs.ErrPermission, err)
	}
	return err
}
