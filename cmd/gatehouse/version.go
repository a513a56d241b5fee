package main

import "fmt"

// version is set when a release is built.
var version = "development"

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s *streams) error {
	_, err := fmt.Fprintln(s.out, "gatehouse", version)
	return err
}
