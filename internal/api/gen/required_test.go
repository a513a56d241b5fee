package main

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// TestCurrentRequired: AWS's present client and our shapes require the same
// members, at every depth. The client checks them before it sends anything.
func TestCurrentRequired(t *testing.T) {
	n := 0
	for svc, client := range clients(&wire{registry: api.NewRegistry(iam.API, sts.API, organizations.API)}) {
		for _, op := range svc.Operations {
			want := clientRequires(t, client, op.Name)
			got := map[string]bool{}
			if op.Input != nil {
				weRequire(got, map[*api.Shape]bool{}, op.Name+"Input", op.Input)
			}
			for _, path := range slices.Sorted(maps.Keys(got)) {
				if !want[path] {
					t.Errorf("%s: we require it, AWS does not", path)
				}
			}
			for _, path := range slices.Sorted(maps.Keys(want)) {
				n++
				if !got[path] {
					t.Errorf("%s: AWS requires it, we do not", path)
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d required members were found", n)
	}
}

// clientPath turns the client's notation into ours: elements, and a union's member.
var clientPath = strings.NewReplacer("[0]", "[]", "[InlinePolicyIdentifier]", ".InlinePolicyIdentifier")

var missingField = regexp.MustCompile(`missing required field, (\S+?)\.?\n`)

// clientRequires calls the operation with nothing but empty structures in its
// input, and reads which members the client misses.
func clientRequires(t *testing.T, client reflect.Value, name string) map[string]bool {
	t.Helper()
	method := client.MethodByName(name)
	in := reflect.New(method.Type().In(1).Elem())
	hollow(map[reflect.Type]bool{}, in.Elem())
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	err, _ := results[1].Interface().(error)
	var missing smithy.InvalidParamsError
	if !errors.As(err, &missing) {
		return nil // nothing is required: the call went on
	}
	paths := map[string]bool{}
	for _, m := range missingField.FindAllStringSubmatch(missing.Error()+"\n", -1) {
		paths[clientPath.Replace(m[1])] = true
	}
	return paths
}

// hollow makes the structures below v, with nothing in them.
func hollow(seen map[reflect.Type]bool, v reflect.Value) {
	if seen[v.Type()] {
		return
	}
	seen[v.Type()] = true
	defer delete(seen, v.Type())
	for i := range v.NumField() {
		field := v.Field(i)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch typ := field.Type(); {
		case typ.Kind() == reflect.Pointer && typ.Elem().Kind() == reflect.Struct && typ.Elem().PkgPath() != "time":
			field.Set(reflect.New(typ.Elem()))
			hollow(seen, field.Elem())
		case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
			field.Set(reflect.MakeSlice(typ, 1, 1))
			hollow(seen, field.Index(0))
		case typ == reflect.TypeFor[[]iamtypes.PolicyIdentifier](): // the one union
			field.Set(reflect.ValueOf([]iamtypes.PolicyIdentifier{&iamtypes.PolicyIdentifierMemberInlinePolicyIdentifier{}}))
		}
	}
}

// weRequire collects the paths of our required members as the client writes them.
func weRequire(paths map[string]bool, seen map[*api.Shape]bool, at string, s *api.Shape) {
	if seen[s] {
		return
	}
	seen[s] = true
	defer delete(seen, s)
	for _, m := range s.Members {
		below, path := m.Shape, at+"."+upper(m.Name)
		if below.Kind == api.List {
			below, path = below.Element, path+"[]"
		}
		if below.Kind == api.Structure {
			weRequire(paths, seen, path, below)
		} else {
			path = strings.TrimSuffix(path, "[]")
		}
		if m.Required && (m.Shape.Kind != api.Structure && below.Kind != api.Structure) {
			paths[path] = true
		}
	}
}
