package services

import (
	"strings"
	"sync"
)

// ARNForm is a resource type and the service whose table has it.
type ARNForm struct {
	Prefix string // of the service's actions
	Type   *ResourceType
}

// ARNForms gives the resource types whose ARNs have this service as their third
// part, whichever service's table they stand in: the forms of "catalog" are
// those of servicecatalog. Its first use reads every table and keeps the
// resource types alone.
func ARNForms(service string) []ARNForm { return arnForms()[service] }

var arnForms = sync.OnceValue(func() map[string][]ARNForm {
	forms := map[string][]ARNForm{}
	for i := range index.Len() {
		s := readService(i)
		for j := range s.ResourceTypes {
			parts := strings.SplitN(s.ResourceTypes[j].ARN, ":", 4)
			r := s.ResourceTypes[j]
			forms[parts[2]] = append(forms[parts[2]], ARNForm{Prefix: s.Prefix, Type: &r})
		}
	}
	return forms
})
