// Package interop proves package sigv4 against the signers that AWS's own clients
// use: botocore, the SDK for Go v2 and the SDK for JavaScript. Each signs every
// request of testdata/requests.json and sends it to a real server, which verifies
// it, and then verifies that no change of it passes.
package interop

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

const (
	requestsFile = "testdata/requests.json"
	region       = "eu-central-1"
	accessKeyID  = "AKIAIOSFODNN7EXAMPLE"
	secret       = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	token        = "IQoJb3JpZ2luX2Vj/session+token/with==signs"
)

// request is one that a client signs and sends, named after the rule it shows.
type request struct {
	Rule    string       `json:"rule"`
	Service string       `json:"service"`
	Method  string       `json:"method"`
	Path    string       `json:"path"`  // as it is sent
	Query   [][2]*string `json:"query"` // before it is encoded; no value: nil
	Headers [][2]string  `json:"headers"`
	Body    string       `json:"body"`
	Token   bool         `json:"token"`
	Presign bool         `json:"presign"`
	Not     []string     `json:"not"` // the signers that cannot express it, or sign it against the documentation
}

func corpus(t *testing.T) []request {
	t.Helper()
	data, err := os.ReadFile(requestsFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []request
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// checkAll wants every request that signer can make verified, and its changes refused.
func (s *server) checkAll(t *testing.T, signer string) {
	t.Helper()
	for _, c := range corpus(t) {
		if slices.Contains(c.Not, signer) {
			continue
		}
		t.Run(c.Rule, func(t *testing.T) {
			failures, arrived := s.outcome(c.Rule)
			if !arrived {
				t.Fatal("never arrived")
			}
			for _, f := range failures {
				t.Error(f)
			}
		})
	}
}
