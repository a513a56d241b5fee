package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"github.com/gatehouse-iam/gatehouse/internal/node"
	"hash"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// measureDecision measures verifying, looking up and deciding one request in this
// process, against the bare cryptography of verifying it (F).
func measureDecision() ([]bar, error) {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{})
	if err != nil {
		return nil, err
	}
	defer n.Close(ctx)
	w, err := build(n.URL())
	if err != nil {
		return nil, err
	}
	r, body, err := request(w.endpoint, "iam", "GetRole", url.Values{"RoleName": {"bench-role"}}, w.user)
	if err != nil {
		return nil, err
	}
	bare, err := bareCryptography(r, body)
	if err != nil {
		return nil, err
	}
	decide := decider(n.Authenticator(), r, body)
	if err := decide(); err != nil {
		return nil, err
	}
	f, ratios, err := paired(sizes.rounds,
		func() (float64, error) { return perOperation(sizes.operations, bare), nil },
		func() (float64, error) {
			return perOperation(sizes.operations, func() {
				if err := decide(); err != nil {
					panic(err)
				}
			}), nil
		})
	if err != nil {
		return nil, err
	}
	return []bar{{name: "verify, look up and decide: 3 groups, 10 policies, 60 statements", measured: ratios[1], unit: "F", limit: 3.5, reach: 2,
		note: time.Duration(f).String() + " is F"}}, nil
}

// decider authenticates and authorizes the request, as the pipeline does.
func decider(a *authn.Authenticator, r *http.Request, body []byte) func() error {
	svc, op := iam.API, iam.API.Operation("GetRole")
	row := authz.IAM()["GetRole"]
	name := "bench-role"
	in := &iam.GetRoleInput{RoleName: &name}
	var s sigv4.Signature
	call := api.Call{Service: svc, Operation: op, Region: benchRegion, Time: time.Now()}
	return func() error {
		if err := sigv4.Parse(r, &s); err != nil {
			return err
		}
		caller, err := a.Authenticate(r, &s, body, svc, call.Time)
		if err != nil {
			return err
		}
		call.Principal, call.Account = caller.Principal, caller.Principal.Account
		return authz.Authorize(a.View(call.Account), &call, row, in)
	}
}

// bareCryptography hashes what verifying the request hashes, with all bytes at
// hand and the key's HMAC kept.
func bareCryptography(r *http.Request, body []byte) (func(), error) {
	var s sigv4.Signature
	if err := sigv4.Parse(r, &s); err != nil {
		return nil, err
	}
	s.Signature = hex.EncodeToString(make([]byte, sha256.Size))
	err := sigv4.NewVerifier(1).Verify(r, &s, body, "another", time.Now(), &sigv4.Rules{Region: s.Region, Service: []string{s.Service}})
	var mismatch *sigv4.Error
	if !errors.As(err, &mismatch) || mismatch.CanonicalRequest == "" {
		return nil, errors.New("a wrong signature gave no canonical request")
	}
	canonical, toSign := []byte(mismatch.CanonicalRequest), []byte(mismatch.StringToSign)
	var mac hash.Hash = hmac.New(sha256.New, make([]byte, 32))
	sum := make([]byte, 0, sha256.Size)
	var sink byte
	return func() {
		b, c := sha256.Sum256(body), sha256.Sum256(canonical)
		mac.Reset()
		mac.Write(toSign)
		sink ^= b[0] ^ c[0] ^ mac.Sum(sum[:0])[0]
	}, nil
}
