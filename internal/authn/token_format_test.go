package authn

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

// testSecret is 30 bytes, 0 to 29.
func testSecret() (secret [secretSize]byte) {
	for i := range secret {
		secret[i] = byte(i)
	}
	return secret
}

// TestTokenFormat fixes the bytes of format 1: tokens that are out must open with
// every later version. Deflated bytes may differ between versions of Go, so a
// packed part is only read.
func TestTokenFormat(t *testing.T) {
	for name, g := range formatGrants() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "token-1-"+strings.ReplaceAll(name, " ", "-")+".hex")
			plain, err := encodeGrant(g, testSecret())
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(path, []byte(hex.EncodeToString(plain)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := hex.DecodeString(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			if g.deflated() == nil && hex.EncodeToString(plain) != hex.EncodeToString(golden) {
				t.Errorf("the format has changed: %x", plain)
			}
			got, secret, err := decodeGrant(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(g, got); diff != "" || secret != testSecret() {
				t.Errorf("read as another grant: %s", diff)
			}
		})
	}
}

// A reader refuses what it does not know: it could be a limit of the session.
func TestTokenFormatRefusesTheUnknown(t *testing.T) {
	plain, err := encodeGrant(tokenGrants()["role"], testSecret())
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int, b byte) []byte {
		changed := append([]byte(nil), plain...)
		changed[i] = b
		return changed
	}
	cases := map[string][]byte{
		"empty": {}, "format 0": at(0, 0), "format 2": at(0, 2),
		"kind 0": at(1, 0), "kind 4": at(1, 4), "principal 0": at(2, 0), "principal 5": at(2, 5),
		"flag 8 without its texts": at(3, plain[3]|8), "flag 16": at(3, 16), "a tail": append(append([]byte(nil), plain...), 1),
	}
	for n := range plain {
		cases["cut at "+time.Duration(n).String()] = plain[:n]
	}
	for name, b := range cases {
		if g, _, err := decodeGrant(b); err == nil {
			t.Errorf("%s: read as %+v", name, g)
		}
	}
	if _, _, err := decodeGrant(append(append([]byte(nil), plain...), 0, 0, 0)); err != nil {
		t.Errorf("padding is refused: %v", err)
	}
}

func TestTokenMinimumSize(t *testing.T) {
	tokens := newTokens(t)
	for _, size := range []int{0, 1, 1000, 1001, 1002, 1003, 4093, MaxToken} {
		g := tokenGrants()["session"]
		g.MinimumSize = size
		c, err := tokens.Issue(g)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(c.SessionToken); n < size || n > MaxToken || size > 900 && n > size+3 {
			t.Errorf("a token of at least %d bytes has %d", size, n)
		}
		if _, err := tokens.Open(c.SessionToken, c.AccessKeyID); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

// TestTokenMaximumSize: the longest names, path and texts that IAM allows, beside
// a packed part of the most that is allowed.
func TestTokenMaximumSize(t *testing.T) {
	g := tokenGrants()["role"]
	name := strings.Repeat("n", 64)
	g.Principal.ARN = "arn:aws:sts::111122223333:assumed-role/" + name + "/" + name
	g.Principal.EntityARN = "arn:aws:iam::111122223333:role/" + strings.Repeat("p", 511) + "/" + name
	g.Principal.EntityID, g.UserID = "AROA"+strings.Repeat("X", 17), "AROA"+strings.Repeat("X", 17)+":"+name
	g.UserName, g.Name, g.SourceIdentity, g.Issuer = name, name, name, strings.Repeat("A", 128)
	g.Policies, g.TransitiveKeys = nil, nil
	g.Generation = 1 << 30
	for n := 1; ; n++ {
		g.Tags = randomTags(n)
		if g.PackedPercent() > 100 {
			g.Tags = g.Tags[:n-1]
			break
		}
	}
	if p := g.PackedPercent(); p < 80 {
		t.Fatalf("the packed part takes only %d %%", p)
	}
	c, err := newTokens(t).Issue(g)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.SessionToken) > MaxToken {
		t.Errorf("a token has %d bytes", len(c.SessionToken))
	}
}

// randomTags are n tags that cannot be deflated much.
func randomTags(n int) []api.Tag {
	tags := make([]api.Tag, n)
	for i := range tags {
		b := make([]byte, 72)
		rand.Read(b)
		tags[i] = api.Tag{Key: base64.StdEncoding.EncodeToString(b[:24]), Value: base64.StdEncoding.EncodeToString(b[24:])}
	}
	return tags
}

func TestPackedPercent(t *testing.T) {
	t.Run("S-03 nothing passed", func(t *testing.T) {
		if p := (&Grant{}).PackedPercent(); p != 0 {
			t.Errorf("%d %%", p)
		}
	})
	t.Run("S-03 the example of API_AssumeRole is at 8 %", func(t *testing.T) {
		g := &Grant{
			Policies: []SessionPolicy{
				{Document: `{"Version":"2012-10-17","Statement":[{"Sid":"Stmt1","Effect":"Allow","Action":"s3:*","Resource":"*"}]}`},
				{ARN: "arn:aws:iam::123456789012:policy/demopolicy1"}, {ARN: "arn:aws:iam::123456789012:policy/demopolicy2"},
			},
			Tags:           []api.Tag{{Key: "Project", Value: "Pegasus"}, {Key: "Team", Value: "Engineering"}, {Key: "Cost-Center", Value: "12345"}},
			TransitiveKeys: []string{"Project", "Cost-Center"},
		}
		if p := g.PackedPercent(); p < 6 || p > 16 {
			t.Errorf("%d %%", p)
		}
	})
	t.Run("S-03 a policy of 2,048 characters fits", func(t *testing.T) {
		statement := `{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket-%d/*"},`
		var b strings.Builder
		for i := 0; b.Len()+len(statement) < 2048; i++ {
			b.WriteString(strings.ReplaceAll(statement, "%d", hex.EncodeToString([]byte{byte(i * 37), byte(i)})))
		}
		if p := (&Grant{Policies: []SessionPolicy{{Document: b.String()}}}).PackedPercent(); p == 0 || p > 100 {
			t.Errorf("%d %%", p)
		}
	})
	t.Run("S-03 long tags do not", func(t *testing.T) {
		if p := (&Grant{Tags: randomTags(50)}).PackedPercent(); p <= 100 {
			t.Errorf("%d %%", p)
		}
	})
}

func FuzzDecodeGrant(f *testing.F) {
	for _, g := range formatGrants() {
		plain, err := encodeGrant(g, testSecret())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		g, secret, err := decodeGrant(plain)
		if err != nil {
			return
		}
		again, err := encodeGrant(g, secret)
		if err != nil {
			return // a lifetime of no seconds
		}
		if back, _, err := decodeGrant(again); err != nil || !cmp.Equal(g, back) {
			t.Errorf("%x reads as %+v, and then as %+v (%v)", plain, g, back, err)
		}
	})
}
