package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

type rootCommand struct {
	ResetPassword resetPasswordCommand `cmd:"" help:"Give the root user a new password, with the server stopped."`
}

type resetPasswordCommand struct {
	Data    string `placeholder:"DIR" help:"The data folder (default: as serve)."`
	Account string `placeholder:"ID" help:"The account (default: the first one)."`
	Output  string `default:"text" enum:"text,json" help:"text or json."`
}

// Help is the long help.
func (*resetPasswordCommand) Help() string {
	return `Works on the server's machine only, while the server is stopped: whoever can write
the data folder owns the account. Prints the new password once. The root user's sessions end.

Example:
  gatehouse root reset-password --data /var/lib/gatehouse`
}

// Run resets the password.
func (c *resetPasswordCommand) Run(s *streams) error {
	data := c.Data
	if data == "" {
		data = defaultData(s.env)
	}
	if _, err := os.Stat(filepath.Join(data, "gatehouse.db")); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is no data folder of Gatehouse; name it with --data", data)
	}
	password, account, err := node.ResetRootPassword(context.Background(), node.Config{Data: data, MasterKey: s.env("GATEHOUSE_MASTER_KEY")}, c.Account)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		return json.NewEncoder(s.out).Encode(map[string]string{"account": account, "password": password})
	}
	_, err = fmt.Fprintf(s.out, "The root user of account %s has a new password, shown once: %s\n", account, password)
	return err
}
