package sigv4

import (
	"bytes"
	"strconv"
	"testing"
)

// of is a Signature of an access key's scope, as Parse makes it.
func of(accessKeyID, scope string) *Signature {
	return &Signature{AccessKeyID: accessKeyID, scope: scope}
}

// keyOf is a key that can be told from others.
func keyOf(name string) signingKey { return signingKey{inner: []byte(name)} }

func TestKeyCacheFinds(t *testing.T) {
	k := newKeyCache(16)
	const scope = "20150830/us-east-1/iam/aws4_request"
	k.add(of("AKID1", scope), "secret", keyOf("1"))
	for _, test := range []struct {
		rule, id, scope, secret string
		found                   bool
	}{
		{"the same", "AKID1", scope, "secret", true},
		{"another access key", "AKID2", scope, "secret", false},
		{"another day", "AKID1", "20150831/us-east-1/iam/aws4_request", "secret", false},
		{"another region", "AKID1", "20150830/us-east-2/iam/aws4_request", "secret", false},
		{"another service", "AKID1", "20150830/us-east-1/sts/aws4_request", "secret", false},
		{"a changed secret", "AKID1", scope, "secres", false},
		{"a longer secret", "AKID1", scope, "secret ", false},
		{"no secret", "AKID1", scope, "", false},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if got := k.find(of(test.id, test.scope), test.secret); (got != nil) != test.found {
				t.Errorf("found %v", got)
			}
		})
	}
}

// TestKeyCacheChangedSecret: the new key takes the place of the old one.
func TestKeyCacheChangedSecret(t *testing.T) {
	k := newKeyCache(4)
	s := of("AKID", "20150830/us-east-1/iam/aws4_request")
	k.add(s, "old", keyOf("old"))
	k.add(s, "new", keyOf("new"))
	if k.find(s, "old") != nil {
		t.Error("the old secret still has a key")
	}
	if got := k.find(s, "new"); got == nil || !bytes.Equal(got.key.inner, []byte("new")) {
		t.Errorf("the new secret has %v", got)
	}
}

func TestKeyCacheIsBounded(t *testing.T) {
	for _, keys := range []int{-1, 0, 1, 4, 7, 64, 1000} {
		k := newKeyCache(keys)
		for i := range 5000 {
			k.add(of("AKID"+strconv.Itoa(i), "20150830/us-east-1/iam/aws4_request"), "s", keyOf("k"))
		}
		if kept := k.kept(); kept > max(keys, ways) || kept == 0 {
			t.Errorf("%d keys are kept, of at most %d", kept, keys)
		}
	}
}

func (k *keyCache) kept() (n int) {
	for i := range k.sets {
		for j := range k.sets[i] {
			if k.sets[i][j].Load() != nil {
				n++
			}
		}
	}
	return n
}

// TestKeyCacheReplacesEarlierDays: yesterday's keys make room for today's.
func TestKeyCacheReplacesEarlierDays(t *testing.T) {
	k := newKeyCache(ways)
	days := []string{"20150830", "20150829", "20150830", "20150830"}
	for i, day := range days {
		k.add(of("AKID"+strconv.Itoa(i), day+"/us-east-1/iam/aws4_request"), "s", keyOf("k"))
	}
	k.add(of("AKID9", "20150830/us-east-1/iam/aws4_request"), "s", keyOf("k"))
	for i, day := range days {
		if found := k.find(of("AKID"+strconv.Itoa(i), day+"/us-east-1/iam/aws4_request"), "s") != nil; found != (i != 1) {
			t.Errorf("key %d of %s is there: %v", i, day, found)
		}
	}
}

// TestKeyCacheIsFilledByRightSignaturesOnly: forged requests push no key out.
func TestKeyCacheIsFilledByRightSignaturesOnly(t *testing.T) {
	v := NewVerifier(16)
	r := signed(t, iamRules, "GET", "/", "", EmptyPayload)
	var s Signature
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(r, &s, nil, "forged", testTime, iamRules); err == nil {
		t.Fatal("a forged signature verifies")
	}
	if n := v.keys.kept(); n != 0 {
		t.Errorf("%d keys after a forged request", n)
	}
	if err := v.Verify(r, &s, nil, testCredentials.SecretAccessKey, testTime, iamRules); err != nil {
		t.Fatal(err)
	}
	if n := v.keys.kept(); n != 1 {
		t.Errorf("%d keys after a true one", n)
	}
}

// TestVerifyAfterSecretChanged: a kept key never outlives its secret.
func TestVerifyAfterSecretChanged(t *testing.T) {
	v := NewVerifier(16)
	r := signed(t, iamRules, "GET", "/", "", EmptyPayload)
	var s Signature
	if err := Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		secret string
		right  bool
	}{{testCredentials.SecretAccessKey, true}, {"changed", false}, {testCredentials.SecretAccessKey, true}} {
		if err := v.Verify(r, &s, nil, test.secret, testTime, iamRules); (err == nil) != test.right {
			t.Errorf("with %q: %v", test.secret, err)
		}
	}
}
