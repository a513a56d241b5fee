package api_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// examples are texts that a pattern of the models takes and refuses, by the shape
// that has it first.
type examples struct {
	shape          string
	takes, refuses []string
}

const (
	root    = "r-a1b2"
	unit    = "ou-a1b2-a1b2c3d4"
	account = "123456789012"
	org     = "o-a1b2c3d4e5"
	orgARN  = "arn:aws:organizations::123456789012:"
)

var patternExamples = []examples{
	{"iam:SAMLProviderNameType", []string{"a", "my.idp_1-x"}, []string{"", "a b", "a/b", "é"}},
	{"iam:accountAliasType", []string{"abc", "a-b-c", "1ab", long(63)}, []string{"ab", "-ab", "ab-", "a--b", "ABC", "a_b", long(64)}},
	{"iam:accountIdType", []string{account}, []string{"12345678901", "1234567890123", "12345678901a", "12345678901\n"}},
	{"iam:authenticationCodeType", []string{"123456", "0"}, []string{"", "12345a", " 123456", "١٢٣"}},
	{"iam:delegationRequestIdType", []string{"dr-1_a"}, []string{"", "a.b", "a b"}},
	{"iam:idType", []string{"AIDAQ3EGRJ5EXAMPLE111", "a_1"}, []string{"", "a-b", "a b"}},
	{"iam:markerType", []string{"AAA=", "a b", "ÿ"}, []string{"", "a\n", "Ā", "\x1f"}},
	{"iam:notificationChannelType", []string{"a:b_c.d-e"}, []string{"", "a/b", "a b"}},
	{"iam:organizationsEntityPathType", []string{org + "/" + root, org + "/" + root + "/" + unit, org + "/" + root + "/" + unit + "/"}, []string{"", org, org + "/", "o-short/" + root, org + "/" + root + " "}},
	{"iam:organizationsPolicyIdType", []string{"p-FullAWSAccess", "p-12345678"}, []string{"p-1234567", "p-1234-5678", "FullAWSAccess"}},
	{"iam:pathPrefixType", []string{"/", "/a", "/a/", "/~\x7f"}, []string{"", "a", "/ ", "/é"}},
	{"iam:pathType", []string{"/", "/a/", "/a//b/", "/!~/"}, []string{"", "//", "/a", "a/", "/a b/", "/é/", "/\x7f/"}},
	{"iam:policyDocumentType", []string{"{}", "{\n\t\"é\": \"ÿ\"}\r", " "}, []string{"", "{\x00}", "Ā", "€", "{\u2028}"}},
	{"iam:policyPathType", []string{"/", "/a/", "/a.b,c+d@e=f_g-h/i/"}, []string{"", "//", "/a", "a/", "/a//b/", "/a b/", "/a!/"}},
	{"iam:policyVersionIdType", []string{"v1", "v12", "v1.a-B", "v1."}, []string{"", "v0", "v01", "1", "V1", "v1_2", "v1.a.b"}},
	{"iam:privateKeyIdType", []string{"ABC123"}, []string{"", "abc", "A-B"}},
	{"iam:publicKeyFingerprintType", []string{"12:ab:_"}, []string{"", "12-ab", "12 ab"}},
	{"iam:roleDescriptionType", []string{"", "a\tb\r\n", "¡ÿ", "~"}, []string{"\x7f", "\u00A0", "Ā", "\x00"}},
	{"iam:roleNameType", []string{"a", "A9_+=,.@-"}, []string{"", "a b", "a/b", "a:b", "é", "a\n", "a%"}},
	{"iam:serialNumberType", []string{"arn:aws:iam::123456789012:mfa/kim", "GAHT12345678", "a+=/:,.@-b"}, []string{"", "a b", "a#"}},
	{"iam:serviceNamespaceType", []string{"", "s3", "a-b_c"}, []string{"a.b", "a b"}},
	{"iam:tagKeyType", []string{"team", "żółw 2 = é:/.+-@_", "aws:x", "\u00A0", "漢字", "٣", "Ⅻ"}, []string{"", "a!", "a\t", "🐢", "a\u200B", "#", "a\u0301"}},
	{"iam:tagValueType", []string{"", "team blue", "a@b"}, []string{"a!", "a\n", "\"", "(a)"}},
	{"organizations:AccountArn", []string{orgARN + "account/" + org + "/" + account}, []string{orgARN + "account/" + account, orgARN + "account/" + org + "/1", "arn:aws:organizations:::account/" + org + "/" + account}},
	{"organizations:AccountId", []string{account}, []string{"", "12345678901", "12345678901x", account + "\n"}},
	{"organizations:ChildId", []string{account, unit}, []string{"", root, "1", "ou-a1b2", unit + "/x", account + unit}},
	{"organizations:CreateAccountName", []string{"My account ~!", " "}, []string{"", "é", "a\n", "\x7f"}},
	{"organizations:CreateAccountRequestId", []string{"car-a1b2c3d4", "car-" + long(32)}, []string{"car-1234567", "car-" + long(33), "a1b2c3d4", "car-A1B2C3D4"}},
	{"organizations:Email", []string{"a@example.com", "a+b@x.y.z", "é@é.é"}, []string{"", "a", "a@b", "a@b.", "@b.c", "a b@c.d", "a@b@c.d", "a@\u000bb.c"}},
	{"organizations:GenericArn", []string{orgARN + "organization/" + org, "arn:aws:organizations::aws:policy/x"}, []string{"", "arn:aws:organizations:::x", "arn:aws:iam::1:x", orgARN}},
	{"organizations:HandshakeArn", []string{orgARN + "handshake/" + org + "/invite/h-a1b2c3d4"}, []string{orgARN + "handshake/" + org + "/h-a1b2c3d4", orgARN + "handshake/" + org + "/Invite/h-a1b2c3d4"}},
	{"organizations:HandshakeId", []string{"h-a1b2c3d4"}, []string{"h-1234567", "H-a1b2c3d4", "h-a1b2c3d_"}},
	{"organizations:HandshakePartyId", []string{"", "any\nthing", "\x00\u0085\u2028"}, nil},
	{"organizations:OrganizationArn", []string{orgARN + "organization/" + org}, []string{orgARN + org, orgARN + "organization/o-1"}},
	{"organizations:OrganizationId", []string{org, "o-" + long(32)}, []string{"o-123456789", "o-" + long(33), "O-a1b2c3d4e5", root}},
	{"organizations:OrganizationalUnitArn", []string{orgARN + "ou/" + org + "/" + unit}, []string{orgARN + "ou/" + unit}},
	{"organizations:OrganizationalUnitId", []string{unit}, []string{"ou-a1b-a1b2c3d4", "ou-a1b2-a1b2c3d", "ou-a1b2", root}},
	{"organizations:ParentId", []string{root, unit}, []string{"", account, root + unit, "r-a1b"}},
	{"organizations:PolicyArn", []string{orgARN + "policy/" + org + "/service_control_policy/p-a1b2c3d4e5", "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"},
		[]string{"", "arn:aws:iam::aws:policy/x", orgARN + "policy/" + org + "/p-a1b2c3d4e5", "arn:aws:organizations::aws:policy/p-FullAWSAccess"}},
	{"organizations:PolicyTargetId", []string{root, account, unit}, []string{"", "p-FullAWSAccess", "12"}},
	{"organizations:ResourcePolicyArn", []string{orgARN + "resourcepolicy/" + org + "/rp-a1b2"}, []string{orgARN + "resourcepolicy/rp-a1b2", "arn:-aws:organizations::123456789012:resourcepolicy/" + org + "/rp-a1b2"}},
	{"organizations:ResourcePolicyId", []string{"rp-a1b2", "rp-A_1z"}, []string{"rp-a1b", "p-a1b2", "rp-a-b1"}},
	{"organizations:ResponsibilityTransferId", []string{"rt-a1b2c3d4"}, []string{"rt-1", "rt-A1B2C3D4"}},
	{"organizations:RoleName", []string{"OrganizationAccountAccessRole", "a"}, []string{"", "a b", long(65)}},
	{"organizations:RootArn", []string{orgARN + "root/" + org + "/" + root}, []string{orgARN + "root/" + root}},
	{"organizations:RootId", []string{root}, []string{"", "r-a1b", "r-" + long(33), unit}},
	{"organizations:TagKey", []string{"", "team", "a b"}, []string{"a!", "🐢"}},
	{"organizations:TaggableResourceId", []string{root, account, unit, "p-12345678", "rp-1234"}, []string{"", "o-a1b2c3d4e5", "p-1"}},
	{"sts:accessKeyIdType", []string{"", "AKIAIOSFODNN7EXAMPLE", "a_1"}, []string{"a-b", "a b"}},
	{"sts:arnType", []string{"arn:aws:iam::123456789012:role/é€🐢", "\u0085", "\uFFFD", "\U0010FFFF"}, []string{"", "\x00", "\x7f", "\u0080", "\uFFFE"}},
	{"sts:assumedRoleIdType", []string{"", "AROA:sess@x"}, []string{"a/b", "a b"}},
	{"sts:externalIdType", []string{"", "a:b/c@d", "123-ABC"}, []string{"a b", "a#", "é"}},
	{"sts:federatedIdType", []string{"", "123456789012:bob"}, []string{"a/b"}},
	{"sts:roleSessionNameType", []string{"", "kim@example.com", "a=b,c+d.e-f_g"}, []string{"a b", "a/b", "a:b", "é"}},
	{"sts:serialNumberType", []string{"", "arn:aws:iam::123456789012:mfa/kim"}, []string{"a b"}},
	{"sts:tokenCodeType", []string{"", "123456"}, []string{"12345a", "１２"}},
}

// TestPatternExamples: every pattern of the models takes and refuses what its
// field means. A pattern without an example fails.
func TestPatternExamples(t *testing.T) {
	byText, n := map[string]examples{}, 0
	byShape := map[string]*api.Pattern{}
	eachShape(func(svc *api.Service, s *api.Shape) {
		if s.Pattern != nil {
			byShape[svc.Name+":"+s.Name] = s.Pattern
		}
	})
	for _, e := range patternExamples {
		p := byShape[e.shape]
		if p == nil {
			t.Errorf("%s has no pattern", e.shape)
			continue
		}
		byText[p.Text] = e
		for _, text := range e.takes {
			if n++; !p.Match(text) {
				t.Errorf("%s %s refuses %q", e.shape, p.Text, text)
			}
		}
		for _, text := range e.refuses {
			if n++; p.Match(text) {
				t.Errorf("%s %s takes %q", e.shape, p.Text, text)
			}
		}
	}
	for shape, p := range byShape {
		if _, ok := byText[p.Text]; !ok {
			t.Errorf("%s: no example of %s", shape, p.Text)
		}
	}
	if n < 250 {
		t.Errorf("only %d examples", n)
	}
}

// TestPatternWhole: every pattern holds for the whole text, so that no text that
// is refused can hide behind one that is taken (java.util.regex's matches).
func TestPatternWhole(t *testing.T) {
	for _, e := range patternExamples {
		eachShape(func(svc *api.Service, s *api.Shape) {
			if svc.Name+":"+s.Name != e.shape || strings.Contains(s.Pattern.Text, `\s\S`) || !strings.HasSuffix(s.Pattern.Text, "$") {
				return
			}
			for _, text := range e.takes {
				for _, hidden := range []string{text + "\n", "\n" + text, text + "\n<script>", text + "\x00"} {
					if s.Pattern.Match(hidden) {
						t.Errorf("%s takes %q", e.shape, hidden)
					}
				}
			}
		})
	}
}
