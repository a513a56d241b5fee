package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// model is an API as AWS's api-2.json files describe it.
type model struct {
	Metadata   metadata            `json:"metadata"`
	Operations map[string]*opModel `json:"operations"`
	Shapes     map[string]*shape   `json:"shapes"`
	Pagination map[string]*page    `json:"-"`
}

type metadata struct {
	APIVersion     string `json:"apiVersion"`
	EndpointPrefix string `json:"endpointPrefix"`
	Name           string `json:"name"` // of overlays: of a service that signs as another
	GlobalEndpoint string `json:"globalEndpoint"`
	Protocol       string `json:"protocol"`
	JSONVersion    string `json:"jsonVersion"`
	ServiceID      string `json:"serviceId"`
	SigningName    string `json:"signingName"`
	TargetPrefix   string `json:"targetPrefix"`
	XMLNamespace   string `json:"xmlNamespace"`
}

type opModel struct {
	Name string `json:"name"`
	HTTP struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	} `json:"http"`
	Input    *ref   `json:"input"`
	Output   *ref   `json:"output"`
	Errors   []ref  `json:"errors"`
	AuthType string `json:"authtype"`
}

// ref is a reference to a shape, with what the place adds to it.
type ref struct {
	Shape         string `json:"shape"`
	LocationName  string `json:"locationName"`
	Location      string `json:"location"`
	QueryName     string `json:"queryName"`
	ResultWrapper string `json:"resultWrapper"`
	XMLAttribute  bool   `json:"xmlAttribute"`
	Flattened     bool   `json:"flattened"`
	Streaming     bool   `json:"streaming"`
	XMLNamespace  struct {
		Prefix string `json:"prefix"` // of an attribute inside; the writer declares it
		URI    string `json:"uri"`
	} `json:"xmlNamespace"`
}

type shape struct {
	Type            string   `json:"type"`
	Members         members  `json:"members"`
	Required        []string `json:"required"`
	Member          *ref     `json:"member"`
	Key             *ref     `json:"key"`
	Value           *ref     `json:"value"`
	Flattened       bool     `json:"flattened"`
	Min             *float64 `json:"min"`
	Max             *float64 `json:"max"`
	Pattern         string   `json:"pattern"`
	Enum            []string `json:"enum"`
	Sensitive       bool     `json:"sensitive"`
	TimestampFormat string   `json:"timestampFormat"`
	Payload         string   `json:"payload"`
	Streaming       bool     `json:"streaming"`
	Document        bool     `json:"document"`
	Exception       bool     `json:"exception"`
	Fault           bool     `json:"fault"`
	Error           *struct {
		Code           string `json:"code"`
		HTTPStatusCode int    `json:"httpStatusCode"`
		SenderFault    bool   `json:"senderFault"`
	} `json:"error"`
}

// members are a structure's members in the order of the model's text, which
// decides the order of Go fields and of elements on the wire.
type members []member

type member struct {
	Name string
	ref
}

func (m *members) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		next := member{Name: name.(string)}
		if err := dec.Decode(&next.ref); err != nil {
			return fmt.Errorf("member %s: %w", name, err)
		}
		*m = append(*m, next)
	}
	return nil
}

func (m members) has(name string) bool {
	return slices.ContainsFunc(m, func(x member) bool { return x.Name == name })
}

// page says how a list operation pages. Keys are a string or a list of them.
type page struct {
	InputToken  names  `json:"input_token"`
	OutputToken names  `json:"output_token"`
	LimitKey    string `json:"limit_key"`
	MoreResults string `json:"more_results"`
	ResultKey   names  `json:"result_key"`
}

type names []string

func (n *names) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(n))
	}
	*n = make(names, 1)
	return json.Unmarshal(data, &(*n)[0])
}

// readModel reads AWS's model of a service from its folder, where it has one, and
// lays the overlay file over it.
func readModel(folder, overlay string) (*model, error) {
	m := &model{Operations: map[string]*opModel{}, Shapes: map[string]*shape{}, Pagination: map[string]*page{}}
	if folder != "" {
		if err := m.read(folder); err != nil {
			return nil, err
		}
	}
	over := overlayModel{}
	if err := readJSON(overlay, &over); err != nil {
		return nil, err
	}
	return m, m.lay(&over)
}

// read reads AWS's files.
func (m *model) read(folder string) error {
	if err := readJSON(filepath.Join(folder, "api-2.json"), m); err != nil {
		return err
	}
	pages := struct {
		Pagination map[string]*page `json:"pagination"`
	}{}
	if err := readJSON(filepath.Join(folder, "paginators-1.json"), &pages); err != nil {
		return err
	}
	if pages.Pagination != nil {
		m.Pagination = pages.Pagination
	}
	return nil
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
