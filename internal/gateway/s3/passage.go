package s3

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// withheld are the members that never go to the back end: what is decided here, and what
// the back end would decide on. Lengths are those of what is sent.
var withheld = map[string]bool{
	"ACL": true, "GrantFullControl": true, "GrantRead": true, "GrantReadACP": true, "GrantWrite": true, "GrantWriteACP": true,
	"ExpectedBucketOwner": true, "ExpectedSourceBucketOwner": true, "RequestPayer": true,
	"MFA": true, "BypassGovernanceRetention": true, "ContentLength": true,
	"ObjectLockMode": true, "ObjectLockRetainUntilDate": true, "ObjectLockLegalHoldStatus": true,
	"ObjectLockEventHold": true, "ObjectLockEventHoldDurationDays": true, "ObjectLockEventHoldDurationYears": true,
	"ObjectOwnership": true, "ObjectLockEnabledForBucket": true,
}

// slowOperations copy at the back end.
var slowOperations = []string{"CompleteMultipartUpload", "CopyObject", "UploadPartCopy"}

// passage is what is known of an operation's way to the back end and back, made once.
type passage struct {
	withheld                     []int
	key, prefix, version, upload int // of the input, -1 for none
	slow                         bool
	headers                      map[string]bool // of the answer, by canonical name
	prefixed                     string          // of the answer: what user metadata begins with
}

var passages = newPassages()

func newPassages() map[*api.Operation]*passage {
	all := map[*api.Operation]*passage{}
	for _, op := range s3.API.Operations {
		all[op] = newPassage(op)
	}
	return all
}

func newPassage(op *api.Operation) *passage {
	p := &passage{key: -1, prefix: -1, version: -1, upload: -1, headers: map[string]bool{}, slow: slices.Contains(slowOperations, op.Name)}
	if op.Input != nil {
		p.readInput(op.Input.Members)
	}
	if op.Output != nil {
		p.readOutput(op.Output.Members)
	}
	return p
}

func (p *passage) readInput(members []api.MemberShape) {
	for i, m := range members {
		switch {
		case withheld[m.Name] && m.Location != "uri":
			p.withheld = append(p.withheld, i)
		case m.Name == "Key":
			p.key = i
		case m.Name == "Prefix":
			p.prefix = i
		case m.Name == "VersionId":
			p.version = i
		case m.Name == "UploadId":
			p.upload = i
		}
	}
}

func (p *passage) readOutput(members []api.MemberShape) {
	for _, m := range members {
		switch m.Location {
		case "header":
			p.headers[http.CanonicalHeaderKey(m.Wire)] = true
		case "headers":
			p.prefixed = http.CanonicalHeaderKey(m.Wire)
		}
	}
}

// withhold is the input without what stays here. The input itself is the journal's and
// is left as it is.
func (p *passage) withhold(in any) any {
	if len(p.withheld) == 0 {
		return in
	}
	v := reflect.ValueOf(in).Elem()
	has := slices.ContainsFunc(p.withheld, func(i int) bool { return !v.Field(i).IsZero() })
	if !has {
		return in
	}
	kept := reflect.New(v.Type())
	kept.Elem().Set(v)
	for _, i := range p.withheld {
		kept.Elem().Field(i).SetZero()
	}
	return kept.Interface()
}

// check refuses what a back end could take for something else than what was decided on,
// whatever came before.
func (p *passage) check(in any, embedded bool) error {
	if p.key < 0 && p.prefix < 0 && p.version < 0 && p.upload < 0 {
		return nil
	}
	v := reflect.ValueOf(in).Elem()
	if text := memberText(v, p.key); text != nil {
		if err := checkKey(*text, embedded); err != nil {
			return err
		}
	}
	if text := memberText(v, p.prefix); text != nil {
		if err := checkPrefix(*text, embedded); err != nil {
			return err
		}
	}
	if err := checkVersion(memberText(v, p.version), embedded); err != nil {
		return err
	}
	return checkUpload(memberText(v, p.upload), embedded)
}

func memberText(v reflect.Value, i int) *string {
	if i < 0 {
		return nil
	}
	text, _ := v.Field(i).Interface().(*string)
	return text
}

// transport is the one for the operation.
func (p *passage) transport(b *Backend) http.RoundTripper {
	if p.slow {
		return b.slow
	}
	return b.quick
}

// filter leaves of the back end's headers what the model of the operation has.
func (p *passage) filter(h http.Header) {
	for name := range h {
		if !p.headers[name] && (p.prefixed == "" || len(name) == len(p.prefixed) || !strings.HasPrefix(name, p.prefixed)) {
			delete(h, name)
		}
	}
}
