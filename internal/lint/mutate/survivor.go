package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// explanations are the mutants that no test can tell from the program, and why:
// lines "MUTANT -- REASON". Lines that begin with # and empty ones are for
// people.
type explanations map[string]string

func readExplanations(path string) (explanations, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return explanations{}, nil
	}
	if err != nil {
		return nil, err
	}
	list := explanations{}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, reason, ok := strings.Cut(line, " -- ")
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("%s:%d: a mutant, \" -- \" and why no test can tell it", path, i+1)
		}
		if _, twice := list[name]; twice {
			return nil, fmt.Errorf("%s:%d: %s stands twice", path, i+1, name)
		}
		list[name] = reason
	}
	return list, nil
}
