package accessanalyzer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
)

// A page token is, sealed, its version and the number of findings before the page, in
// four bytes, big endian. It is bound to its account and to what was validated: the
// findings of another document are another list.
const pageVersion = 1

func boundTo(account string, in *accessanalyzer.ValidatePolicyInput) []byte {
	h := sha256.New()
	for _, part := range []string{account, *in.PolicyType, or(in.ValidatePolicyResourceType, ""), *in.PolicyDocument} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

func (s *Service) token(account string, in *accessanalyzer.ValidatePolicyInput, before int) *string {
	plain := binary.BigEndian.AppendUint32([]byte{pageVersion}, uint32(before))
	token := base64.RawURLEncoding.EncodeToString(s.pages.Seal(plain, boundTo(account, in)))
	return &token
}

// from is how many findings stand before the page that is asked for.
func (s *Service) from(account string, in *accessanalyzer.ValidatePolicyInput) (int, error) {
	if in.NextToken == nil {
		return 0, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(*in.NextToken)
	if err != nil {
		return 0, errToken
	}
	plain, err := s.pages.Open(sealed, boundTo(account, in))
	if err != nil || len(plain) != 5 || plain[0] != pageVersion {
		return 0, errToken
	}
	return int(binary.BigEndian.Uint32(plain[1:])), nil
}

var errToken = invalid("The nextToken is not valid.")
