package api_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
)

// eachOperation calls f with every operation whose violations are listed, which
// Organizations' are not.
func eachOperation(t *testing.T, f func(t *testing.T, svc *api.Service, op *api.Operation)) {
	for _, svc := range services {
		if svc == organizations.API {
			continue
		}
		for _, op := range svc.Operations {
			if op.Input != nil {
				t.Run(svc.ID+"/"+op.Name, func(t *testing.T) { f(t, svc, op) })
			}
		}
	}
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// Every operation names exactly its required members when none is given, in the
// model's order.
func TestEveryRequiredMember(t *testing.T) {
	eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation) {
		var want []string
		for _, m := range op.Input.Members {
			if m.Required {
				want = append(want, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", lower(m.Name)))
			}
		}
		e := api.Validate(svc, op, op.NewInput())
		if len(want) == 0 {
			if e != nil {
				t.Errorf("nothing is required: %v", e)
			}
			return
		}
		if e == nil || !strings.HasSuffix(e.Message, " detected: "+strings.Join(want, "; ")) || !strings.HasPrefix(e.Message, fmt.Sprint(len(want))) {
			t.Errorf("%v", e)
		}
	})
}

// Every bound of every operation's members is held, on both sides.
func TestEveryBound(t *testing.T) {
	eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation) {
		for i, m := range op.Input.Members {
			s := m.Shape
			for _, c := range []struct {
				n     int64
				holds bool
				bound int64
			}{{s.Max + 1, false, s.Max}, {s.Max, true, s.Max}, {s.Min - 1, false, s.Min}, {s.Min, true, s.Min}} {
				if c.bound < 0 || c.n < 0 || c.n > 200_000 {
					continue
				}
				in := op.NewInput()
				word, ok := sized(reflect.ValueOf(in).Elem().Field(i), s, int(c.n))
				if !ok {
					continue
				}
				message := ""
				if e := api.Validate(svc, op, in); e != nil {
					message = e.Message
				}
				said := strings.Contains(message, "at '"+lower(m.Name)+"' failed to satisfy constraint: Member must have "+word)
				if said == c.holds {
					t.Errorf("%s with %d: %.300s", m.Name, c.n, message)
				}
			}
		}
	})
}

// sized sets a member to a value of that length or size.
func sized(v reflect.Value, s *api.Shape, n int) (word string, ok bool) {
	switch s.Kind {
	case api.String:
		v.Set(reflect.ValueOf(ptr(strings.Repeat("1", n))))
		return "length", true
	case api.Integer:
		v.Set(reflect.ValueOf(ptr(int32(n))))
		return "value", true
	case api.List:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		return "length", true
	case api.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range n {
			v.SetMapIndex(reflect.ValueOf(itoa(i)), reflect.Zero(v.Type().Elem()))
		}
		return "length", true
	}
	return "", false
}

// Every enum takes its values and names them when it gets another.
func TestEveryEnum(t *testing.T) {
	eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation) {
		for i, m := range op.Input.Members {
			if len(m.Shape.Enum) == 0 {
				continue
			}
			set := "'" + lower(m.Name) + "' failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(m.Shape.Enum, ", ") + "]"
			for _, value := range append([]string{"", "Other"}, m.Shape.Enum...) {
				in := op.NewInput()
				reflect.ValueOf(in).Elem().Field(i).Set(reflect.ValueOf(&value))
				e := api.Validate(svc, op, in)
				refused := e != nil && strings.Contains(e.Message, set)
				if refused != (value == "" || value == "Other") {
					t.Errorf("%s = %q: %v", m.Name, value, e)
				}
			}
		}
	})
}

// Validation reads: the input is the same after it.
func TestValidateLeavesInput(t *testing.T) {
	eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation) {
		in, same := op.NewInput(), op.NewInput()
		for i, m := range op.Input.Members {
			for _, x := range []any{in, same} {
				sized(reflect.ValueOf(x).Elem().Field(i), m.Shape, 2)
			}
		}
		api.Validate(svc, op, in)
		if !reflect.DeepEqual(in, same) {
			t.Errorf("%+v", in)
		}
	})
}
