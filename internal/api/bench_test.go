package api_test

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// The path of GetCallerIdentity, which every client walks: at most 1 µs to
// find and decode, and to encode.
func BenchmarkGetCallerIdentity(b *testing.B) {
	body := []byte("Action=GetCallerIdentity&Version=2011-06-15")
	r := form()
	b.Run("find", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, op, err := registry.Find(r, body, "sts"); op == nil || err != nil {
				b.Fatal(err)
			}
		}
	})
	op := sts.API.Operation("GetCallerIdentity")
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			in, err := api.DecodeInput(sts.API, op, r, body)
			if err != nil || api.Validate(sts.API, op, in) != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 1024)
		for b.Loop() {
			if _, err := api.EncodeOutput(buf, sts.API, op, identity, requestID, api.Native); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCreateRole(b *testing.B) {
	body := []byte("Action=CreateRole&Version=2010-05-08&RoleName=my-role&Path=%2Fapp%2F&AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%7D" +
		"&Tags.member.1.Key=team&Tags.member.1.Value=blue&Tags.member.2.Key=stage&Tags.member.2.Value=prod")
	r, op := form(), iam.API.Operation("CreateRole")
	b.ReportAllocs()
	for b.Loop() {
		in, err := api.DecodeInput(iam.API, op, r, body)
		if err != nil || api.Validate(iam.API, op, in) != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkListUsers(b *testing.B) {
	out := &iam.ListUsersOutput{IsTruncated: ptr(false)}
	for i := range 100 {
		out.Users = append(out.Users, iam.User{UserName: ptr("user" + itoa(i)), Path: ptr("/"), UserId: ptr("AIDAQ3EGRJ5EXAMPLE111"), Arn: ptr("arn:aws:iam::123456789012:user/u"), CreateDate: &when})
	}
	op := iam.API.Operation("ListUsers")
	buf := make([]byte, 0, 64<<10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := api.EncodeOutput(buf, iam.API, op, out, requestID, api.Native); err != nil {
			b.Fatal(err)
		}
	}
}
