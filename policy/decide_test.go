package policy

import "testing"

// smoke is replaced by the table of section E.
func TestSmoke(t *testing.T) {
	p, err := Compile(Identity, "p", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	u := &Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ana", EntityARN: "arn:aws:iam::111122223333:user/ana"}
	r := &Request{Principal: u, Action: "s3:getobject", Resource: "arn:aws:s3:::b/a:b/c"}
	if d := Decide(r, &Set{Identity: []*Policy{p}}); d.Outcome != Allowed {
		t.Fatalf("%+v", d)
	}
	r.Resource = "arn:aws:s3:::B/x"
	d := Decide(r, &Set{Identity: []*Policy{p}})
	if d.Outcome != ImplicitDeny {
		t.Fatalf("%+v", d)
	}
	t.Log(d.Message(r, r.Resource))
}
