package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/seal"
)

// ResetRootPassword gives the root user of an account ("" is the first) of a data
// folder that no server has open a new password, and returns it.
func ResetRootPassword(ctx context.Context, c Config, account string) (password, of string, err error) {
	c.Clock, c.Log, c.Region = time.Now, slog.New(slog.DiscardHandler), "us-east-1"
	n := &Node{config: c}
	n.background, n.stop = context.WithCancel(ctx)
	defer func() { err = errors.Join(err, n.Close(ctx)) }()
	if err := n.openData(ctx); err != nil {
		return "", "", err
	}
	if err := n.openDirectory(ctx); err != nil {
		return "", "", err
	}
	if account == "" {
		account = n.directory.FirstAccount()
	}
	if !n.directory.View(account).Exists() {
		return "", "", fmt.Errorf("there is no account %q in %s", account, n.data)
	}
	password = generatedPassword()
	return password, account, n.directory.SetRootPassword(ctx, account, password, seal.NewPasswords(seal.DefaultCost))
}
