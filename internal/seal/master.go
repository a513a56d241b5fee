package seal

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MasterVariable is the variable of the environment that holds the master key.
const MasterVariable = "GATEHOUSE_MASTER_KEY"

var (
	// ErrMasterMissing: there is data, but no master key to read it with.
	ErrMasterMissing = errors.New("master key is missing")
	// ErrMasterExposed: others than the owner can read the master key's file.
	ErrMasterExposed = errors.New("master key's file can be read by others")
	// ErrMasterInvalid: the text is not 32 bytes in base64 or hexadecimal.
	ErrMasterInvalid = errors.New("master key is not 32 bytes in base64 or hexadecimal")
	// ErrMasterWrong: the keyring was wrapped by another master key, or damaged.
	ErrMasterWrong = errors.New("master key is not the one that this data was sealed with")
)

// Master is a master key. It does not show itself in logs and errors.
type Master struct{ key [keySize]byte }

// String hides the key.
func (Master) String() string { return "[master key]" }

// GoString hides the key.
func (Master) GoString() string { return "[master key]" }

// LoadMaster takes the master key from the variable's text where that is not
// empty, else from the file. The file is made where there is none and no data
// either; where there is data, a new key would open nothing of it.
func LoadMaster(path, variable string, dataExist bool) (Master, error) {
	if variable != "" {
		m, err := parseMaster(variable)
		if err != nil {
			return Master{}, fmt.Errorf("%s: %w", MasterVariable, err)
		}
		return m, nil
	}
	m, err := readMaster(path)
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		return m, err
	case dataExist:
		return Master{}, fmt.Errorf("%w: %s: copy it back from where you keep it, or set %s; without it the secrets in the data folder cannot be read",
			ErrMasterMissing, path, MasterVariable)
	}
	return createMaster(path)
}

// parseMaster reads 64 hexadecimal digits, or base64 of either alphabet, with
// or without padding. No text is valid as both: 32 bytes in base64 are 43 or
// 44 characters. The text is never part of the error.
func parseMaster(text string) (m Master, err error) {
	text = strings.TrimSpace(text)
	var key []byte
	if len(text) == hex.EncodedLen(keySize) {
		key, err = hex.DecodeString(text)
	} else {
		text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		key, err = base64.RawStdEncoding.DecodeString(text)
	}
	if err != nil || len(key) != keySize {
		return Master{}, ErrMasterInvalid
	}
	return Master{key: [keySize]byte(key)}, nil
}

func readMaster(path string) (Master, error) {
	f, err := os.Open(path)
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Master{}, fmt.Errorf("%w: %s has mode %04o: run chmod 600 on it, and think about who may have read it",
			ErrMasterExposed, path, mode)
	}
	text := make([]byte, 257)
	n, err := f.Read(text)
	if err != nil || n == len(text) {
		return Master{}, fmt.Errorf("%s: %w", path, ErrMasterInvalid)
	}
	m, err := parseMaster(string(text[:n]))
	if err != nil {
		return Master{}, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// createMaster writes a new key, durably before anything is sealed with it. It
// never replaces a file: of two that start at once, one reads the other's.
func createMaster(path string) (m Master, err error) {
	rand.Read(m.key[:])                                                  // never fails
	temporary, err := os.CreateTemp(filepath.Dir(path), ".master.key-*") // mode 0600
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.WriteString(base64.StdEncoding.EncodeToString(m.key[:]) + "\n")
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	err = os.Link(temporary.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return readMaster(path)
	}
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	return m, syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
