package node_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// A data folder that others can write to is no place for keys: nothing is written
// to it. One that a group shares, as volumes of containers are, is its owner's choice.
func TestDataFolderOfEverybody(t *testing.T) {
	cfg := config(t)
	ok(t, os.MkdirAll(cfg.Data, 0o700))
	ok(t, os.Chmod(cfg.Data, 0o777))
	n, err := node.Start(context.Background(), cfg)
	if err == nil {
		stop(t, n)
		t.Fatal("started in a folder of mode 0777")
	}
	for _, want := range []string{cfg.Data, "0777", "chmod 700"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	if entries, err := os.ReadDir(cfg.Data); err != nil || len(entries) > 0 {
		t.Errorf("written: %v, %v", entries, err)
	}
	ok(t, os.Chmod(cfg.Data, 0o770))
	start(t, cfg)
}
