package main

import (
	"encoding/json"
	"fmt"
)

// version is set when a release is built.
var version = "development"

type versionCommand struct {
	Output string `default:"text" enum:"text,json" help:"text or json."`
}

// Help is the long help.
func (*versionCommand) Help() string {
	return `Example:
  gatehouse version --output json`
}

// Run prints the version.
func (c *versionCommand) Run(s *streams) error {
	if c.Output == "json" {
		return json.NewEncoder(s.out).Encode(map[string]string{"version": version})
	}
	_, err := fmt.Fprintln(s.out, "gatehouse", version)
	return err
}
