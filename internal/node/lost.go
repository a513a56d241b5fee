package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkLost refuses to begin anew where a data file was: the journal is opened
// after it, so that a journal beside none, or beside an empty one, says that it was
// lost. A first start that was killed on its way leaves no journal.
func checkLost(database, journal string) error {
	info, err := os.Stat(database)
	lost := "missing"
	switch {
	case err == nil && info.Size() > 0:
		return nil
	case err == nil:
		lost = "empty"
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("data file: %w", err)
	}
	if _, err := os.Stat(journal); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("data file is %s: %s, yet there is a journal beside it; to restore, copy your last backup to its place; to begin with a new account, use another folder than %s",
		lost, database, filepath.Dir(database))
}
