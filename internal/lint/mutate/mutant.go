package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// A mutant is one small change of a program that a test should notice. All of
// them are in one program, each behind its number: see rewrite.
type mutant struct {
	number   int
	file     string // its base name
	line     int
	function string
	from, to string // the source, and what it becomes
	repeat   int    // of several in a function that look the same, from 1
}

// String names a mutant in a way that survives changes elsewhere: without lines
// and numbers.
func (m *mutant) String() string {
	text := fmt.Sprintf("%s %s: %s => %s", m.file, m.function, m.from, m.to)
	if m.repeat > 1 {
		text += fmt.Sprintf(" #%d", m.repeat)
	}
	return text
}

// edit is text that goes into the source at an offset, in the place of so many
// bytes. At one offset what ends a piece comes before what begins one.
type edit struct {
	at, removed int
	text        string
	ends        bool
	order       int
}

// mutator makes the mutants of one file, and the edits that put them there.
type mutator struct {
	files    *token.FileSet
	info     *types.Info
	source   []byte
	name     string
	function string
	mutants  []mutant
	edits    []edit
	first    int // the number of the first mutant
	loops    []ast.Stmt
	seen     map[string]int
}

func (m *mutator) offset(p token.Pos) int { return m.files.Position(p).Offset }

func (m *mutator) text(from, to token.Pos) string {
	return string(m.source[m.offset(from):m.offset(to)])
}

// snippet is a piece of the source on one line, cut where it is long.
func (m *mutator) snippet(n ast.Node) string {
	const most = 70
	s := strings.Join(strings.Fields(m.text(n.Pos(), n.End())), " ")
	if len(s) > most {
		s = s[:most] + "…"
	}
	return s
}

// add is one more mutant, and its number.
func (m *mutator) add(n ast.Node, from, to string) int {
	number := m.first + len(m.mutants)
	made := mutant{number: number, file: m.name, line: m.files.Position(n.Pos()).Line, function: m.function, from: from, to: to}
	key := made.String()
	m.seen[key]++
	made.repeat = m.seen[key]
	m.mutants = append(m.mutants, made)
	return number
}

func (m *mutator) insert(at token.Pos, removed int, text string, ends bool) {
	m.edits = append(m.edits, edit{m.offset(at), removed, text, ends, len(m.edits)})
}

// wrap puts text around a piece of the source.
func (m *mutator) wrap(n ast.Node, before, after string) {
	m.insert(n.Pos(), 0, before, false)
	m.insert(n.End(), 0, after, true)
}

// is is the condition that a mutant is the one to run.
func is(number int) string { return fmt.Sprintf("(mutantNow == %d)", number) }

// negate makes a condition's opposite a mutant.
func (m *mutator) negate(n ast.Expr, from, to string) {
	m.wrap(n, "("+is(m.add(n, from, to))+" != (", "))")
}

// walk visits a node and what is in it.
func (m *mutator) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			return true
		case *ast.GenDecl:
			return n.Tok == token.VAR
		case *ast.FuncDecl:
			m.declaration(n)
			return false
		case *ast.FuncLit:
			m.ending(n.Type, n.Body)
		case *ast.ForStmt, *ast.RangeStmt:
			m.loop(n)
			return false
		case ast.Stmt:
			m.statement(n)
			return true
		case *ast.CompositeLit:
			m.literal(n)
			return false
		case ast.Expr:
			return m.expression(n)
		}
		return true
	})
}

func (m *mutator) declaration(n *ast.FuncDecl) {
	m.function = n.Name.Name
	if n.Recv != nil {
		receiver := n.Recv.List[0].Type
		m.function = "(" + m.text(receiver.Pos(), receiver.End()) + ")." + n.Name.Name
	}
	if n.Body != nil {
		m.ending(n.Type, n.Body)
		m.walk(n.Body)
	}
	m.function = "var"
}

// ending makes sure that a function ends whatever a mutant does to its last
// statement.
func (m *mutator) ending(of *ast.FuncType, body *ast.BlockStmt) {
	if of.Results != nil {
		m.insert(body.Rbrace, 0, "; panic(\"the end of a function\")\n", true)
	}
}

// literal is a composite literal: its values, and the keys of a map.
func (m *mutator) literal(n *ast.CompositeLit) {
	_, isMap := m.info.TypeOf(n).Underlying().(*types.Map)
	for _, e := range n.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if isMap {
				m.walk(pair.Key)
			}
			e = pair.Value
		}
		m.walk(e)
	}
}

func (m *mutator) loop(n ast.Node) {
	m.loops = append(m.loops, n.(ast.Stmt))
	defer func() { m.loops = m.loops[:len(m.loops)-1] }()
	switch n := n.(type) {
	case *ast.ForStmt:
		if n.Init != nil {
			m.walk(n.Init)
		}
		if n.Cond != nil {
			m.condition(n.Cond)
			m.walk(n.Cond)
		}
		if n.Post != nil {
			m.walk(n.Post)
		}
		m.walk(n.Body)
	case *ast.RangeStmt:
		m.walk(n.X)
		m.walk(n.Body)
	}
}

func (m *mutator) statement(n ast.Stmt) {
	switch n := n.(type) {
	case *ast.IfStmt:
		m.condition(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			m.cases(n.Body)
		}
	case *ast.BlockStmt:
		m.removals(n.List)
	case *ast.CaseClause:
		m.removals(n.Body)
	case *ast.AssignStmt:
		m.assignment(n)
	case *ast.BranchStmt:
		m.branch(n)
	}
}

// cases are the conditions of a switch without a tag.
func (m *mutator) cases(body *ast.BlockStmt) {
	for _, s := range body.List {
		for _, e := range s.(*ast.CaseClause).List {
			m.condition(e)
		}
	}
}

// condition negates a branch's condition, unless its own operator is turned
// round anyway.
func (m *mutator) condition(e ast.Expr) {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		if e.Op != token.LAND && e.Op != token.LOR {
			return
		}
	case *ast.UnaryExpr:
		return
	}
	if m.info.Types[e].Value == nil {
		m.negate(e, m.snippet(e), "not that")
	}
}

// removals leaves statements out, one a mutant.
func (m *mutator) removals(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.ExprStmt, *ast.IncDecStmt:
		default:
			continue
		}
		m.wrap(s, fmt.Sprintf("if mutantNow != %d { ", m.add(s, m.snippet(s), "nothing")), " }")
	}
}

// assignment turns += into -= and its like.
func (m *mutator) assignment(n *ast.AssignStmt) {
	call, to := "", ""
	switch n.Tok {
	case token.ADD_ASSIGN:
		call, to = "mutantAdd", "-="
	case token.SUB_ASSIGN:
		call, to = "mutantSubtract", "+="
	case token.AND_ASSIGN:
		call, to = "mutantAnd", "|="
	case token.OR_ASSIGN:
		call, to = "mutantOr", "&="
	}
	if call == "" || !isNumber(m.info.TypeOf(n.Lhs[0])) {
		return
	}
	number := m.add(n, m.snippet(n), to)
	left := m.text(n.Lhs[0].Pos(), n.Lhs[0].End())
	m.insert(n.TokPos, len(n.Tok.String()), fmt.Sprintf("= %s(%d, %s, ", call, number, left), false)
	m.insert(n.End(), 0, ")", true)
}

// branch turns break into continue and the reverse.
func (m *mutator) branch(n *ast.BranchStmt) {
	other := map[token.Token]string{token.BREAK: "continue", token.CONTINUE: "break"}[n.Tok]
	if other == "" || len(m.loops) == 0 {
		return
	}
	if n.Label != nil {
		other += " " + n.Label.Name
	}
	number := m.add(n, m.snippet(n), other)
	m.wrap(n, fmt.Sprintf("{ if mutantNow == %d { %s }; ", number, other), " }")
}

// expression says whether to look at what is inside.
func (m *mutator) expression(e ast.Expr) bool {
	of, known := m.info.Types[e]
	switch {
	case known && of.IsType():
		return false
	case known && of.Value != nil:
		m.constant(e, of)
		return false
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		m.binary(e)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			m.negate(e, m.snippet(e), "without !")
		}
	case *ast.SelectorExpr:
		m.walk(e.X)
		return false
	}
	return true
}

// constant is one more than a number, or the other truth.
func (m *mutator) constant(e ast.Expr, of types.TypeAndValue) {
	basic, ok := of.Type.Underlying().(*types.Basic)
	if !ok {
		return
	}
	switch {
	case of.Value.Kind() == constant.Bool:
		m.negate(e, m.snippet(e), "the other")
	case basic.Info()&types.IsInteger != 0 && basic.Info()&types.IsUntyped == 0:
		kind := types.TypeString(of.Type, func(p *types.Package) string {
			if p == m.home() {
				return ""
			}
			return p.Name()
		})
		m.wrap(e, fmt.Sprintf("mutantMore[%s](%d, ", kind, m.add(e, m.snippet(e), "+1")), ")")
	}
}

// home is the package that is mutated.
func (m *mutator) home() *types.Package {
	for _, o := range m.info.Defs {
		if o != nil && o.Pkg() != nil {
			return o.Pkg()
		}
	}
	return nil
}

// orders are comparisons, and what becomes of them: at the limit the other, and
// the opposite.
var orders = map[token.Token]struct{ call, edge, opposite string }{
	token.LSS: {"mutantLess", "<=", ">="}, token.LEQ: {"mutantLessEqual", "<", ">"},
	token.GTR: {"mutantGreater", ">=", "<="}, token.GEQ: {"mutantGreaterEqual", ">", "<"},
}

var numeric = map[token.Token]struct{ call, other string }{
	token.ADD: {"mutantAdd", "-"}, token.SUB: {"mutantSubtract", "+"},
	token.AND: {"mutantAnd", "|"}, token.OR: {"mutantOr", "&"},
}

func (m *mutator) binary(e *ast.BinaryExpr) {
	from := m.snippet(e)
	switch e.Op {
	case token.EQL:
		m.negate(e, from, "!=")
		return
	case token.NEQ:
		m.negate(e, from, "==")
		return
	case token.LAND, token.LOR:
		other := map[token.Token]string{token.LAND: "||", token.LOR: "&&"}[e.Op]
		now := is(m.add(e, from, other))
		// By De Morgan's law: a || b is !(!a && !b).
		m.wrap(e, "("+now+" != (", "))")
		m.wrap(e.X, "("+now+" != (", "))")
		m.wrap(e.Y, "("+now+" != (", "))")
		return
	}
	if o, ok := orders[e.Op]; ok {
		number := m.add(e, from, o.edge)
		m.add(e, from, o.opposite)
		m.call(e, o.call, number)
	} else if o, ok := numeric[e.Op]; ok && isNumber(m.info.TypeOf(e)) {
		m.call(e, o.call, m.add(e, from, o.other))
	}
}

// call makes a call of an operator.
func (m *mutator) call(e *ast.BinaryExpr, name string, number int) {
	m.wrap(e, fmt.Sprintf("%s(%d, ", name, number), ")")
	m.insert(e.OpPos, len(e.Op.String()), ",", true)
}

func isNumber(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}
