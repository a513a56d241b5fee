package check

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

// secretEndings end the names of values that let their holder in. A plain
// "token" is not among them: most are paging markers.
var secretEndings = []string{
	"secret", "secretkey", "secretaccesskey", "password", "passwordhash", "passphrase",
	"sessiontoken", "securitytoken", "bearertoken", "signintoken", "csrftoken",
	"masterkey", "datakey", "signingkey", "privatekey", "signature", "mac",
}

func isSecretName(name string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	return slices.ContainsFunc(secretEndings, func(end string) bool { return strings.HasSuffix(name, end) })
}

// secretOf names the secret that an expression is, seen through conversions,
// slices, pointers and the Sum of a MAC; "" where it is none.
func secretOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return secretNamed(e.Name)
	case *ast.SelectorExpr:
		return secretNamed(e.Sel.Name)
	case *ast.ParenExpr:
		return secretOf(e.X)
	case *ast.StarExpr:
		return secretOf(e.X)
	case *ast.UnaryExpr:
		return secretOf(e.X)
	case *ast.SliceExpr:
		return secretOf(e.X)
	case *ast.CallExpr:
		return secretOfCall(e)
	}
	return ""
}

func secretNamed(name string) string {
	if isSecretName(name) {
		return name
	}
	return ""
}

func secretOfCall(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.ArrayType: // []byte(secret)
		return secretOf(call.Args[0])
	case *ast.Ident:
		if fun.Name == "string" {
			return secretOf(call.Args[0])
		}
	case *ast.SelectorExpr:
		if fun.Sel.Name == "Sum" || fun.Sel.Name == "String" || fun.Sel.Name == "Bytes" {
			return secretOf(fun.X)
		}
	}
	return secretOf(call.Fun) // user.Password()
}

// comparers compare byte by byte and stop at the first that differs.
var comparers = []struct {
	path  string
	names []string
}{
	{"bytes", []string{"Equal", "Compare", "EqualFold", "HasPrefix", "HasSuffix"}},
	{"strings", []string{"Compare", "EqualFold", "HasPrefix", "HasSuffix"}},
	{"slices", []string{"Equal", "Compare"}},
	{"reflect", []string{"DeepEqual"}},
	{"cmp", []string{"Compare"}},
}

// secretCompared finds secrets compared in a time that tells how much of them
// was right. crypto/subtle and hmac.Equal are for that. Comparing with what is
// written in the program (an empty string, nil) tells nothing.
func secretCompared(file *source.File, report func(token.Pos, string)) {
	ast.Inspect(file.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op != token.EQL && n.Op != token.NEQ || isWritten(n.X) || isWritten(n.Y) {
				return true
			}
			if name := firstSecret(n.X, n.Y); name != "" {
				report(n.Pos(), name+" is compared with "+n.Op.String()+": use crypto/subtle")
			}
		case *ast.SwitchStmt:
			if name := secretOf(n.Tag); name != "" {
				report(n.Pos(), name+" is compared by a switch: use crypto/subtle")
			}
		case *ast.CallExpr:
			if name := firstSecret(n.Args...); name != "" && isComparer(file.Syntax, n.Fun) && !slices.ContainsFunc(n.Args, isWritten) {
				report(n.Pos(), name+" is compared byte by byte: use crypto/subtle")
			}
		}
		return true
	})
}

func isComparer(file *ast.File, fun ast.Expr) bool {
	for _, c := range comparers {
		if isSelector(fun, importName(file, c.path), c.names...) {
			return true
		}
	}
	return false
}

func firstSecret(exprs ...ast.Expr) string {
	for _, e := range exprs {
		if name := secretOf(e); name != "" {
			return name
		}
	}
	return ""
}

// isWritten says whether a value stands in the program's own text.
func isWritten(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "nil" || e.Name == "true" || e.Name == "false"
	}
	return false
}

var (
	loggerName   = regexp.MustCompile(`^(?i:s?log|.*logger|.*log)$`)
	loggerMethod = regexp.MustCompile(`^(Debug|Info|Warn|Error|Log|LogAttrs|With|Print|Printf|Println|Fatal|Fatalf|Fatalln|Panic|Panicf|Panicln)(Context)?$`)
)

// secretInLog finds secrets that a log line or an error would carry away.
func secretInLog(file *source.File, report func(token.Pos, string)) {
	ast.Inspect(file.Syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		isLog := isLogCall(call.Fun)
		if !isLog && !isSelector(call.Fun, importName(file.Syntax, "fmt"), "Errorf") && !isSelector(call.Fun, importName(file.Syntax, "errors"), "New") {
			return true
		}
		for _, arg := range call.Args {
			if name := carried(arg, isLog); name != "" {
				report(arg.Pos(), name+" goes into a log line or an error")
			}
		}
		return true
	})
}

func isLogCall(fun ast.Expr) bool {
	selector, ok := fun.(*ast.SelectorExpr)
	return ok && loggerMethod.MatchString(selector.Sel.Name) && loggerName.MatchString(lastName(selector.X))
}

// lastName is the name nearest to the call: "log" of s.log, of log().
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return lastName(e.Fun)
	}
	return ""
}

// carried names the first secret within a logged expression; a log's key that
// is a secret's name ("password") counts too. A length tells no secret.
func carried(arg ast.Expr, keys bool) string {
	found := ""
	ast.Inspect(arg, func(n ast.Node) bool {
		if found != "" {
			return false
		}
		switch n := n.(type) {
		case *ast.CallExpr:
			if fun, ok := n.Fun.(*ast.Ident); ok && fun.Name == "len" {
				return false
			}
		case *ast.Ident:
			found = secretNamed(n.Name)
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); keys && err == nil && !strings.Contains(text, " ") {
				found = secretNamed(text)
			}
		}
		return found == ""
	})
	return found
}
