package api

import "sync/atomic"

// Protocol is a wire protocol of AWS.
type Protocol string

// The protocols.
const (
	Query    Protocol = "query"
	EC2Query Protocol = "ec2"
	JSON     Protocol = "json" // 1.0 and 1.1
	RESTXML  Protocol = "rest-xml"
	RESTJSON Protocol = "rest-json"
)

// Service is an API as its model describes it. The generated packages api/iam,
// api/sts, … each hold one as the variable API.
type Service struct {
	Name         string // signing and authorization name: "iam"; of a service that signs as another, its own: "iam-toolbox"
	Signing      string // the service that it signs as: "iam"; "" for its own name
	ID           string // "IAM"
	Version      string // "2010-05-08"
	Protocol     Protocol
	JSONVersion  string // "1.1"
	TargetPrefix string // "AWSOrganizationsV20161128"
	Namespace    string // XML
	EventSource  string // "iam.amazonaws.com"
	Global       bool   // one endpoint for all regions, signed for us-east-1
	Operations   []*Operation

	compiled atomic.Pointer[routes] // of a REST service
}

// SigningNames are the services that the credential scope of its requests may
// name: what its clients sign for, and its own name.
func (s *Service) SigningNames() []string {
	if s.Signing != "" {
		return []string{s.Signing, s.Name}
	}
	return []string{s.Name}
}

// SigningName is the service in the credential scope of the service's requests.
func (s *Service) SigningName() string {
	if s.Signing != "" {
		return s.Signing
	}
	return s.Name
}

// Operation is one operation of a service.
type Operation struct {
	Name          string
	Action        string // service and name: "iam:GetUser"; what policies call it unless its row says otherwise
	Method        string // HTTP
	URI           string // request URI template
	Input         *Shape // nil: none
	Output        *Shape // nil: none
	ResultWrapper string // element around the output: of the query protocols; the root element of rest-xml
	Status        int    // HTTP status of success; 0 is 200
	Errors        []*ErrorShape
	ReadOnly      bool       // by its name's verb: Get, List, Describe, Simulate, Generate …; of the generator
	Streaming     bool       // input or output has a streaming blob
	Anonymous     bool       // served without a signature: AssumeRoleWithSAML and its kind
	Page          *Page      // nil: not a list operation that pages
	NewInput      func() any // pointer to the input struct, which is empty where Input is nil
	NewOutput     func() any // pointer to the output struct, likewise
}

// Page says how a list operation pages.
type Page struct {
	InputToken, OutputToken []string
	LimitKey, MoreResults   string
	ResultKey               []string
}

// ErrorShape is a modelled error.
type ErrorShape struct {
	Shape   string // "NoSuchEntityException"
	Code    string // on the wire: "NoSuchEntity"
	Status  int
	Fault   bool
	Message string // name of the message member, where it is not "message"
}

// Kind of a shape.
type Kind uint8

// The kinds.
const (
	String Kind = iota
	Boolean
	Integer
	Long
	Float
	Double
	Blob
	Timestamp
	List
	Map
	Structure
	AnyDocument // a JSON value of any form; in outputs only
)

// Document is the JSON text of a value of any form.
type Document []byte

// Shape describes a type of a model: for codecs and validation. Go types: a
// string, boolean, number or timestamp member is a pointer (*string, *bool,
// *int32, *int64, *float64, *time.Time), a blob is []byte, a document a Document, a list is a slice of
// values, a map a map[string]value, a structure member a pointer to its struct.
// Elements of lists and maps are values, not pointers.
type Shape struct {
	Name                            string
	Kind                            Kind
	Members                         []MemberShape // of a structure, in the order of the Go struct's fields
	Element                         *Shape        // of a list or map
	KeyShape                        *Shape        // of a map
	Flattened                       bool
	ElementName, KeyName, ValueName string // location names in XML
	Min, Max                        int64  // length, size or range; -1: none
	Pattern                         *Pattern
	Enum                            []string
	Sensitive                       bool
	TimeFormat                      string // "iso8601", "unixTimestamp", "rfc822"; "" the protocol's own
}

// MemberShape is a member of a structure.
type MemberShape struct {
	Name      string // of the model: "UserName"; the Go field has the same name, first letter upper
	Wire      string // location name where the model gives one, else Name
	Location  string // "", "header", "headers", "querystring", "uri", "statusCode"
	Query     string // name in EC2 requests where it is not Wire with its first letter upper
	Namespace string // XML namespace of the element, where it has its own
	Required  bool
	Payload   bool
	Attribute bool // XML attribute
	Shape     *Shape
}
