package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// npmPackage names one version of an npm package and what its archive must be.
type npmPackage struct {
	name, version string
	integrity     string // as npm writes it: "sha512-" and base64
}

// files are a package's files by their path within the package.
type files map[string][]byte

// fetch downloads the package with the npm client, whose settings (registry,
// proxy, cache) are the user's own, and checks it. No script of the package
// runs: it is unpacked here, not installed.
func (p npmPackage) fetch() (files, error) {
	dir, err := os.MkdirTemp("", "catalog-gen-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	pack := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, p.name+"@"+p.version)
	pack.Stderr = os.Stderr
	if err := pack.Run(); err != nil {
		return nil, fmt.Errorf("npm pack %s@%s: %w", p.name, p.version, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("npm pack %s@%s left %d archives (%v)", p.name, p.version, len(found), err)
	}
	archive, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	return p.unpack(archive)
}

func (p npmPackage) unpack(archive []byte) (files, error) {
	sum := sha512.Sum512(archive)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != p.integrity {
		return nil, fmt.Errorf("%s@%s has digest %s, want %s", p.name, p.version, got, p.integrity)
	}
	inflated, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	unpacked := files{}
	for entries := tar.NewReader(inflated); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return unpacked, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(entries)
		if err != nil {
			return nil, err
		}
		unpacked[strings.TrimPrefix(entry.Name, "package/")] = text
	}
}
