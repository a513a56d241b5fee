package organizations

import (
	"encoding/base64"
	"iter"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

const maxPage = 20 // [API_ListAccounts, MaxResults]

// page is one page of a list: shapes of what follows the token, and the token of
// the next page, or nil.
func page[T, Shape any](token *string, size *int32, from func(after string) iter.Seq[T], shape func(T) (key string, s Shape)) ([]Shape, *string, error) {
	after, err := afterToken(token)
	if err != nil {
		return nil, nil, err
	}
	shapes, last := []Shape{}, ""
	for t := range from(after) {
		if len(shapes) == int(or(size, maxPage)) {
			next := base64.RawURLEncoding.EncodeToString([]byte(tokenVersion + last))
			return shapes, &next, nil
		}
		key, s := shape(t)
		shapes, last = append(shapes, s), key
	}
	return shapes, nil, nil
}

// tokenVersion starts a token, before it is encoded; what follows is the key of
// the last entry that was shown.
const tokenVersion = "1/"

func afterToken(token *string) (string, error) {
	if token == nil {
		return "", nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(*token)
	after, ok := strings.CutPrefix(string(plain), tokenVersion)
	if err != nil || !ok || after == "" {
		return "", errNextToken()
	}
	return after, nil
}

// errNextToken has the reason of the InvalidInputException page.
func errNextToken() *api.Error {
	return invalidInput("INVALID_NEXT_TOKEN", "Get the value for the NextToken parameter from the response to a previous call of the operation.")
}

func invalidInput(reason, message string) *api.Error {
	e := api.Errorf(http.StatusBadRequest, "InvalidInputException", "%s", message)
	e.Members = []api.Member{{Name: "Reason", Value: reason}}
	return e
}
