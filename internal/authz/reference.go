package authz

import (
	"crypto/rand"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// idLetters are what an authorization id is made of, idLength how many: 129 bits.
const (
	idLetters = "0123456789abcdefghijklmnopqrstuvwxyz"
	idLength  = 25
)

// newAuthorizationID names a denial so that nobody guesses it (D-08).
func newAuthorizationID() string {
	id := make([]byte, 0, idLength)
	var random [2 * idLength]byte
	for {
		rand.Read(random[:]) // never fails
		for _, b := range random {
			if int(b) >= 256/len(idLetters)*len(idLetters) { // these would come oftener
				continue
			}
			if id = append(id, idLetters[int(b)%len(idLetters)]); len(id) == idLength {
				return string(id)
			}
		}
	}
}

// IsAuthorizationID says whether a text looks like an authorization id.
func IsAuthorizationID(s string) bool {
	return len(s) == idLength && strings.Trim(s, idLetters) == ""
}

// reference is what stands behind the sentence: where the denial is explained, and
// its id [troubleshoot_access-denied-authorization-id]. The page has the path of
// AWS's under our console's address.
func reference(call *api.Call, id string) string {
	if call.ConsoleURL == "" {
		return ". For complete details, call the GetRequestAuthorizationDetails API with the following authorization id: " + id
	}
	return ". Go to " + strings.TrimSuffix(call.ConsoleURL, "/") + "/iam/home?region=" + call.Region + "#/authorization-details/" + id +
		" for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: " + id
}
