// Package sarif writes findings in SARIF 2.1.0 (OASIS), which code hosts show
// beside the lines that they are about.
package sarif

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
)

// Level is how much a result matters.
type Level string

// The levels of SARIF.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
)

// Result is one finding in a file. A line of 0 means the file as a whole; lines
// and columns count from 1.
type Result struct {
	Rule    string
	Level   Level
	Message string
	Help    string // address of the rule's page, "" for none
	File    string
	Region  Region
}

// Region is a piece of a file; the end may be left out.
type Region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

type logJSON struct {
	Schema  string    `json:"$schema"`
	Version string    `json:"version"`
	Runs    []runJSON `json:"runs"`
}

type runJSON struct {
	Tool struct {
		Driver driverJSON `json:"driver"`
	} `json:"tool"`
	ColumnKind string       `json:"columnKind"`
	Results    []resultJSON `json:"results"`
}

type driverJSON struct {
	Name  string     `json:"name"`
	Rules []ruleJSON `json:"rules"`
}

type ruleJSON struct {
	ID      string `json:"id"`
	HelpURI string `json:"helpUri,omitempty"`
}

type resultJSON struct {
	RuleID    string         `json:"ruleId"`
	Level     Level          `json:"level"`
	Message   textJSON       `json:"message"`
	Locations []locationJSON `json:"locations"`
}

type textJSON struct {
	Text string `json:"text"`
}

type locationJSON struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *Region `json:"region,omitempty"`
	} `json:"physicalLocation"`
}

// Write writes the results of a run of Gatehouse.
func Write(w io.Writer, results []Result) error {
	run := runJSON{ColumnKind: "unicodeCodePoints", Results: []resultJSON{}}
	run.Tool.Driver = driverJSON{"gatehouse", []ruleJSON{}}
	for i := range results {
		r := &results[i]
		if !slices.ContainsFunc(run.Tool.Driver.Rules, func(rule ruleJSON) bool { return rule.ID == r.Rule }) {
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleJSON{r.Rule, r.Help})
		}
		run.Results = append(run.Results, resultJSON{r.Rule, r.Level, textJSON{r.Message}, []locationJSON{location(r)}})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(logJSON{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []runJSON{run}})
}

func location(r *Result) (l locationJSON) {
	l.Physical.Artifact.URI = filepath.ToSlash(r.File)
	if r.Region.StartLine > 0 {
		region := r.Region
		l.Physical.Region = &region
	}
	return l
}
