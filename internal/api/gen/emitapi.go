package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// wireProtocols are the protocols' names in the models and in package api.
var wireProtocols = map[string]string{
	"query": "Query", "ec2": "EC2Query", "json": "JSON", "rest-xml": "RESTXML", "rest-json": "RESTJSON",
}

// namespaces are those that a service's documents have and its model does not say: S3's
// has it with the bodies of requests alone ([API_ListObjectsV2], "Sample response").
var namespaces = map[string]string{"s3": "http://s3.amazonaws.com/doc/2006-03-01/"}

func emitAPI(b *bytes.Buffer, g *graph) {
	d := g.Metadata
	signing := or(d.SigningName, d.EndpointPrefix)
	name := or(d.Name, signing)
	fmt.Fprintf(b, "import %q\n\n", apiImport)
	fmt.Fprintf(b, "// API is %s, version %s.\nvar API = &api.Service{\n", d.ServiceID, d.APIVersion)
	fmt.Fprintf(b, "Name: %q,\nID: %q,\nVersion: %q,\nProtocol: api.%s,\n", name, d.ServiceID, d.APIVersion, wireProtocols[d.Protocol])
	for _, f := range [][2]string{{"JSONVersion", d.JSONVersion}, {"TargetPrefix", d.TargetPrefix}, {"Namespace", or(d.XMLNamespace, namespaces[name])}} {
		if f[1] != "" {
			fmt.Fprintf(b, "%s: %q,\n", f[0], f[1])
		}
	}
	if name != signing {
		fmt.Fprintf(b, "Signing: %q,\n", signing)
	}
	fmt.Fprintf(b, "EventSource: %q,\n", name+".amazonaws.com")
	if globalEndpoint(d) {
		b.WriteString("Global: true,\n")
	}
	b.WriteString("Operations: []*api.Operation{\n")
	for _, op := range g.ops {
		fmt.Fprintf(b, "&op%s,\n", op)
	}
	b.WriteString("},\n}\n\nvar (\n")
	for _, op := range g.ops {
		g.emitOperation(b, op)
	}
	b.WriteString(")\n\nvar (\n")
	for _, e := range g.errors {
		b.WriteString(g.errorShape(e))
	}
	b.WriteString(")\n")
}

// globalEndpoint: IAM and Organizations are served from one endpoint and signed
// for us-east-1; STS has a global endpoint beside the regional ones, which are
// what the SDKs use, so it counts as regional.
func globalEndpoint(d metadata) bool {
	return or(d.SigningName, d.EndpointPrefix) == "iam" || d.EndpointPrefix == "organizations"
}

func (g *graph) emitOperation(b *bytes.Buffer, name string) {
	op := g.Operations[name]
	action := or(g.Metadata.SigningName, g.Metadata.EndpointPrefix) + ":" + name
	fmt.Fprintf(b, "op%s = api.Operation{\nName: %q,\nAction: %q,\nMethod: %q,\nURI: %q,\n", name, name, action, op.HTTP.Method, op.HTTP.RequestURI)
	if op.HTTP.ResponseCode != 0 && op.HTTP.ResponseCode != 200 {
		fmt.Fprintf(b, "Status: %d,\n", op.HTTP.ResponseCode)
	}
	if op.Input != nil {
		fmt.Fprintf(b, "Input: &%s,\n", g.vars[op.Input.Shape])
	}
	if op.Output != nil {
		fmt.Fprintf(b, "Output: &%s,\n", g.vars[op.Output.Shape])
		if op.Output.ResultWrapper != "" {
			fmt.Fprintf(b, "ResultWrapper: %q,\n", op.Output.ResultWrapper)
		}
	}
	if len(op.Errors) > 0 {
		b.WriteString("Errors: []*api.ErrorShape{")
		for _, e := range op.Errors {
			fmt.Fprintf(b, "&error%s, ", upper(e.Shape))
		}
		b.WriteString("},\n")
	}
	for _, f := range []struct {
		name string
		set  bool
	}{{"ReadOnly", readOnly(name)}, {"Streaming", g.streams(op.Input) || g.streams(op.Output)}, {"Anonymous", op.AuthType == "none" || g.Metadata.EndpointPrefix == "s3"}} {
		if f.set {
			b.WriteString(f.name + ": true,\n")
		}
	}
	g.emitPage(b, name)
	fmt.Fprintf(b, "NewInput: func() any { return new(%sInput) },\nNewOutput: func() any { return new(%sOutput) },\n}\n", name, name)
}

func (g *graph) emitPage(b *bytes.Buffer, name string) {
	p := g.Pagination[name]
	if p == nil || len(p.InputToken) == 0 {
		return
	}
	fmt.Fprintf(b, "Page: &api.Page{InputToken: %#v, OutputToken: %#v, LimitKey: %q, MoreResults: %q, ResultKey: %#v},\n",
		[]string(p.InputToken), []string(p.OutputToken), p.LimitKey, p.MoreResults, []string(p.ResultKey))
}

func readOnly(name string) bool {
	return slices.ContainsFunc(readOnlyVerbs, func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// streams says whether the shape's payload is a stream.
func (g *graph) streams(r *ref) bool {
	if r == nil {
		return false
	}
	s := g.Shapes[r.Shape]
	for _, m := range s.Members {
		if m.Name == s.Payload && (m.Streaming || g.Shapes[m.Shape].Streaming) {
			return true
		}
	}
	return false
}

// errorShape: AWS's rule where the model gives no status is 400, and 500 for a
// fault.
func (g *graph) errorShape(name string) string {
	s := g.Shapes[name]
	code, status, fault := name, 400, s.Fault
	if s.Fault {
		status = 500
	}
	if e := s.Error; e != nil {
		code = or(e.Code, name)
		if e.HTTPStatusCode != 0 {
			status = e.HTTPStatusCode
		}
		fault = fault || !e.SenderFault && status >= 500
	}
	line := fmt.Sprintf("error%s = api.ErrorShape{Shape: %s, Code: %s, Status: %d", upper(name), strconv.Quote(name), strconv.Quote(code), status)
	for _, m := range s.Members {
		if strings.EqualFold(m.Name, "message") && m.Name != "message" {
			line += ", Message: " + strconv.Quote(m.Name)
		}
	}
	if fault {
		line += ", Fault: true"
	}
	return line + "}\n"
}
