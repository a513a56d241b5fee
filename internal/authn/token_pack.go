package authn

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// Session policies, tags and transitive tag keys are packed: deflated, as one
// text. AWS packs them too, into a size that it does not tell, and reports the
// share that is used; ours is chosen so that the example of its AssumeRole page
// comes out near its 8 %.
//
// Before deflating:
//
//	number  of session policies; each 1 byte, 0 a document, 1 an ARN, and its text
//	number  of tags; each the texts of key and value
//	number  of transitive tag keys; each its text
const (
	// MaxPacked is the bytes that the packed part of a token may take: beside the
	// longest names and paths that leaves no token over MaxToken.
	MaxPacked = 1700

	maxUnpacked = 1 << 18 // 50 tags of 384 characters, 50 transitive keys, the policies; in UTF-8
)

var errPackedTooLarge = errors.New("authn: session policies and tags are larger than a token holds")

// PackedPercent is the share of MaxPacked that the grant's session policies and
// tags take, rounded up: 0 where it has none, over 100 where it cannot be issued.
func (g *Grant) PackedPercent() int {
	packed := g.deflated()
	return (len(packed)*100 + MaxPacked - 1) / MaxPacked
}

func (g *Grant) pack() ([]byte, error) {
	packed := g.deflated()
	if len(packed) > MaxPacked {
		return nil, errPackedTooLarge
	}
	return packed, nil
}

func (g *Grant) deflated() []byte {
	if len(g.Policies) == 0 && len(g.Tags) == 0 && len(g.TransitiveKeys) == 0 {
		return nil
	}
	var packed bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&packed)
	w.Write(g.unpacked()) // into memory: neither fails
	w.Close()
	return packed.Bytes()
}

// A deflater takes a megabyte, an inflater 40 KB: they are used again.
var (
	deflaters = sync.Pool{New: func() any {
		w, err := flate.NewWriter(nil, flate.BestCompression)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}
	inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}
)

func inflate(packed []byte) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxUnpacked))
}

func (g *Grant) unpacked() []byte {
	b := binary.AppendUvarint(nil, uint64(len(g.Policies)))
	for _, p := range g.Policies {
		if p.ARN != "" {
			b = appendText(append(b, 1), p.ARN)
		} else {
			b = appendText(append(b, 0), p.Document)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(g.Tags)))
	for _, t := range g.Tags {
		b = appendText(appendText(b, t.Key), t.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(g.TransitiveKeys)))
	for _, key := range g.TransitiveKeys {
		b = appendText(b, key)
	}
	return b
}

func (g *Grant) unpack(packed []byte) error {
	if len(packed) == 0 {
		return nil
	}
	plain, err := inflate(packed)
	if err != nil {
		return errTokenFormat
	}
	r := &tokenReader{rest: plain}
	for n := r.number(); n > 0 && !r.bad; n-- {
		g.Policies = append(g.Policies, r.sessionPolicy())
	}
	for n := r.number(); n > 0 && !r.bad; n-- {
		g.Tags = append(g.Tags, api.Tag{Key: string(r.text()), Value: string(r.text())})
	}
	for n := r.number(); n > 0 && !r.bad; n-- {
		g.TransitiveKeys = append(g.TransitiveKeys, string(r.text()))
	}
	if r.bad || len(r.rest) > 0 {
		return errTokenFormat
	}
	return nil
}

func (r *tokenReader) sessionPolicy() SessionPolicy {
	switch r.byte() {
	case 0:
		return SessionPolicy{Document: string(r.text())}
	case 1:
		return SessionPolicy{ARN: string(r.text())}
	}
	r.bad = true
	return SessionPolicy{}
}
