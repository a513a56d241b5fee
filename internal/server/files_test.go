package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// files is a service that streams, as S3 does: what goes in and what comes out.
type files struct {
	api *api.Service

	mu      sync.Mutex
	stored  map[string]string // account/key → what was put
	reached []string          // the keys that a method was called with
	partial string            // what the last PutFile had when it failed
	closed  int               // streams
	proceed chan struct{}     // the stream of "patient" goes on
}

type fileKey struct{ Key *string }

type putFileInput struct {
	Key  *string
	Body []byte
}

type headFileOutput struct{ ContentLength *int64 }

type empty struct{}

var text = &api.Shape{Kind: api.String, Min: -1, Max: -1}

func newFiles(name string) *files {
	key := api.MemberShape{Name: "Key", Wire: "Key", Location: "uri", Required: true, Shape: text}
	input := &api.Shape{Name: "FileInput", Kind: api.Structure, Members: []api.MemberShape{key}}
	put := &api.Shape{Name: "PutFileInput", Kind: api.Structure, Members: []api.MemberShape{
		key, {Name: "Body", Wire: "Body", Payload: true, Shape: &api.Shape{Kind: api.Blob, Min: -1, Max: -1}},
	}}
	head := &api.Shape{Name: "HeadFileOutput", Kind: api.Structure, Members: []api.MemberShape{
		{Name: "ContentLength", Wire: "Content-Length", Location: "header", Shape: &api.Shape{Kind: api.Long, Min: -1, Max: -1}},
	}}
	operation := func(name, method string, in *api.Shape, newInput func() any) *api.Operation {
		return &api.Operation{
			Name: name, Action: "files:" + name, Method: method, URI: "/{Key}", Input: in,
			NewInput: newInput, NewOutput: func() any { return new(empty) },
		}
	}
	newKey := func() any { return new(fileKey) }
	svc := &api.Service{
		Name: name, ID: "Files", Version: "2026-01-01", Protocol: api.RESTXML, EventSource: "files.amazonaws.com",
		Operations: []*api.Operation{
			operation("DeleteFile", "DELETE", input, newKey),
			operation("GetFile", "GET", input, newKey),
			operation("HeadFile", "HEAD", input, newKey),
			operation("PutFile", "PUT", put, func() any { return new(putFileInput) }),
		},
	}
	svc.Operations[0].Status = http.StatusNoContent
	svc.Operations[1].Streaming, svc.Operations[1].ReadOnly = true, true
	svc.Operations[2].Output, svc.Operations[2].NewOutput = head, func() any { return new(headFileOutput) }
	svc.Operations[2].ReadOnly = true
	svc.Operations[3].Streaming = true
	return &files{api: svc, stored: map[string]string{}}
}

func (f *files) implementation() services.Implementation {
	onKey := authz.On(func(q *authz.Question, in *fileKey) error { return on(q, in.Key) })
	return services.Implementation{
		API: f.api,
		Methods: map[string]services.Method{
			"DeleteFile": services.Write(f.remove), "GetFile": services.Read(f.get), "HeadFile": services.Read(f.head),
			"PutFile": services.WritePrepared(f.receive, f.put),
		},
		Rows: authz.Table{
			"DeleteFile": onKey, "GetFile": onKey, "HeadFile": onKey,
			"PutFile": authz.On(func(q *authz.Question, in *putFileInput) error { return on(q, in.Key) }),
		},
	}
}

func on(q *authz.Question, key *string) error {
	q.On("arn:aws:files:us-east-1:" + q.Call.Account + ":file/" + *key)
	return nil
}

// receive reads the body; keys that say so leave it, or pass over its errors.
func (f *files) receive(_ context.Context, call *api.Call, in *putFileInput) (string, error) {
	f.mu.Lock()
	f.reached = append(f.reached, *in.Key)
	f.mu.Unlock()
	switch *in.Key {
	case "unread":
		return "", nil
	case "first-byte":
		b := make([]byte, 1)
		n, _ := io.ReadFull(call.Body, b)
		return string(b[:n]), nil
	}
	b, err := io.ReadAll(call.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.partial = string(b)
		if *in.Key == "careless" {
			return string(b), nil
		}
		return "", fmt.Errorf("receive %s: %w", *in.Key, err)
	}
	return string(b), nil
}

func (f *files) put(_ context.Context, call *api.Call, _ *directory.Tx, in *putFileInput, body string) (*empty, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stored[call.Account+"/"+*in.Key] = body
	return nil, nil
}

func (f *files) remove(_ context.Context, call *api.Call, _ *directory.Tx, in *fileKey) (*empty, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.stored, call.Account+"/"+*in.Key)
	return nil, nil
}

func (f *files) find(call *api.Call, key string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, there := f.stored[call.Account+"/"+key]
	if !there {
		return "", api.Errorf(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	return content, nil
}

func (f *files) head(_ context.Context, call *api.Call, _ *directory.View, in *fileKey) (*headFileOutput, error) {
	content, err := f.find(call, *in.Key)
	length := int64(len(content))
	return &headFileOutput{&length}, err
}

// get streams the file; keys that say so break off, lie about their length, or
// fail after all.
func (f *files) get(ctx context.Context, call *api.Call, _ *directory.View, in *fileKey) (*empty, error) {
	content, err := f.find(call, *in.Key)
	if err != nil {
		return nil, err
	}
	call.Stream = &api.Stream{ReadCloser: &closing{strings.NewReader(content), f}, Length: int64(len(content))}
	switch *in.Key {
	case "broken":
		call.Stream.ReadCloser = &closing{io.MultiReader(strings.NewReader(content[:len(content)/2]), failing{}), f}
	case "broken-chunked":
		call.Stream.ReadCloser = &closing{io.MultiReader(strings.NewReader(content[:len(content)/2]), failing{}), f}
		call.Stream.Length = -1
	case "patient":
		call.Stream.ReadCloser = &closing{&waiting{ctx, f.proceed, strings.NewReader(content)}, f}
	case "short":
		call.Stream.Length++
	case "unknown-length":
		call.Stream.Length = -1
	case "late":
		return nil, errors.New("the disk is gone")
	case "late-panic":
		panic("the disk is gone")
	}
	return nil, nil
}

type closing struct {
	io.Reader
	f *files
}

func (c *closing) Close() error {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.closed++
	return nil
}

// closes waits until as many streams are closed as are wanted.
func (f *files) closes(t testing.TB, want int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		f.mu.Lock()
		closed := f.closed
		f.mu.Unlock()
		if closed == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d streams are closed", closed, want)
		}
		runtime.Gosched()
	}
}

// content is what is stored of account a, and whether it is.
func (f *files) content(account, key string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, there := f.stored[account+"/"+key]
	return content, there
}

// waiting is a stream that has nothing to give until it may go on, unless its call
// ends before.
type waiting struct {
	ctx     context.Context
	proceed chan struct{}
	io.Reader
}

func (w *waiting) Read(p []byte) (int, error) {
	select {
	case <-w.ctx.Done():
		return 0, w.ctx.Err()
	case <-w.proceed:
		return w.Reader.Read(p)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// file makes a signed request of the service files.
func (h *house) file(t testing.TB, c sigv4.Credentials, method, key, body string) *http.Request {
	t.Helper()
	r := h.unsignedFile(t, method, key, body)
	sign(t, r, []byte(body), "files", c)
	return r
}

func (h *house) unsignedFile(t testing.TB, method, key, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, h.url+"/"+key, bytes.NewReader([]byte(body)))
	ok(t, err)
	return r
}
