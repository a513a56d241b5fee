package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/findings"
	"github.com/gatehouse-iam/gatehouse/internal/junit"
	"github.com/gatehouse-iam/gatehouse/internal/sarif"
	"github.com/gatehouse-iam/gatehouse/internal/trace"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

type validateCommand struct {
	Files        []string `arg:"" name:"file" help:"Policy documents; - is standard input."`
	Type         string   `default:"identity" enum:"identity,resource,trust,scp,rcp,boundary,session,endpoint" help:"What the documents are: identity, resource, trust, scp, rcp, boundary, session or endpoint."`
	ResourceType string   `placeholder:"TYPE" help:"What a resource policy is attached to, as AWS::S3::Bucket."`
	FailOn       string   `default:"security-warning" enum:"error,security-warning,warning,suggestion,never" help:"Exit 1 at a finding as grave as this: error, security-warning, warning, suggestion or never."`
	Output       string   `default:"table" enum:"table,json" help:"table or json."`
	Format       string   `default:"" enum:",sarif,junit" placeholder:"NAME" help:"For CI systems, instead of --output: sarif or junit."`
}

// Help is the long help.
func (*validateCommand) Help() string {
	return `Prints what IAM Access Analyzer's ValidatePolicy finds, a finding a line with file, line and
column. With --output json each line is one file's findings in the form of ValidatePolicy's
answer. Exit code 1: there is an error or a security warning (--fail-on). Exit code 2: a file
cannot be read. docs/findings.md explains each code.

Example:
  gatehouse policy validate policies/*.json
  gatehouse policy validate --type resource --resource-type AWS::S3::Bucket --format sarif bucket.json`
}

// policyTypes are the values of --type.
var policyTypes = map[string]policy.Type{
	"identity": policy.Identity, "resource": policy.Resource, "trust": policy.Trust, "scp": policy.ServiceControl,
	"rcp": policy.ResourceControl, "boundary": policy.Boundary, "session": policy.Session, "endpoint": policy.Endpoint,
}

// findingType is a value of --fail-on as a type of finding.
func findingType(name string) validate.FindingType {
	return validate.FindingType(strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
}

// Run validates the files.
func (c *validateCommand) Run(s *streams) error {
	if c.ResourceType != "" && c.Type != "resource" {
		return fmt.Errorf("--resource-type: %q is not accepted: it is for --type resource", c.ResourceType)
	}
	var files []findings.File
	unreadable := 0
	for _, name := range c.Files {
		text, err := readDocument(s.in, name)
		if err != nil {
			_ = trace.Line(s.err, fmt.Sprintf("gatehouse: %v", err)) // nobody to tell
			unreadable++
			continue
		}
		found := validate.Policy(policyTypes[c.Type], text, validate.Options{ResourceType: c.ResourceType})
		files = append(files, findings.File{Name: name, Findings: found})
	}
	if err := c.print(s.out, files); err != nil {
		return err
	}
	if unreadable > 0 {
		return fmt.Errorf("%d of %d files could not be read", unreadable, len(c.Files))
	}
	for i := range files {
		if files[i].AtLeast(findingType(c.FailOn)) {
			return errNo
		}
	}
	return nil
}

func readDocument(in io.Reader, name string) (string, error) {
	if name == "-" {
		text, err := io.ReadAll(in)
		return string(text), err
	}
	text, err := os.ReadFile(name)
	return string(text), err
}

func (c *validateCommand) print(w io.Writer, files []findings.File) error {
	switch {
	case c.Format == "sarif":
		var results []sarif.Result
		for i := range files {
			results = append(results, files[i].SARIF()...)
		}
		return sarif.Write(w, results)
	case c.Format == "junit":
		var suites []junit.Suite
		for i := range files {
			suites = append(suites, files[i].JUnit(findingType(c.FailOn)))
		}
		return junit.Write(w, "gatehouse policy validate", suites)
	case c.Output == "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for i := range files {
			if err := e.Encode(files[i].Answer()); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range files {
		if err := files[i].Text(w, ""); err != nil {
			return err
		}
	}
	return nil
}
