package services

import "testing"

// A resource is found by the third part of its ARN, which is not always the
// prefix of the service that has it.
func TestARNForms(t *testing.T) {
	tests := []struct{ service, prefix, name string }{
		{"s3", "s3", "bucket"},
		{"catalog", "servicecatalog", "Portfolio"},
		{"elasticloadbalancing", "elasticloadbalancing", "loadbalancer/app/"},
		{"backup", "backup", "recoveryPoint"},
		{"nosuchservice", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.service, func(t *testing.T) {
			found := false
			for _, f := range ARNForms(tt.service) {
				found = found || f.Prefix == tt.prefix && f.Type.Name == tt.name
			}
			if found != (tt.prefix != "") {
				t.Errorf("the forms are %+v", ARNForms(tt.service))
			}
		})
	}
}
