package api_test

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// leaf is a scalar that a filler set.
type leaf struct {
	path   string // names of the model, list elements as []
	member string // the last name of the path
	text   string // of a string
}

// filler sets every member of a value, by its shape.
type filler struct {
	random *rand.Rand // nil: everything is there, once; else members and lengths vary
	text   func(f *filler) string
	path   []string
	leaves []leaf
}

// canaries fills with texts that differ from each other and from everything else.
func canaries() *filler {
	return &filler{text: func(f *filler) string { return "canary-" + strconv.Itoa(len(f.leaves)) + "-" }}
}

// varied fills with texts that need escapes somewhere, and leaves things out.
func varied(seed uint64) *filler {
	return &filler{random: rand.New(rand.NewPCG(seed, 1)), text: func(f *filler) string {
		const alphabet = "ab yz019-_.~/:=&+%;,'\"<>\\{}[]()!?#@$|`^*é€🐢\n\t"
		runes := []rune(alphabet)
		b := make([]rune, f.random.IntN(12))
		for i := range b {
			b[i] = runes[f.random.IntN(len(runes))]
		}
		return string(b)
	}}
}

// maxFill is how deep shapes that hold themselves are filled.
const maxFill = 6

func (f *filler) structure(v reflect.Value, s *api.Shape) {
	if len(f.path) > maxFill {
		return
	}
	one := -1 // is set in any case: a form cannot say that a structure is empty
	if f.random != nil && len(s.Members) > 0 {
		one = f.random.IntN(len(s.Members))
	}
	for i := range s.Members {
		if f.random == nil || i == one || f.random.IntN(3) > 0 {
			f.below(s.Members[i].Name, v.Field(i), s.Members[i].Shape)
		}
	}
}

func (f *filler) below(name string, v reflect.Value, s *api.Shape) {
	f.path = append(f.path, name)
	f.value(v, s)
	f.path = f.path[:len(f.path)-1]
}

func (f *filler) count() int {
	if f.random == nil {
		return 1
	}
	return f.random.IntN(4)
}

func (f *filler) value(v reflect.Value, s *api.Shape) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Kind {
	case api.Structure:
		f.structure(v, s)
	case api.List:
		n := f.count()
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.below("[]", v.Index(i), s.Element)
		}
	case api.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range f.count() {
			element := reflect.New(v.Type().Elem()).Elem()
			f.below("[]", element, s.Element)
			v.SetMapIndex(reflect.ValueOf("key"+strconv.Itoa(i)), element)
		}
	default:
		f.scalar(v, s)
	}
}

func (f *filler) scalar(v reflect.Value, s *api.Shape) {
	l := leaf{path: strings.Join(f.path, ".")}
	for _, name := range f.path {
		if name != "[]" {
			l.member = name
		}
	}
	n := int64(len(f.leaves) + 1)
	switch s.Kind {
	case api.String:
		l.text = f.text(f)
		v.SetString(l.text)
	case api.Boolean:
		v.SetBool(n%2 == 0)
	case api.Integer, api.Long:
		v.SetInt(n)
	case api.Float, api.Double:
		v.SetFloat(float64(n) / 4)
	case api.Timestamp:
		v.Set(reflect.ValueOf(time.Unix(1795528800+n, 0).UTC()))
	case api.Blob:
		l.text = f.text(f)
		v.SetBytes([]byte(l.text))
	}
	f.leaves = append(f.leaves, l)
}

// eachStruct calls f with every input and output of every generated operation.
func eachStruct(f func(name string, s *api.Shape, value any)) {
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Input != nil {
				f(svc.Name+":"+op.Name+"Input", op.Input, op.NewInput())
			}
			if op.Output != nil {
				f(svc.Name+":"+op.Name+"Output", op.Output, op.NewOutput())
			}
		}
	}
}
