package check

import (
	"go/ast"
	"go/token"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

const module = "github.com/gatehouse-iam/gatehouse"

// floors say who may import whom: a room imports rooms of lower floors and its
// own. Rooms of one floor know nothing of each other. What is not named here
// (cmd, the public test server, benches) stands on top of all.
var floors = []struct {
	room  string
	floor int
}{
	{"policy", 0}, // libraries of the public:
	{"sigv4", 0},  // they import nothing of the house
	{"internal/api", 1},
	{"internal/catalog", 1},
	{"internal/store", 2},
	{"internal/seal", 3},
	{"internal/directory", 4},
	{"internal/authn", 5},
	{"internal/authz", 5},
	{"internal/journal", 6},
	{"internal/payload", 6},
	{"internal/metadata", 7},
	{"internal/services", 8},
	{"internal/gateway", 9},
	{"internal/console", 9},
	{"internal/server", 10},
}

const topFloor = 11

// roomOf finds a package's room and floor by its path within the module.
func roomOf(path string) (room string, floor int) {
	for _, f := range floors {
		if within(path, f.room) {
			return f.room, f.floor
		}
	}
	return path, topFloor
}

func within(path, room string) bool {
	return path == room || strings.HasPrefix(path, room+"/")
}

// importsOutOfOrder finds imports that go up or aside in the house.
func importsOutOfOrder(file *source.File, report func(token.Pos, string)) {
	if within(file.Folder(), "internal/api/gen") { // a module of its own, which reads what it writes
		return
	}
	for _, spec := range file.Syntax.Imports {
		path, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
		if ours && !mayImport(file.Folder(), path) {
			report(spec.Pos(), file.Folder()+" may not import "+path)
		}
	}
}

func mayImport(from, to string) bool {
	fromRoom, fromFloor := roomOf(from)
	toRoom, toFloor := roomOf(to)
	switch {
	case toRoom == "internal/services" && (fromRoom == toRoom || fromRoom == "internal/gateway"):
		return sameService(from, to)
	case fromRoom == toRoom, fromFloor == topFloor:
		return true
	}
	return toFloor < fromFloor
}

// sameService holds services apart: what two of them need lives in the
// directory. What all of them share stands in internal/services itself.
func sameService(from, to string) bool {
	return to == "internal/services" || serviceName(from) == serviceName(to)
}

func serviceName(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "internal/services/"), "/")
	return name
}

// clockInPolicy finds a clock in the policy engine: the time of a decision is
// in its request, so that explaining it tomorrow gives today's answer.
func clockInPolicy(file *source.File, report func(token.Pos, string)) {
	if !within(file.Folder(), "policy") {
		return
	}
	clock := importName(file.Syntax, "time")
	ast.Inspect(file.Syntax, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && isSelector(e, clock, "Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep") {
			report(e.Pos(), "a clock in the policy engine: the time comes with the request")
			return false
		}
		return true
	})
}

// handlerOutsidePipeline finds code that answers HTTP requests by itself. Only
// the server does: whoever writes to a client elsewhere has gone around
// authentication, authorization and the journal. The metadata service answers too: it
// is no API, its listener is an instance's own, and it tells an instance of itself alone.
func handlerOutsidePipeline(file *source.File, report func(token.Pos, string)) {
	folder := file.Folder()
	if !within(folder, "internal") && !within(folder, "policy") && !within(folder, "sigv4") ||
		within(folder, "internal/server") || within(folder, "internal/metadata") {
		return
	}
	web := importName(file.Syntax, "net/http")
	ast.Inspect(file.Syntax, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && isSelector(e, web, "ResponseWriter", "HandlerFunc", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS", "Serve", "NewServeMux") {
			report(e.Pos(), "an HTTP handler outside internal/server skips the pipeline")
			return false
		}
		return true
	})
}
