package api_test

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

var update = flag.Bool("update", false, "write the golden files")

func itoa(n int) string { return strconv.Itoa(n) }

func ptr[T any](v T) *T { return &v }

const requestID = "4c4f7b3a-52f1-4c0d-9f0e-1c9b7c1b0e21"

// golden compares a response, its header included, with testdata/NAME.
func golden(t *testing.T, name string, r api.Response) {
	t.Helper()
	got := "HTTP " + itoa(r.Status) + "\n"
	for _, f := range r.Header {
		got += f.Name + ": " + f.Value + "\n"
	}
	got += "\n" + string(r.Body)
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\n got %s\nwant %s", name, got, want)
	}
}
