package s3

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// With ACLs off, what says that the owner has full control passes, and nothing else
// [about-object-ownership].
func TestOwnersACL(t *testing.T) {
	const owner, other = "111122223333", "444455556666"
	id := directory.CanonicalID(owner)
	for _, c := range []struct {
		name, caller string
		written      written
		passes       bool
	}{
		{"none", other, written{}, true},
		{"the bucket owner's full control", other, written{acl: ptr("bucket-owner-full-control")}, true},
		{"private, of the owner's account", owner, written{acl: ptr("private")}, true},
		{"private, of another account", other, written{acl: ptr("private")}, false},
		{"public-read", owner, written{acl: ptr("public-read")}, false},
		{"bucket-owner-read", owner, written{acl: ptr("bucket-owner-read")}, false},
		{"a grant to the owner", other, written{fullControl: ptr(`id="` + id + `"`)}, true},
		{"a grant to another", owner, written{fullControl: ptr(`id="` + directory.CanonicalID(other) + `"`)}, false},
		{"a grant to read", owner, written{grants: []*string{nil, ptr(`id="` + id + `"`)}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.written.ownersACL(owner, c.caller); got != c.passes {
				t.Errorf("%v", got)
			}
		})
	}
}
