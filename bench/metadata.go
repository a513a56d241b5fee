package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// measureMetadata measures the credentials of an instance against an empty handler.
func measureMetadata() ([]bar, error) {
	empty, err := start("empty", 1)
	if err != nil {
		return nil, err
	}
	defer empty.stop()
	instance, err := start("instance", 1)
	if err != nil {
		return nil, err
	}
	defer instance.stop()
	token, err := instance.token()
	if err != nil {
		return nil, err
	}
	ask := func(s *served) raw {
		var b bytes.Buffer
		fmt.Fprintf(&b, "GET /latest/meta-data/iam/security-credentials/bench HTTP/1.1\r\nHost: %s\r\nUser-Agent: Boto3/1.26.27\r\nX-aws-ec2-metadata-token: %s\r\n\r\n", s.address, token)
		return b.Bytes()
	}
	_, ratios, err := paired(sizes.rounds, empty.cost(ask(empty)), instance.cost(ask(instance)))
	if err != nil {
		return nil, err
	}
	return []bar{{name: "metadata credentials, requests/s a core against an empty handler", measured: 1 / ratios[1], unit: "X", limit: 0.5, atLeast: true}}, nil
}

func (s *served) token() (string, error) {
	r, err := http.NewRequest(http.MethodPut, "http://"+s.address+"/latest/api/token", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "21600")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status)
	}
	return string(text), err
}

func serveEmpty() error {
	return serveHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
}

func serveHandler(h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(l, h)
	return untilStdinCloses(l.Addr().String())
}

// serveInstance serves the metadata of one instance, which each request reads anew in
// the directory.
func serveInstance() error {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{})
	if err != nil {
		return err
	}
	defer n.Close(ctx)
	source := benchInstance{directory: n.Directory(), service: n.Metadata()}
	if err := source.launch(ctx); err != nil {
		return err
	}
	return serveHandler(metadata.NewIMDS(source))
}

type benchInstance struct {
	directory *directory.Directory
	service   *metadata.Service
	id        string
}

// Describe implements metadata.Source.
func (b benchInstance) Describe(ctx context.Context) (*metadata.Instance, error) {
	v := b.directory.View(benchAccount)
	return b.service.Describe(ctx, v, v.Instance(b.id))
}

func (b *benchInstance) launch(ctx context.Context) error {
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	return b.directory.Update(ctx, benchAccount, func(tx *directory.Tx) error {
		role, err := tx.CreateRole(directory.NewRole{Name: "bench", Path: "/", Trust: trust})
		if err != nil {
			return err
		}
		profile, err := tx.CreateProfile(directory.Entity{Name: "bench", Path: "/"})
		if err != nil {
			return err
		}
		if err := tx.AddRole(profile, role); err != nil {
			return err
		}
		i := &directory.Instance{Type: "t3.micro", Zone: benchRegion + "a", Metadata: directory.MetadataOptions{HopLimit: 1}, Profile: profile.ID}
		err = tx.CreateInstance(i)
		b.id = i.ID
		return err
	})
}
