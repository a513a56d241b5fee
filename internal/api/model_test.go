package api_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

func TestServices(t *testing.T) {
	for _, c := range []struct {
		svc                                           *api.Service
		name, version, namespace, target, eventSource string
		global                                        bool
		operations                                    int
	}{
		{iam.API, "iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", "", "iam.amazonaws.com", true, 180},
		{sts.API, "sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", "", "sts.amazonaws.com", false, 11},
		{organizations.API, "organizations", "2016-11-28", "", "AWSOrganizationsV20161128", "organizations.amazonaws.com", true, 63},
	} {
		s := c.svc
		if s.Name != c.name || s.Version != c.version || s.Namespace != c.namespace || s.TargetPrefix != c.target || s.EventSource != c.eventSource || s.Global != c.global {
			t.Errorf("%+v", s)
		}
		if len(s.Operations) != c.operations {
			t.Errorf("%s has %d operations", s.ID, len(s.Operations))
		}
		if !slices.IsSortedFunc(s.Operations, func(a, b *api.Operation) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: the operations are not sorted", s.ID)
		}
	}
}

// TestStructs: the Go structs are what schema.go says, which the codecs rely on:
// a field a member, in order, of the shape's type.
func TestStructs(t *testing.T) {
	for _, svc := range services {
		for _, op := range svc.Operations {
			for suffix, c := range map[string]struct {
				value any
				shape *api.Shape
			}{"Input": {op.NewInput(), op.Input}, "Output": {op.NewOutput(), op.Output}} {
				typ := reflect.TypeOf(c.value).Elem()
				if typ.Name() != op.Name+suffix {
					t.Errorf("%s:%s has the struct %s", svc.ID, op.Name, typ.Name())
				}
				if c.shape == nil {
					c.shape = &api.Shape{Kind: api.Structure}
				}
				checkStruct(t, map[reflect.Type]bool{}, typ, c.shape)
			}
		}
	}
}

func checkStruct(t *testing.T, seen map[reflect.Type]bool, typ reflect.Type, s *api.Shape) {
	t.Helper()
	if seen[typ] {
		return
	}
	seen[typ] = true
	if typ.NumField() != len(s.Members) {
		t.Errorf("%s has %d fields for %d members", typ, typ.NumField(), len(s.Members))
		return
	}
	for i, m := range s.Members {
		f := typ.Field(i)
		if f.Name != strings.ToUpper(m.Name[:1])+m.Name[1:] || m.Wire == "" {
			t.Errorf("%s.%s is the member %q, on the wire %q", typ, f.Name, m.Name, m.Wire)
		}
		element := f.Type
		if k := m.Shape.Kind; k != api.List && k != api.Map && k != api.Blob {
			if element.Kind() != reflect.Pointer {
				t.Errorf("%s.%s is no pointer", typ, f.Name)
				continue
			}
			element = element.Elem()
		}
		checkType(t, seen, element, m.Shape)
	}
}

var goTypes = map[api.Kind]reflect.Type{
	api.String: reflect.TypeFor[string](), api.Boolean: reflect.TypeFor[bool](), api.Integer: reflect.TypeFor[int32](), api.Long: reflect.TypeFor[int64](),
	api.Float: reflect.TypeFor[float64](), api.Double: reflect.TypeFor[float64](), api.Blob: reflect.TypeFor[[]byte](), api.Timestamp: reflect.TypeFor[time.Time](),
}

func checkType(t *testing.T, seen map[reflect.Type]bool, typ reflect.Type, s *api.Shape) {
	t.Helper()
	switch s.Kind {
	case api.Structure:
		checkStruct(t, seen, typ, s)
	case api.List:
		checkType(t, seen, typ.Elem(), s.Element)
	case api.Map:
		if typ.Key().Kind() != reflect.String || s.KeyShape == nil || s.KeyName == "" || s.ValueName == "" {
			t.Errorf("%s is no map of %s", typ, s.Name)
		}
		checkType(t, seen, typ.Elem(), s.Element)
	default:
		if typ != goTypes[s.Kind] {
			t.Errorf("%s is a %s", s.Name, typ)
		}
	}
}

// TestErrorShapes: aws-errors 1.1, 2 and 2.1, code by code.
func TestErrorShapes(t *testing.T) {
	for _, c := range []struct {
		svc    *api.Service
		status int
		codes  string
	}{
		{iam.API, 400, "InvalidInput MalformedPolicyDocument MalformedCertificate InvalidCertificate KeyPairMismatch InvalidPublicKey UnrecognizedPublicKeyEncoding" +
			" DuplicateSSHPublicKey InvalidUserType PasswordPolicyViolation PolicyNotAttachable UnmodifiableEntity OpenIdIdpCommunicationError"},
		{iam.API, 403, "InvalidAuthenticationCode"},
		{iam.API, 404, "NoSuchEntity NotSupportedService ReportInProgress FeatureDisabled"},
		{iam.API, 409, "EntityAlreadyExists EntityTemporarilyUnmodifiable DeleteConflict LimitExceeded DuplicateCertificate ConcurrentModification ReportGenerationLimitExceeded FeatureEnabled"},
		{iam.API, 410, "ReportNotPresent ReportExpired"},
		{iam.API, 500, "ServiceFailure PolicyEvaluation"},
		{sts.API, 400, "ExpiredTokenException InvalidAuthorizationMessageException IDPCommunicationError InvalidIdentityToken MalformedPolicyDocument PackedPolicyTooLarge"},
		{sts.API, 403, "RegionDisabledException IDPRejectedClaim"},
		{organizations.API, 400, "AccessDeniedException AWSOrganizationsNotInUseException InvalidInputException AlreadyInOrganizationException AccountNotFoundException" +
			" ConcurrentModificationException ConstraintViolationException TooManyRequestsException CreateAccountStatusNotFoundException"},
		{organizations.API, 500, "ServiceException"},
	} {
		for _, code := range strings.Fields(c.codes) {
			e := c.svc.Modelled(code)
			if e == nil {
				t.Errorf("%s has no %s", c.svc.ID, code)
				continue
			}
			if e.Status != c.status || e.Fault != (c.status == 500) {
				t.Errorf("%s %s: %+v", c.svc.ID, code, e)
			}
			if (e.Message == "Message") != (c.svc == organizations.API) {
				t.Errorf("%s %s: the message's name is %q", c.svc.ID, code, e.Message)
			}
		}
	}
}

// TestLimits: the lengths, patterns and ranges of aws-errors 1.7 and 2.
func TestLimits(t *testing.T) {
	const name, sessionName = `[\w+=,.@-]+`, `[\w+=,.@-]*`
	for _, c := range []struct {
		svc        *api.Service
		op, member string
		min, max   int64
		pattern    string
	}{
		{iam.API, "CreateRole", "RoleName", 1, 64, name},
		{iam.API, "CreateUser", "UserName", 1, 64, name},
		{iam.API, "GetUser", "UserName", 1, 128, name},
		{iam.API, "CreateGroup", "GroupName", 1, 128, name},
		{iam.API, "CreatePolicy", "PolicyName", 1, 128, name},
		{iam.API, "CreateInstanceProfile", "InstanceProfileName", 1, 128, name},
		{iam.API, "CreateUser", "Path", 1, 512, `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`},
		{iam.API, "ListUsers", "PathPrefix", 1, 512, `\u002F[\u0021-\u007F]*`},
		{iam.API, "CreateUser", "Tags", -1, 50, ""},
		{iam.API, "CreatePolicy", "PolicyDocument", 1, 131072, `[\u0009\u000A\u000D\u0020-\u00FF]+`},
		{iam.API, "ListUsers", "Marker", 1, 320, `[\u0020-\u00FF]+`},
		{iam.API, "ListUsers", "MaxItems", 1, 1000, ""},
		{iam.API, "GetPolicy", "PolicyArn", 20, 2048, ""},
		{iam.API, "DeleteAccessKey", "AccessKeyId", 16, 128, `[\w]+`},
		{iam.API, "CreateRole", "MaxSessionDuration", 3600, 43200, ""},
		{sts.API, "AssumeRole", "RoleSessionName", 2, 64, sessionName},
		{sts.API, "AssumeRole", "SourceIdentity", 2, 64, sessionName},
		{sts.API, "AssumeRole", "ExternalId", 2, 1224, `[\w+=,.@:\/-]*`},
		{sts.API, "GetFederationToken", "Name", 2, 32, sessionName},
		{sts.API, "AssumeRole", "DurationSeconds", 900, 43200, ""},
		{sts.API, "GetSessionToken", "DurationSeconds", 900, 129600, ""},
		{sts.API, "GetFederationToken", "Policy", 1, 2048, `[\u0009\u000A\u000D\u0020-\u00FF]+`},
		{sts.API, "AssumeRole", "Tags", -1, 50, ""},
		{sts.API, "AssumeRole", "RoleArn", 20, 2048, `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`},
		{sts.API, "AssumeRole", "TokenCode", 6, 6, `[\d]*`},
		{sts.API, "AssumeRoleWithWebIdentity", "WebIdentityToken", 4, 20000, ""},
		{sts.API, "DecodeAuthorizationMessage", "EncodedMessage", 1, 10240, ""},
		{organizations.API, "CreateAccount", "AccountName", 1, 50, `[\u0020-\u007E]+`},
		{organizations.API, "CreateAccount", "Email", 6, 64, `[^\s@]+@[^\s@]+\.[^\s@]+`},
		{organizations.API, "DescribeAccount", "AccountId", -1, 12, `^\d{12}$`},
	} {
		members := c.svc.Operation(c.op).Input.Members
		i := slices.IndexFunc(members, func(m api.MemberShape) bool { return m.Name == c.member })
		if i < 0 {
			t.Errorf("%s has no %s", c.op, c.member)
			continue
		}
		s, pattern := members[i].Shape, ""
		if s.Pattern != nil {
			pattern = s.Pattern.Text
		}
		if s.Min != c.min || s.Max != c.max || pattern != c.pattern {
			t.Errorf("%s.%s: %d to %d %s", c.op, c.member, s.Min, s.Max, pattern)
		}
	}
}

func TestOperationFacts(t *testing.T) {
	for _, c := range []struct {
		svc                 *api.Service
		op                  string
		readOnly, anonymous bool
		page                bool
	}{
		{iam.API, "GetUser", true, false, false},
		{iam.API, "ListUsers", true, false, true},
		{iam.API, "ListServiceSpecificCredentials", true, false, true},
		{iam.API, "SimulateCustomPolicy", true, false, true},
		{iam.API, "GenerateCredentialReport", true, false, false},
		{iam.API, "GetAccountAuthorizationDetails", true, false, true},
		{iam.API, "CreateUser", false, false, false},
		{iam.API, "UntagRole", false, false, false},
		{iam.API, "SetDefaultPolicyVersion", false, false, false},
		{sts.API, "AssumeRole", true, false, false},
		{sts.API, "AssumeRoleWithSAML", true, true, false},
		{sts.API, "AssumeRoleWithWebIdentity", true, true, false},
		{sts.API, "GetCallerIdentity", true, false, false},
		{organizations.API, "ListAccounts", true, false, true},
		{organizations.API, "DescribeOrganization", true, false, false},
		{organizations.API, "CreateAccount", false, false, false},
	} {
		op := c.svc.Operation(c.op)
		if op.ReadOnly != c.readOnly || op.Anonymous != c.anonymous || (op.Page != nil) != c.page || op.Streaming || op.Method != "POST" || op.URI != "/" {
			t.Errorf("%s: %+v", c.op, op)
		}
	}
	if p := iam.API.Operation("ListUsers").Page; p.InputToken[0] != "Marker" || p.OutputToken[0] != "Marker" || p.LimitKey != "MaxItems" || p.MoreResults != "IsTruncated" || p.ResultKey[0] != "Users" {
		t.Errorf("%+v", p)
	}
}

// Only the two operations that bring proof of their own are served unsigned.
func TestAnonymousOperations(t *testing.T) {
	var open []string
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Anonymous {
				open = append(open, op.Name)
			}
		}
	}
	if strings.Join(open, " ") != "AssumeRoleWithSAML AssumeRoleWithWebIdentity" {
		t.Errorf("%v", open)
	}
}

// Secrets are marked, so that no message shows them.
func TestSensitive(t *testing.T) {
	var names []string
	eachShape(func(svc *api.Service, s *api.Shape) {
		if s.Sensitive {
			names = append(names, svc.Name+":"+s.Name)
		}
	})
	for _, want := range []string{"iam:passwordType", "iam:accessKeySecretType", "iam:BootstrapDatum", "iam:privateKeyType", "iam:serviceCredentialSecretType",
		"iam:authenticationCodeType", "sts:tokenCodeType", "sts:tokenType", "sts:contextAssertionType",
		"sts:accessKeySecretType", "sts:clientTokenType", "sts:SAMLAssertionType", "organizations:Email", "organizations:AccountName"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not sensitive", want)
		}
	}
}
