package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded/versity"
)

// serveStore is the back end that Gatehouse and P stand before: the embedded one, on
// an address of its own.
func serveStore() error {
	folder, err := os.MkdirTemp("", "gatehouse-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	address, err := freeAddress()
	if err != nil {
		return err
	}
	start, err := json.Marshal(embedded.Start{AccessKeyID: storeKeys.AccessKeyID, SecretAccessKey: storeKeys.SecretAccessKey, Region: benchRegion})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	never, ends := io.Pipe() // the back end's own input stays open
	defer ends.Close()
	out := announced{os.Stdout, address}
	os.Stdout = os.Stderr // the back end prints there what nobody asked for
	in := io.MultiReader(strings.NewReader(string(start)+"\n"), never)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return versity.Serve(ctx, versity.Options{Data: folder, Listen: address, In: in, Out: out})
}

// announced says the address once the back end says that it is ready.
type announced struct {
	out     io.Writer
	address string
}

func (a announced) Write(p []byte) (int, error) {
	_, err := io.WriteString(a.out, a.address+"\n")
	return len(p), err
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
