package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3admin"
	"github.com/gatehouse-iam/gatehouse/internal/client"
)

type s3Command struct {
	Adopt   adoptCommand   `cmd:"" help:"Make buckets that the back end already has an account's."`
	Unowned unownedCommand `cmd:"" help:"List the buckets of the back end that no account owns."`
}

type adoptCommand struct {
	Buckets []string `arg:"" name:"bucket" help:"The buckets' names."`
	Account string   `placeholder:"ID" help:"The account that is to own them (default: the caller's)."`
	serverFlags
}

// Help is the long help.
func (*adoptCommand) Help() string {
	return `Nobody may read or write a bucket that no account owns. An adopted bucket is as one that the
account made: private, without a policy. What is in it stays. Callers are of the server's first
account, and may s3:CreateBucket.

Example:
  gatehouse s3 adopt photos backups --account 123456789012`
}

// adopted is what is told of one bucket.
type adopted struct {
	BucketArn, Account string
}

// Run adopts the buckets, one after the other, to the first that cannot be.
func (c *adoptCommand) Run(s *streams) error {
	ctx := context.Background()
	server, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	for _, name := range c.Buckets {
		in := map[string]string{"bucket": name}
		if c.Account != "" {
			in["account"] = c.Account
		}
		var out adopted
		if err := admin(ctx, server, "AdoptBucket", in, &out); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := fmt.Fprintln(s.out, out.BucketArn, out.Account); err != nil {
			return err
		}
	}
	return nil
}

type unownedCommand struct {
	Output string `default:"table" enum:"table,json" help:"table or json."`
	serverFlags
}

// Help is the long help.
func (*unownedCommand) Help() string {
	return `Callers are of the server's first account, and may s3:ListAllMyBuckets.

Example:
  gatehouse s3 unowned --output json`
}

type unowned struct {
	Name    string `json:"name"`
	Created string `json:"created"`
}

// Run lists.
func (c *unownedCommand) Run(s *streams) error {
	ctx := context.Background()
	server, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	var out struct {
		Buckets []struct {
			Name         string
			CreationDate float64 // seconds since 1970, as AWS JSON has them
		}
	}
	if err := admin(ctx, server, "ListUnownedBuckets", struct{}{}, &out); err != nil {
		return err
	}
	list := []unowned{}
	for _, b := range out.Buckets {
		list = append(list, unowned{Name: b.Name, Created: time.Unix(int64(b.CreationDate), 0).UTC().Format(time.RFC3339)})
	}
	if c.Output == "json" {
		return json.NewEncoder(s.out).Encode(list)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, b := range list {
		fmt.Fprintf(w, "%s\t%s\n", b.Name, b.Created)
	}
	return w.Flush()
}

// admin calls the service of the back end's buckets.
func admin(ctx context.Context, server *client.Client, operation string, in, out any) error {
	return server.JSON(ctx, s3admin.API.Name, s3admin.API.TargetPrefix+"."+operation, in, out)
}
