package journal

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/gatehouse-iam/gatehouse/internal/seal"
)

// MessagePurpose is what encoded messages are sealed for.
const MessagePurpose = "authorization-message"

// maxMessage is the longest message that DecodeAuthorizationMessage takes
// [API_DecodeAuthorizationMessage].
const maxMessage = 10_240

// maxOpened bounds what a message may unpack to.
const maxOpened = 1 << 20

// ErrNoMessage: the text is no message of that account's.
var ErrNoMessage = errors.New("journal: no authorization message")

// Messages seals denials into the texts that some services hand out with a refusal,
// for sts:DecodeAuthorizationMessage. A message holds all that the log holds of the
// denial, so that it outlives the log's retention. What is sealed, bound to the
// caller's account, is
//
//	1 byte  version, 1
//	1 byte  'd': the decision's line and the lines of its policies' texts, as in a
//	        segment, deflated; 'r': the authorization id, where those are too long
//
// and the message is that in URL-safe base64 without padding.
type Messages struct{ sealer *seal.Sealer }

// NewMessages returns Messages of a sealer for MessagePurpose.
func NewMessages(s *seal.Sealer) *Messages { return &Messages{s} }

const (
	messageVersion   = 1
	messageDenial    = 'd'
	messageReference = 'r'
)

// Append is a refusal with the encoded message of its denial behind it, as the
// services do it that hand one out (aws-errors 4.2, EC2).
func (m *Messages) Append(refusal string, e *Entry) (string, error) {
	message, err := m.Encode(e)
	if err != nil {
		return "", err
	}
	return refusal + " Encoded authorization failure message: " + message, nil
}

// Encode is the message of a denial.
func (m *Messages) Encode(e *Entry) (string, error) {
	plain, err := deflated(e)
	if err != nil {
		return "", err
	}
	if base64.RawURLEncoding.EncodedLen(len(plain)+seal.Overhead) > maxMessage {
		plain = append([]byte{messageVersion, messageReference}, e.Denial.ID...)
	}
	return base64.RawURLEncoding.EncodeToString(m.sealer.Seal(plain, boundTo(e.Call.Account))), nil
}

func boundTo(account string) []byte { return []byte("account/" + account) }

func deflated(e *Entry) ([]byte, error) {
	b := bytes.NewBuffer([]byte{messageVersion, messageDenial})
	w, err := flate.NewWriter(b, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	lines := append(appendDecision(nil, e), '\n')
	for of, text := range textsOf(&e.Denial.Set).of {
		lines = appendText(lines, of, text)
	}
	if _, err := w.Write(lines); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return b.Bytes(), nil
}

// Decode opens a message of an account's: the denial, or the authorization id that it
// refers to. The error is ErrNoMessage for anything else.
func (m *Messages) Decode(account, message string) (d *Denial, id string, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(message)
	if err != nil {
		return nil, "", ErrNoMessage
	}
	plain, err := m.sealer.Open(sealed, boundTo(account))
	if err != nil || len(plain) < 2 || plain[0] != messageVersion {
		return nil, "", ErrNoMessage
	}
	switch plain[1] {
	case messageReference:
		return nil, string(plain[2:]), nil
	case messageDenial:
		d, err := inflated(plain[2:])
		return d, "", err
	}
	return nil, "", ErrNoMessage
}

func inflated(packed []byte) (*Denial, error) {
	lines, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxOpened))
	if err != nil {
		return nil, fmt.Errorf("journal: a message of ours cannot be read: %w", err)
	}
	line, rest, _ := bytes.Cut(lines, []byte{'\n'})
	d, err := parseDenial(line)
	if err != nil {
		return nil, err
	}
	found := map[sum]string{}
	for line := range bytes.Lines(rest) {
		if of, ok := sumOf(line); ok {
			if found[of], err = textOf(line); err != nil {
				return nil, err
			}
		}
	}
	for p := range d.Policies.All {
		p.fillFrom(found)
	}
	return d, nil
}
