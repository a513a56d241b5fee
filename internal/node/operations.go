package node

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/server"
)

// OperationStatus is one operation of a service, as it is served.
type OperationStatus struct {
	Service       string `json:"service"`
	Operation     string `json:"operation"`
	Implemented   bool   `json:"implemented"`
	Authorization string `json:"authorization"` // the action that is decided; "none": needs no permission
}

// Operations lists the operations of one service, or of all for "", from the
// table that serves.
func Operations(service string) ([]OperationStatus, error) {
	s, err := server.New(server.Options{Implementations: Implementations(Rooms{})})
	if err != nil {
		return nil, err
	}
	var list []OperationStatus
	known := map[string]bool{}
	for _, o := range s.Operations() {
		known[o.Service] = true
		if service == "" || service == o.Service {
			list = append(list, OperationStatus{o.Service, o.Operation, o.Implemented, authorization(o)})
		}
	}
	if len(list) == 0 {
		return nil, unknownService(service, known)
	}
	return list, nil
}

func authorization(o server.OperationStatus) string {
	switch {
	case !o.Implemented:
		return ""
	case reflect.ValueOf(o.Row).Pointer() == reflect.ValueOf(authz.Free).Pointer():
		return "none"
	}
	return o.Action
}

func unknownService(name string, known map[string]bool) error {
	names := slices.Sorted(maps.Keys(known))
	return &Setting{"--service", name, "one of " + strings.Join(names, ", ")}
}
