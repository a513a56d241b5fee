package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	sdkaccessanalyzer "github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	accessanalyzertypes "github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	sdkorganizations "github.com/aws/aws-sdk-go-v2/service/organizations"
	sdks3 "github.com/aws/aws-sdk-go-v2/service/s3"
	sdksts "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// current are the services as AWS's present SDK has them, and ours. The SDK for Go
// has no IAM toolbox yet.
var current = []struct {
	sdk    reflect.Type
	api    *api.Service
	shaped []string // operations that have shapes; none: all
}{
	{reflect.TypeFor[*sdkiam.Client](), iam.API, nil},
	{reflect.TypeFor[*sdksts.Client](), sts.API, nil},
	{reflect.TypeFor[*sdkorganizations.Client](), organizations.API, nil},
	{reflect.TypeFor[*sdkaccessanalyzer.Client](), accessanalyzer.API, []string{"ValidatePolicy"}},
	{reflect.TypeFor[*sdks3.Client](), s3.API, s3Objects},
}

// s3Objects are the operations that the gateway in front of S3 carries out at its back end.
var s3Objects = []string{
	"AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteObject", "DeleteObjectTagging",
	"DeleteObjects", "GetObject", "GetObjectAttributes", "GetObjectTagging", "HeadObject", "ListMultipartUploads", "ListObjectVersions",
	"ListObjects", "ListObjectsV2", "ListParts", "PutObject", "PutObjectTagging", "UploadPart", "UploadPartCopy",
}

// TestCurrent fails when AWS has added an operation or a member that neither the
// frozen model nor the overlay has.
func TestCurrent(t *testing.T) {
	for _, c := range current {
		ops := sdkOperations(c.sdk)
		for _, op := range c.api.Operations {
			sdk, ok := ops[op.Name]
			shaped := c.shaped == nil || slices.Contains(c.shaped, op.Name)
			if !ok && (shaped || c.api != s3.API) { // S3's model keeps operations that its SDK has dropped
				t.Errorf("%s:%s: AWS has it no longer", c.api.ID, op.Name)
			}
			delete(ops, op.Name)
			if !ok || !shaped {
				continue
			}
			compare(t, map[reflect.Type]bool{}, c.api.ID+":"+op.Name+"Input", sdk.In(2), op.Input)
			compare(t, map[reflect.Type]bool{}, c.api.ID+":"+op.Name+"Output", sdk.Out(0), op.Output)
		}
		if c.api == s3.API { // those that it lacks are refused as unknown
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(ops)) {
			t.Errorf("%s:%s: the overlay lacks it", c.api.ID, name)
		}
	}
}

// sdkOperations are the methods of a client that are operations: context,
// input, options.
func sdkOperations(client reflect.Type) map[string]reflect.Type {
	ops := map[string]reflect.Type{}
	for m := range client.Methods() {
		if t := m.Type; t.NumIn() == 4 && t.IsVariadic() && strings.HasSuffix(t.In(2).String(), "."+m.Name+"Input") {
			ops[m.Name] = t
		}
	}
	return ops
}

// compare walks the SDK's type and our shape at once.
func compare(t *testing.T, seen map[reflect.Type]bool, at string, sdk reflect.Type, ours *api.Shape) {
	t.Helper()
	for sdk.Kind() == reflect.Pointer {
		sdk = sdk.Elem()
	}
	if sdk.Kind() == reflect.Interface && ours.Kind == api.Blob { // a stream
		return
	}
	if sdk.Kind() == reflect.Interface {
		sdk = unions[sdk]
	}
	if ours == nil {
		ours = &api.Shape{Kind: api.Structure}
	}
	if strings.HasSuffix(at, "PartNumberMarker") { // a number that the SDK leaves as text
		return
	}
	if got := kindOf(sdk); !slices.Contains(got, ours.Kind) {
		t.Errorf("%s: %s is kind %d here", at, sdk, ours.Kind)
		return
	}
	switch ours.Kind {
	case api.List, api.Map:
		compare(t, seen, at+"[]", sdk.Elem(), ours.Element)
	case api.String:
		compareEnum(t, at, sdk, ours)
	case api.Structure:
		if !seen[sdk] {
			seen[sdk] = true
			compareMembers(t, seen, at, sdk, ours)
		}
	}
}

func compareMembers(t *testing.T, seen map[reflect.Type]bool, at string, sdk reflect.Type, ours *api.Shape) {
	t.Helper()
	have := map[string]*api.Shape{}
	for _, m := range ours.Members {
		have[upper(m.Name)] = m.Shape
	}
	for f := range sdk.Fields() {
		if !f.IsExported() || f.Name == "ResultMetadata" || f.Name == "ExpiresString" { // the latter is the SDK's own
			continue
		}
		shape, ok := have[f.Name]
		if !ok {
			t.Errorf("%s.%s: the overlay lacks it", at, f.Name)
			continue
		}
		delete(have, f.Name)
		compare(t, seen, at+"."+f.Name, f.Type, shape)
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		t.Errorf("%s.%s: AWS has it no longer", at, name)
	}
}

// unions are the SDK's union types, which reflection cannot list, as structures
// of their members.
var unions = map[reflect.Type]reflect.Type{
	reflect.TypeFor[accessanalyzertypes.PathElement](): reflect.TypeFor[struct {
		Index     int32
		Key       string
		Substring accessanalyzertypes.Substring
		Value     string
	}](),
	reflect.TypeFor[iamtypes.PolicyIdentifier](): reflect.TypeFor[struct {
		InlinePolicyIdentifier iamtypes.InlinePolicyIdentifierType
		PolicyArn              string
		PolicyType             iamtypes.PolicyIdentifierPolicyType
	}](),
}

// compareEnum: every value that the SDK knows is one that we accept.
func compareEnum(t *testing.T, at string, sdk reflect.Type, ours *api.Shape) {
	t.Helper()
	values, ok := sdk.MethodByName("Values")
	if !ok {
		return
	}
	for _, v := range values.Func.Call([]reflect.Value{reflect.Zero(sdk)})[0].Seq2() {
		if !slices.Contains(ours.Enum, v.String()) {
			t.Errorf("%s: the overlay lacks the value %q of %s", at, v, ours.Name)
		}
	}
}

func kindOf(t reflect.Type) []api.Kind {
	switch t.Kind() {
	case reflect.Bool:
		return []api.Kind{api.Boolean}
	case reflect.Int32:
		return []api.Kind{api.Integer}
	case reflect.Int64:
		return []api.Kind{api.Long}
	case reflect.Float32, reflect.Float64:
		return []api.Kind{api.Float, api.Double}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return []api.Kind{api.Blob}
		}
		return []api.Kind{api.List}
	case reflect.Map:
		return []api.Kind{api.Map}
	case reflect.Struct:
		if t.String() == "time.Time" {
			return []api.Kind{api.Timestamp}
		}
		return []api.Kind{api.Structure}
	}
	return []api.Kind{api.String}
}
