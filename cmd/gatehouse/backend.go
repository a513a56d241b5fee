package main

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded/versity"
)

// s3BackendCommand is the embedded S3 back end, which serve starts as a child
// process. It is told its credentials on the standard input.
type s3BackendCommand struct {
	Data   string `required:"" placeholder:"DIR" help:"The folder of the objects."`
	Socket string `placeholder:"PATH" help:"The unix socket to listen on."`
	Listen string `placeholder:"HOST:PORT" help:"An address to listen on instead."`
}

// Run serves until SIGTERM, or until the standard input ends.
func (c *s3BackendCommand) Run(s *streams) error {
	if (c.Socket == "") == (c.Listen == "") {
		return errors.New("s3-backend: --socket or --listen, one of them")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return versity.Serve(ctx, versity.Options{Data: c.Data, Listen: c.Socket + c.Listen, In: s.in, Out: s.out})
}
