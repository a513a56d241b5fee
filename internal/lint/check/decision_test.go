package check

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

func TestImportsNeedADecision(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "docs", "decisions")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	page := "# x\n\n`example.com/chosen` v1, `example.com/also/v3`\n\n**Instead**: `example.com/second`\n"
	if err := os.WriteFile(filepath.Join(folder, "x.md"), []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path, imported string
		caught         bool
	}{
		{"internal/store/x.go", "example.com/chosen", false},
		{"internal/store/x.go", "example.com/chosen/inner", false},
		{"internal/store/x.go", "example.com/chosenother", true},
		{"internal/store/x.go", "example.com/also/v3/inner", false},
		{"internal/store/x.go", "example.com/also/v2", true},
		{"internal/store/x.go", "example.com/second", true},
		{"internal/store/x_test.go", "example.com/second", true},
		{"internal/api/gen/x.go", "example.com/second", false},
		{"test/e2e/x.go", "example.com/second", false},
		{"internal/store/x.go", "crypto/subtle", false},
		{"internal/store/x.go", "github.com/gatehouse-iam/gatehouse/policy", false},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.imported, func(t *testing.T) {
			file, err := source.Parse(tt.path, []byte("package p\nimport _ \""+tt.imported+"\"\n"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Undecided(root, []*source.File{file})
			if err != nil || (len(got) > 0) != tt.caught {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
