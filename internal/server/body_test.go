package server

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func bodyRequest(body io.Reader, length int64) *http.Request {
	return &http.Request{Body: io.NopCloser(body), ContentLength: length}
}

// TestReadBody: a body of any length is read whole, however it comes in pieces,
// and nothing beyond it.
func TestReadBody(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", maxBody/16)
	for _, length := range []int{0, 1, firstRead - 1, firstRead, firstRead + 1, 3*firstRead + 5, maxBody} {
		for name, reader := range map[string]io.Reader{
			"whole":  strings.NewReader(text[:length] + "next"),
			"halves": iotest.HalfReader(strings.NewReader(text[:length] + "next")),
		} {
			got, err := readBody(bodyRequest(reader, int64(length)), make([]byte, 0, 100))
			if err != nil || string(got) != text[:length] {
				t.Errorf("%d bytes, %s: %d bytes, %v", length, name, len(got), err)
			}
		}
	}
}

// TestReadBodyKeepsRoom: a body that the buffer has room for needs no other.
func TestReadBodyKeepsRoom(t *testing.T) {
	buffer := make([]byte, 0, firstRead)
	got, err := readBody(bodyRequest(strings.NewReader("Action=GetUser"), 14), buffer)
	if err != nil || &got[0] != &buffer[:1][0] {
		t.Errorf("%q in another buffer: %v", got, err)
	}
}

// counted counts the room that it is given to read into.
type counted struct {
	sent io.Reader
	room int
}

func (c *counted) Read(p []byte) (int, error) {
	c.room = max(c.room, len(p))
	return c.sent.Read(p)
}

// TestReadBodyAnnounced: what is announced and not sent takes no memory.
func TestReadBodyAnnounced(t *testing.T) {
	c := &counted{sent: strings.NewReader("A")}
	_, err := readBody(bodyRequest(c, maxBody), nil)
	if err == nil || err.Code != "IncompleteBody" {
		t.Errorf("a body of one byte where %d were announced: %v", maxBody, err)
	}
	if c.room > 2*firstRead {
		t.Errorf("room of %d bytes for a body of one", c.room)
	}
	if _, err := readBody(bodyRequest(c, maxBody+1), nil); err == nil || err.Code != "RequestEntityTooLarge" {
		t.Errorf("a body that is announced too large: %v", err)
	}
}
