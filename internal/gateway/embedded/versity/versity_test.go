package versity

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Without a whole start on the input nothing is served, and nothing is made.
func TestNoStart(t *testing.T) {
	for name, in := range map[string]string{
		"nothing": "", "no line": `{"accessKeyId":"a","secretAccessKey":"hunter2","region":"r"}`, "no JSON": "hunter2\n",
		"no secret": `{"accessKeyId":"a","region":"r"}` + "\n", "no key": `{"secretAccessKey":"hunter2","region":"r"}` + "\n",
		"no region": `{"accessKeyId":"a","secretAccessKey":"hunter2"}` + "\n", "too long": strings.Repeat(" ", 5000) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			err := Serve(context.Background(), Options{Data: data, Listen: filepath.Join(data, "s"), In: strings.NewReader(in), Out: io.Discard})
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Error(err)
			}
			if made, _ := os.ReadDir(data); len(made) > 0 {
				t.Error(made)
			}
		})
	}
}

// Attributes are kept in files where they were before, whatever the file system can.
func TestKeepsBeside(t *testing.T) {
	data := t.TempDir()
	objects, attributes := filepath.Join(data, "objects"), filepath.Join(data, "attributes")
	if err := os.MkdirAll(objects, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := keepsBeside(objects, attributes); err != nil {
		t.Error(err)
	}
	if err := os.MkdirAll(attributes, 0o700); err != nil {
		t.Fatal(err)
	}
	if beside, err := keepsBeside(objects, attributes); err != nil || !beside {
		t.Error(beside, err)
	}
	// /proc has no user's attributes: what is there cannot have kept its own.
	if beside, err := keepsBeside("/proc/self", filepath.Join(data, "none")); err == nil {
		t.Skip("this system's /proc takes attributes:", beside)
	} else if !strings.Contains(err.Error(), "the attributes of the objects in /proc/self are not there") {
		t.Error(err)
	}
}

// A lock that another holds is waited for, until the wait is given up.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := lock(ended, path); err != context.Canceled {
		t.Error(err)
	}
	unlock()
	if _, err := lock(context.Background(), filepath.Join(path, "x")); err == nil {
		t.Error("a lock below a file")
	}
}
