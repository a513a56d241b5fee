// Package validate finds what is wrong, risky or needless in a policy document,
// as IAM Access Analyzer's ValidatePolicy tells it: by the grammar, and by the
// tables of what each service's actions, resources and condition keys are.
package validate

import "github.com/gatehouse-iam/gatehouse/policy"

// FindingType is how much a finding matters.
type FindingType string

// The types of finding, as Access Analyzer spells them.
const (
	Error           FindingType = "ERROR"
	SecurityWarning FindingType = "SECURITY_WARNING"
	Warning         FindingType = "WARNING"
	Suggestion      FindingType = "SUGGESTION"
)

// Finding is one thing to look at.
type Finding struct {
	Type      FindingType
	Code      string // Access Analyzer's issue code: "MISSING_VERSION"
	Details   string // what is wrong and what to do
	Learn     string // where AWS documents it
	Locations []Location
}

// Location is where in the document: the path of the element and its text.
type Location struct {
	Path  []PathElement
	Start Position
	End   Position
}

// PathElement is one step: a member's name, an item's index, or a piece of a
// value.
type PathElement struct {
	Name   string // of a member; "" otherwise
	Index  int    // of an item; -1 otherwise
	Value  string // a value in a list of one that was written without the list
	Length int    // with Index as its start: a piece of a value; 0 otherwise
}

// Position is a place in the text: line from 1, column and offset from 0 in
// characters, as Access Analyzer counts them.
type Position struct{ Line, Column, Offset int }

// Options are what a document is validated for.
type Options struct {
	// ResourceType is what a resource policy is attached to, as CloudFormation
	// names it: "AWS::S3::Bucket". "" for any.
	ResourceType string
}

// Policy validates a document of a type. It answers no findings for a good one.
func Policy(t policy.Type, text string, o Options) []Finding {
	panic("stub")
}
