package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// TestDeriveKey has the key that AWS documents (AWS General Reference, "Examples
// of how to derive a signing key for Signature Version 4").
func TestDeriveKey(t *testing.T) {
	const documented = "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
	want, err := hex.DecodeString(documented)
	if err != nil {
		t.Fatal(err)
	}
	key := deriveKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam")
	c := newScratch()
	for _, message := range []string{"", "a", strings.Repeat("long ", 50)} {
		c.toSign = []byte(message)
		c.sign(&key)
		h := hmac.New(sha256.New, want)
		h.Write([]byte(message))
		if got := string(c.signature); got != hex.EncodeToString(h.Sum(nil)) {
			t.Errorf("signature of %q is %s", message, got)
		}
	}
}

func TestAppendHex(t *testing.T) {
	var sum [hashSize]byte
	for i := range sum {
		sum[i] = byte(i*37 + 11)
	}
	if got := string(appendHex([]byte("x"), &sum)); got != "x"+hex.EncodeToString(sum[:]) {
		t.Errorf("%s", got)
	}
}

func TestMACOfAnotherHash(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a state that is none was taken up")
		}
	}()
	newMAC().resume([]byte("no state"))
}
