package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// makers are the rooms and files that make errors with wire codes
// (docs/error-handling.md).
var makers = []string{
	"internal/api/", "internal/authn/fault", "internal/authz/", "internal/directory/", "internal/gateway/", "internal/payload/",
	"internal/server/", "internal/services/",
}

// docs/error-handling.md: an error for a caller is made where the fact is known,
// and only the codecs present it.
func TestErrorsAreMadeInTheirRooms(t *testing.T) {
	const root = "../.."
	made := 0
	eachSource(t, root, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if named(n.Type, "api", "Error") {
					made += holdMaker(t, path)
				}
			case *ast.CallExpr:
				if named(n.Fun, "api", "Errorf") {
					made += holdMaker(t, path)
				}
				if named(n.Fun, "http", "Error") {
					t.Errorf("%s answers a client past the codecs", path)
				}
			}
			return true
		})
	})
	if made < 50 {
		t.Errorf("only %d errors are made: the test looks at the wrong files", made)
	}
}

func holdMaker(t *testing.T, path string) int {
	t.Helper()
	for _, m := range makers {
		if strings.HasPrefix(path, m) {
			return 1
		}
	}
	t.Errorf("%s makes an error with a wire code", path)
	return 0
}

func named(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	left, ok := s.X.(*ast.Ident)
	return ok && left.Name == pkg && s.Sel.Name == name
}

// eachSource visits the house's own files, without tests.
func eachSource(t *testing.T, root string, visit func(path string, file *ast.File)) {
	t.Helper()
	ok(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		ok(t, err)
		name := filepath.ToSlash(strings.TrimPrefix(path, root+"/"))
		if d.IsDir() && (name == "test" || name == "web" || strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_gen.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		ok(t, err)
		visit(name, file)
		return nil
	}))
}
