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
			r := s.ResourceTypes[j]
			service := strings.SplitN(r.ARN, ":", 4)[2]
			if strings.Contains(service, "${") { // a recovery point's ARN names the service it is of
				service = s.Prefix
			}
			forms[service] = append(forms[service], ARNForm{Prefix: s.Prefix, Type: &r})
		}
	}
	return forms
})
