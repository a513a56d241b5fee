package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	sdkorganizations "github.com/aws/aws-sdk-go-v2/service/organizations"
	sdksts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// wire answers the SDK's requests with our codecs and keeps what they decoded.
type wire struct {
	registry *api.Registry
	in, out  any
	err      *api.Error // to answer instead of out
}

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	svc, op, err := w.registry.Find(r, body, "")
	if err != nil {
		return nil, err
	}
	if w.in, err = api.DecodeInput(svc, op, r, body); err != nil {
		return nil, err
	}
	var answer api.Response
	if w.err != nil {
		answer = api.EncodeError(nil, svc, w.err, "request", api.FormOf(svc, r))
	} else {
		w.out = op.NewOutput()
		new(filler).fill(reflect.ValueOf(w.out).Elem())
		if answer, err = api.EncodeOutput(nil, svc, op, w.out, "request", api.FormOf(svc, r)); err != nil {
			return nil, err
		}
	}
	resp := &http.Response{StatusCode: answer.Status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer.Body)), Request: r}
	for _, f := range answer.Header {
		resp.Header.Add(f.Name, f.Value)
	}
	return resp, nil
}

// clients are AWS's own clients, which speak to w.
func clients(w *wire) map[*api.Service]reflect.Value {
	config := aws.Config{
		Region: "us-east-1", HTTPClient: w, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	}
	return map[*api.Service]reflect.Value{
		iam.API:           reflect.ValueOf(sdkiam.NewFromConfig(config)),
		sts.API:           reflect.ValueOf(sdksts.NewFromConfig(config)),
		organizations.API: reflect.ValueOf(sdkorganizations.NewFromConfig(config)),
	}
}

// TestWire sends every operation with every member set through AWS's own
// client: what the client wrote is what we read, and what we write is what it
// reads.
func TestWire(t *testing.T) {
	w := &wire{registry: api.NewRegistry(iam.API, sts.API, organizations.API)}
	for svc, client := range clients(w) {
		for _, op := range svc.Operations {
			t.Run(svc.ID+"/"+op.Name, func(t *testing.T) {
				sdkIn, sdkOut, err := call(client, op.Name)
				if err != nil {
					t.Fatal(err)
				}
				same(t, op.Name+"Input", sdkIn, reflect.ValueOf(w.in))
				same(t, op.Name+"Output", sdkOut, reflect.ValueOf(w.out))
			})
		}
	}
}

// TestWireErrors: the client names every modelled error as its model does.
func TestWireErrors(t *testing.T) {
	w := &wire{registry: api.NewRegistry(iam.API, sts.API, organizations.API)}
	for svc, client := range clients(w) {
		for _, op := range svc.Operations {
			for _, e := range op.Errors {
				w.err = &api.Error{Code: e.Code, Status: e.Status, Fault: e.Fault, Message: "what <went> wrong"}
				_, _, err := call(client, op.Name)
				var got smithy.APIError
				if !errors.As(err, &got) || got.ErrorCode() != e.Code || got.ErrorMessage() != w.err.Message {
					t.Errorf("%s:%s: %s became %v", svc.ID, op.Name, e.Code, err)
					continue
				}
				if _, generic := got.(*smithy.GenericAPIError); generic {
					t.Errorf("%s:%s: %s is not an error of its model", svc.ID, op.Name, e.Code)
				}
			}
		}
	}
}

// call calls an operation with every member of its input set.
func call(client reflect.Value, name string) (in, out reflect.Value, err error) {
	method := client.MethodByName(name)
	in = reflect.New(method.Type().In(1).Elem())
	new(filler).fill(in.Elem())
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	err, _ = results[1].Interface().(error)
	return in, results[0], err
}

// filler sets everything to values that differ.
type filler struct{ n, depth int }

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("text & <" + strconv.Itoa(f.n) + ">")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Interface:
		v.Set(reflect.ValueOf(&iamtypes.PolicyIdentifierMemberPolicyArn{Value: "arn" + strconv.Itoa(f.n)}))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fill(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	case reflect.Struct:
		f.structure(v)
	}
}

func (f *filler) structure(v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(1795528800+int64(f.n), 0).UTC()))
		return
	}
	if f.depth++; f.depth < 8 { // shapes may hold themselves
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && field.Name != "ResultMetadata" {
				f.fill(v.Field(i))
			}
		}
	}
	f.depth--
}

// same compares a value of the SDK's types with one of ours.
func same(t *testing.T, at string, sdk, ours reflect.Value) {
	t.Helper()
	for sdk.Kind() == reflect.Pointer && !sdk.IsNil() {
		sdk = sdk.Elem()
	}
	for ours.Kind() == reflect.Pointer && !ours.IsNil() {
		ours = ours.Elem()
	}
	if sdk.Kind() == reflect.Interface {
		same(t, at+".PolicyArn", sdk.Elem().Elem().FieldByName("Value"), ours.FieldByName("PolicyArn"))
		return
	}
	switch ours.Kind() {
	case reflect.Slice, reflect.Map:
		sameElements(t, at, sdk, ours)
	case reflect.Struct:
		if at, ok := ours.Interface().(time.Time); ok {
			if !at.Equal(sdk.Interface().(time.Time)) {
				t.Errorf("%s: %v", at, ours)
			}
			return
		}
		for i := range ours.NumField() {
			name := ours.Type().Field(i).Name
			same(t, at+"."+name, sdk.FieldByName(name), ours.Field(i))
		}
	case reflect.Pointer: // nil: the SDK's enums have no absence
		if !sdk.IsZero() {
			t.Errorf("%s: the SDK has %v, we have nothing", at, sdk)
		}
	default:
		if a, b := fmt.Sprint(sdk), fmt.Sprint(ours); a != b {
			t.Errorf("%s: the SDK has %s, we have %s", at, a, b)
		}
	}
}

func sameElements(t *testing.T, at string, sdk, ours reflect.Value) {
	t.Helper()
	if sdk.Len() != ours.Len() {
		t.Errorf("%s: the SDK has %d elements, we have %d", at, sdk.Len(), ours.Len())
		return
	}
	if ours.Kind() == reflect.Map {
		for _, key := range ours.MapKeys() {
			if value := sdk.MapIndex(key.Convert(sdk.Type().Key())); value.IsValid() {
				same(t, at+"."+key.String(), value, ours.MapIndex(key))
			} else {
				t.Errorf("%s: the SDK has no %s", at, key)
			}
		}
		return
	}
	for i := range ours.Len() {
		same(t, at+"."+strconv.Itoa(i), sdk.Index(i), ours.Index(i))
	}
}
