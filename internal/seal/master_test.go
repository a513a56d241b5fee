package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var masterBytes = bytes.Repeat([]byte{0xfb, 0xef, 0xbe, 0x00}, 8) // - and _ in URL-safe base64

func TestMasterFromTheEnvironment(t *testing.T) {
	padded := base64.StdEncoding.EncodeToString(masterBytes)
	table := []struct {
		name, text string
		valid      bool
	}{
		{"base64", padded, true},
		{"base64 without padding", strings.TrimRight(padded, "="), true},
		{"URL-safe base64", base64.URLEncoding.EncodeToString(masterBytes), true},
		{"hexadecimal", hex.EncodeToString(masterBytes), true},
		{"upper-case hexadecimal", strings.ToUpper(hex.EncodeToString(masterBytes)), true},
		{"a line's end", padded + "\n", true},
		{"31 bytes", base64.StdEncoding.EncodeToString(masterBytes[:31]), false},
		{"33 bytes", base64.StdEncoding.EncodeToString(append(bytes.Clone(masterBytes), 1)), false},
		{"48 bytes, 64 characters that are not hexadecimal", base64.StdEncoding.EncodeToString(bytes.Repeat(masterBytes, 2)[:48]), false},
		{"a pass phrase", "correct horse battery staple", false},
		{"blanks", "   ", false},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			m, err := LoadMaster(filepath.Join(t.TempDir(), "master.key"), c.text, true)
			if c.valid && (err != nil || !bytes.Equal(m.key[:], masterBytes)) {
				t.Errorf("got %x, %v", m.key, err)
			}
			if !c.valid && !errors.Is(err, ErrMasterInvalid) {
				t.Errorf("got %v, want ErrMasterInvalid", err)
			}
			if err != nil && strings.Contains(err.Error(), strings.TrimSpace(c.text)) && strings.TrimSpace(c.text) != "" {
				t.Errorf("the error tells the text: %v", err)
			}
		})
	}
}

func TestMasterFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	first, err := LoadMaster(path, "", false)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	for _, dataExist := range []bool{false, true} {
		again, err := LoadMaster(path, "", dataExist)
		if err != nil || again != first {
			t.Errorf("another key the second time, %v", err)
		}
	}
	if other, err := LoadMaster(filepath.Join(t.TempDir(), "master.key"), "", false); err != nil || other == first {
		t.Errorf("the same key in another folder, %v", err)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("files left behind: %v", files)
	}
}

func TestMasterFileOfTwoThatStartAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var got [8]Master
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			m, err := LoadMaster(path, "", false)
			if err != nil {
				t.Error(err)
			}
			got[i] = m
		})
	}
	wg.Wait()
	for _, m := range got {
		if m != got[0] {
			t.Fatal("two master keys were made")
		}
	}
}

func TestMasterFileIsRefused(t *testing.T) {
	valid := base64.StdEncoding.EncodeToString(masterBytes) + "\n"
	table := []struct {
		name, content string
		mode          os.FileMode
		want          error
	}{
		{"readable by the group", valid, 0o640, ErrMasterExposed},
		{"readable by all", valid, 0o604, ErrMasterExposed},
		{"writable by the group", valid, 0o620, ErrMasterExposed},
		{"empty", "", 0o600, ErrMasterInvalid},
		{"cut off", valid[:20], 0o600, ErrMasterInvalid},
		{"a large file", strings.Repeat(valid, 100), 0o600, ErrMasterInvalid},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "master.key")
			if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			m, err := LoadMaster(path, "", false)
			if !errors.Is(err, c.want) || m != (Master{}) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("the error does not name the file: %v", err)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != c.content {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
}

func TestMasterMissingWhileDataExist(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	_, err := LoadMaster(path, "", true)
	if !errors.Is(err, ErrMasterMissing) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), MasterVariable) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a key was made that opens nothing: %v", err)
	}
}

func TestMasterInAFolderThatIsNotThere(t *testing.T) {
	_, err := LoadMaster(filepath.Join(t.TempDir(), "none", "master.key"), "", false)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestMasterDoesNotShowItself(t *testing.T) {
	m := Master{key: [keySize]byte(masterBytes)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		shown := fmt.Sprintf(verb+" "+verb, m, &m)
		if strings.Contains(shown, "239") || strings.Contains(shown, "fb") || strings.Contains(shown, "0xef") {
			t.Errorf("%s: %s", verb, shown)
		}
	}
}
