package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReproducible: what is checked in is what the models and overlays give.
func TestReproducible(t *testing.T) {
	models, err := modelFolder()
	if err != nil {
		t.Fatal(err)
	}
	for _, svc := range services {
		m, err := svc.model(models, filepath.Join("overlay", svc.Package+".json"))
		if err != nil {
			t.Fatal(err)
		}
		files, err := generate(svc.Package, m)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join("..", svc.Package, name))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s/%s is not what the generator writes: run go run . in internal/api/gen", svc.Package, name)
			}
		}
	}
}

// TestStatic: the tables are data that the linker lays out. Nothing is built
// when a program starts, but for the few edges that close a circle.
func TestStatic(t *testing.T) {
	initializer := regexp.MustCompile(`(?m)^\s*[0-9a-f]+\s+(\d+) T \S+/api/(\w+)\.init$`)
	for _, svc := range services {
		object := filepath.Join(t.TempDir(), svc.Package+".a")
		if out, err := exec.Command("go", "build", "-o", object, "github.com/gatehouse-iam/gatehouse/internal/api/"+svc.Package).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		symbols, err := exec.Command("go", "tool", "nm", "-size", object).Output()
		if err != nil {
			t.Fatal(err)
		}
		found := initializer.FindSubmatch(symbols)
		if found == nil {
			continue // no initializer at all
		}
		if string(found[1]) != "1" { // one instruction: return
			t.Errorf("%s has an initializer of %s bytes", svc.Package, found[1])
		}
	}
}

func parse(t *testing.T, model0, overlay string) (*model, error) {
	t.Helper()
	m, over := &model{}, &overlayModel{}
	for text, into := range map[string]any{model0: m, overlay: over} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if m.Operations == nil {
		m.Operations = map[string]*opModel{}
	}
	m.Pagination = map[string]*page{}
	return m, m.lay(over)
}

const small = `{
	"metadata": {"endpointPrefix": "toy", "serviceId": "Toy", "apiVersion": "2020-01-01", "protocol": "query"},
	"operations": {
		"GetToy": {"name": "GetToy", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "GetToyRequest"}, "errors": [{"shape": "Broken"}]},
		"PaintToy": {"name": "PaintToy", "http": {"method": "POST", "requestUri": "/"}, "output": {"shape": "Paint"}}
	},
	"shapes": {
		"GetToyRequest": {"type": "structure", "required": ["zeta"], "members": {"zeta": {"shape": "text"}, "Alpha": {"shape": "toys"}, "Mid": {"shape": "text"}}},
		"toys": {"type": "list", "member": {"shape": "toy"}},
		"toy": {"type": "structure", "members": {"Parts": {"shape": "toys"}, "Made": {"shape": "when"}}},
		"Paint": {"type": "structure", "members": {"Color": {"shape": "text"}}},
		"when": {"type": "timestamp"},
		"text": {"type": "string", "enum": ["a"]},
		"Broken": {"type": "structure", "members": {"Message": {"shape": "text"}}, "exception": true, "fault": true}
	}
}`

func generated(t *testing.T, overlay string) string {
	t.Helper()
	m, err := parse(t, small, overlay)
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate("toy", m)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range []string{"types_gen.go", "shapes_gen.go", "api_gen.go"} {
		all.Write(files[name])
	}
	return regexp.MustCompile(`[ \t]+`).ReplaceAllString(all.String(), " ")
}

func TestGenerate(t *testing.T) {
	code := generated(t, `{}`)
	for _, c := range []struct{ rule, want string }{
		{"members keep the order of the model's text, with an upper first letter", "type GetToyInput struct {\n Zeta *string\n Alpha []Toy\n Mid *string\n}"},
		{"an operation without output has an empty one", "type GetToyOutput struct {\n}"},
		{"nested structures have the shape's name", "type Toy struct {\n Parts []Toy\n Made *time.Time\n}"},
		{"a circle is cut in the literal", `{Name: "Parts", Wire: "Parts", Shape: nil}`},
		{"and closed in init", "func init() {\n shapeToy.Members[0].Shape = &shapeToys\n}"},
		{"required", `{Name: "zeta", Wire: "zeta", Required: true, Shape: &shapeText}`},
		{"a fault is 500, and its message's name is kept", `errorBroken = api.ErrorShape{Shape: "Broken", Code: "Broken", Status: 500, Message: "Message", Fault: true}`},
		{"Get reads only", "ReadOnly: true"},
	} {
		if !strings.Contains(code, c.want) {
			t.Errorf("%s: no %s in\n%s", c.rule, c.want, code)
		}
	}
}

func TestOverlay(t *testing.T) {
	code := generated(t, `{
		"operations": {
			"GetToy": {"output": {"shape": "toy", "resultWrapper": "GetToyResult"}, "errors": [{"shape": "Broken"}], "authtype": "none"},
			"BreakToy": {"name": "BreakToy", "http": {"method": "POST", "requestUri": "/"}}
		},
		"pagination": {"GetToy": {"input_token": "Mid", "output_token": ["a", "b"], "result_key": "Parts"}},
		"shapes": {
			"GetToyRequest": {"type": "structure", "required": ["New"], "members": {"New": {"shape": "text"}}},
			"text": {"type": "string", "enum": ["b"], "sensitive": true}
		}
	}`)
	for _, want := range []string{
		" New *string\n}", `{Name: "New", Wire: "New", Required: true, Shape: &shapeText}`, `Enum: []string{"a", "b"}, Sensitive: true}`,
		"Errors: []*api.ErrorShape{&errorBroken, &errorBroken}", "Anonymous: true", "type BreakToyInput struct", `ResultWrapper: "GetToyResult"`,
		`Page: &api.Page{InputToken: []string{"Mid"}, OutputToken: []string{"a", "b"}`,
	} {
		if !strings.Contains(code, want) {
			t.Errorf("no %s in\n%s", want, code)
		}
	}
}

// What AWS no longer requires stays a member, in its place.
func TestOverlayOptional(t *testing.T) {
	code := generated(t, `{"shapes": {"GetToyRequest": {"optional": ["zeta"], "required": ["Mid"]}}}`)
	for _, want := range []string{"type GetToyInput struct {\n Zeta *string\n", `{Name: "zeta", Wire: "zeta", Shape: &shapeText}`, `{Name: "Mid", Wire: "Mid", Required: true, Shape: &shapeText}`} {
		if !strings.Contains(code, want) {
			t.Errorf("no %s in\n%s", want, code)
		}
	}
}

func TestOverlayRefused(t *testing.T) {
	for _, c := range []struct{ rule, overlay, want string }{
		{"a member that the model has", `{"shapes": {"toy": {"members": {"Parts": {"shape": "text"}}}}}`, "toy.Parts: the model has it already"},
		{"optional what is not required", `{"shapes": {"toy": {"optional": ["Parts"]}}}`, "toy.Parts: the model does not require it"},
		{"an output that the model has", `{"operations": {"PaintToy": {"output": {"shape": "toy"}}}}`, "PaintToy: the model has that shape already"},
		{"an input that the model has", `{"operations": {"GetToy": {"input": {"shape": "toy"}}}}`, "GetToy: the model has that shape already"},
	} {
		if _, err := parse(t, small, c.overlay); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
	for _, c := range []struct{ rule, overlay, want string }{
		{"a shape that is not there", `{"shapes": {"toy": {"members": {"New": {"shape": "nowhere"}}}}}`, "no shape nowhere"},
		{"an error that is not there", `{"operations": {"GetToy": {"errors": [{"shape": "nowhere"}]}}}`, "no error shape nowhere"},
		{"a structure named as an input", `{"shapes": {"GetToyInput": {"type": "structure"}, "toy": {"members": {"New": {"shape": "GetToyInput"}}}}}`, "the Go name of GetToyInput is taken"},
	} {
		m, err := parse(t, small, c.overlay)
		if err == nil {
			_, err = generate("toy", m)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
}

func TestReadModelFaults(t *testing.T) {
	folder := t.TempDir()
	if _, err := readModel(folder, "overlay/iam.json"); err == nil {
		t.Error("a folder without a model is read")
	}
	if err := os.WriteFile(filepath.Join(folder, "api-2.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readModel(folder, "overlay/iam.json"); err == nil || !strings.Contains(err.Error(), "api-2.json") {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// TestDocumentsInInputs: nothing reads a document, so that none may be asked for.
func TestDocumentsInInputs(t *testing.T) {
	document := &shape{Type: "structure", Document: true}
	for name, at := range map[string]string{"input": "In", "output": "Out"} {
		m := &model{
			Operations: map[string]*opModel{"Do": {Name: "Do", Input: &ref{Shape: "In"}, Output: &ref{Shape: "Out"}}},
			Shapes:     map[string]*shape{"In": {Type: "structure"}, "Out": {Type: "structure"}, "List": {Type: "list", Member: &ref{Shape: "Any"}}, "Any": document},
		}
		m.Shapes[at].Members = members{{Name: "values", ref: ref{Shape: "List"}}}
		if _, err := newGraph(m); (err != nil) != (name == "input") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
