package journal

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// hidden are members that are secret though the models do not mark them: they
// would let their reader act as somebody, now or for a while.
var hidden = map[string]bool{
	"SecretAccessKey": true, "SessionToken": true, "Password": true, "OldPassword": true, "NewPassword": true,
	"TokenCode": true, "AuthenticationCode1": true, "AuthenticationCode2": true, "WebIdentityToken": true,
	"SAMLAssertion": true, "ContextAssertion": true, "PrivateKey": true, "ServicePassword": true,
	"Base32StringSeed": true, "QRCodePNG": true,
}

// hiddenValue is what CloudTrail prints for what it hides.
const hiddenValue = `"HIDDEN_DUE_TO_SECURITY_REASONS"`

// plan is how values of a shape are recorded: its members' names as CloudTrail
// writes them, and which are secret. Plans are made once a shape.
type plan struct {
	kind    api.Kind
	hidden  bool
	members []planMember
	element *plan
}

type planMember struct {
	field  int
	name   string // with its quotes and colon
	hidden bool
	plan   *plan
}

var (
	plans    sync.Map // *api.Shape → *plan
	planning sync.Mutex
)

func planOf(s *api.Shape) *plan {
	if p, ok := plans.Load(s); ok {
		return p.(*plan)
	}
	planning.Lock()
	defer planning.Unlock()
	made := map[*api.Shape]*plan{}
	p := makePlan(s, made)
	for shape, p := range made { // only now: a shape can hold itself
		plans.Store(shape, p)
	}
	return p
}

func makePlan(s *api.Shape, made map[*api.Shape]*plan) *plan {
	if p := made[s]; p != nil {
		return p
	}
	p := &plan{kind: s.Kind, hidden: s.Sensitive}
	made[s] = p
	for i := range s.Members {
		m := &s.Members[i]
		if m.Payload && m.Shape.Kind == api.Blob { // the body of a streaming operation
			continue
		}
		p.members = append(p.members, planMember{i, `"` + lowerCamel(m.Name) + `":`, m.Shape.Sensitive || hidden[m.Name], makePlan(m.Shape, made)})
	}
	if s.Element != nil {
		p.element = makePlan(s.Element, made)
	}
	return p
}

// lowerCamel is a member's name as CloudTrail writes it: sAMLProviderArn.
func lowerCamel(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// appendStruct appends an input or output, a pointer to a struct; null where it
// has nothing.
func appendStruct(dst []byte, s *api.Shape, v any) []byte {
	value := reflect.ValueOf(v)
	if s == nil || value.Kind() != reflect.Pointer || value.IsNil() {
		return append(dst, "null"...)
	}
	before := len(dst)
	dst = planOf(s).appendMembers(dst, value.Elem())
	if len(dst) == before+len("{}") {
		return append(dst[:before], "null"...)
	}
	return dst
}

func (p *plan) appendMembers(dst []byte, v reflect.Value) []byte {
	dst = append(dst, '{')
	open := len(dst)
	for i := range p.members {
		m := &p.members[i]
		value := v.Field(m.field)
		if value.IsZero() { // nil: the member is absent
			continue
		}
		if len(dst) > open {
			dst = append(dst, ',')
		}
		dst = append(dst, m.name...)
		if m.hidden {
			dst = append(dst, hiddenValue...)
			continue
		}
		dst = m.plan.append(dst, value)
	}
	return append(dst, '}')
}

func (p *plan) append(dst []byte, v reflect.Value) []byte {
	if p.hidden {
		return append(dst, hiddenValue...)
	}
	v = reflect.Indirect(v)
	switch p.kind {
	case api.Structure:
		return p.appendMembers(dst, v)
	case api.List:
		return p.appendList(dst, v)
	case api.Map:
		return p.appendMap(dst, v)
	case api.Timestamp: // as CloudTrail prints it
		return append(v.Interface().(time.Time).UTC().AppendFormat(append(dst, '"'), "Jan 2, 2006, 3:04:05 PM"), '"')
	case api.AnyDocument:
		return append(dst, v.Bytes()...)
	case api.Blob:
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes()), '"')
	case api.Boolean:
		return strconv.AppendBool(dst, v.Bool())
	case api.Integer, api.Long:
		return strconv.AppendInt(dst, v.Int(), 10)
	case api.Float, api.Double:
		return appendFloat(dst, v.Float())
	}
	return api.AppendJSONString(dst, v.String())
}

// appendFloat: what JSON has no number for is text.
func appendFloat(dst []byte, f float64) []byte {
	if f-f != 0 {
		return append(strconv.AppendFloat(append(dst, '"'), f, 'g', -1, 64), '"')
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

func (p *plan) appendList(dst []byte, v reflect.Value) []byte {
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.element.append(dst, v.Index(i))
	}
	return append(dst, ']')
}

func (p *plan) appendMap(dst []byte, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(api.AppendJSONString(dst, key.String()), ':')
		dst = p.element.append(dst, v.MapIndex(key))
	}
	return append(dst, '}')
}
