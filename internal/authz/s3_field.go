package authz

import (
	"reflect"
	"strings"
)

// field is a member of an operation's input, by its place in the struct and in those
// that it points to. nil: the input has no such member.
type field []int

// fieldOf finds a member by its name, or names with dots between them.
func fieldOf(input reflect.Type, path string) field {
	var f field
	for name := range strings.SplitSeq(path, ".") {
		if input.Kind() == reflect.Pointer {
			input = input.Elem()
		}
		if input.Kind() != reflect.Struct {
			return nil
		}
		member, ok := input.FieldByName(name)
		if !ok {
			return nil
		}
		f, input = append(f, member.Index[0]), member.Type
	}
	return f
}

// value is what an input, a pointer to its struct, holds. ok is false where it was not sent.
func (f field) value(in any) (v reflect.Value, ok bool) {
	if f == nil {
		return v, false
	}
	v = reflect.ValueOf(in)
	for _, i := range f {
		if v.IsNil() {
			return v, false
		}
		v = v.Elem().Field(i)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v, !v.IsNil()
	}
	return v, true
}

// text is the value of a string member, nil where it was not sent.
func (f field) text(in any) *string {
	v, ok := f.value(in)
	if !ok {
		return nil
	}
	s, _ := v.Interface().(*string)
	return s
}

// asks says whether the member was sent and says more than no: false is no.
func (f field) asks(in any) bool {
	v, ok := f.value(in)
	if !ok {
		return false
	}
	switch p := v.Interface().(type) {
	case *bool:
		return *p
	case *string:
		return true
	}
	return v.Kind() != reflect.Slice || v.Len() > 0
}
