package validate

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// noVariable reports a variable where the language has none; it says whether
// there was none.
func (v *validator) noVariable(s *spot, element string) bool {
	at := strings.Index(s.text(), "${")
	if at < 0 {
		return true
	}
	v.report("VARIABLE_UNSUPPORTED_IN_ELEMENT", fmt.Sprintf("Variables are replaced in resources and in condition values, and not in %s. Write the text out.", element), s.part(at, variableEnd(s.text(), at)))
	return false
}

// variableEnd is where the variable ends that starts here; the end of the text
// for one that does not.
func variableEnd(text string, at int) int {
	if end := strings.IndexByte(text[at:], '}'); end >= 0 {
		return at + end + 1
	}
	return len(text)
}

// resourceVariables are replaced after the fifth colon only (M-07). It says
// whether none stands before.
func (v *validator) resourceVariables(s *spot, resource int) bool {
	if at := strings.Index(s.text()[:resource], "${"); at >= 0 {
		v.report("VARIABLE_UNSUPPORTED_IN_ELEMENT", "A variable is replaced in the last part of an ARN only, after its fifth colon. Write this part out, or use a wildcard.", s.part(at, variableEnd(s.text()[:resource], at)))
		return false
	}
	return v.variablesOf(s)
}

// variablesOf checks every variable of a text (M-08 to M-11); it says whether
// all are good.
func (v *validator) variablesOf(s *spot) bool {
	text := s.text()
	if !v.variables {
		return v.oldVariables(s)
	}
	good := true
	lastQuote := strings.LastIndex(text, "'}")
	for at := 0; ; {
		i := strings.Index(text[at:], "${")
		if i < 0 {
			return good
		}
		at += i
		end := strings.IndexByte(text[at:], '}')
		if end < 0 {
			v.report("MISSING_BRACE_IN_VARIABLE", "The variable does not end, so it is literal text. Add } after its name.", s.part(at, len(text)))
			return false
		}
		end += at
		if i := strings.Index(text[at:end], ", '"); i >= 0 && lastQuote >= at+i+3 {
			end = at + i + 3 + strings.Index(text[at+i+3:], "'}") + 1
		}
		if code, details := faultOfVariable(text[at+2 : end]); code != "" {
			v.report(code, details, s.part(at, end+1))
			good = false
		}
		at = end + 1
	}
}

// variableName is what the engine takes for the name of a key.
var variableName = regexp.MustCompile(`^[0-9A-Za-z:/._+=@-]+$`)

// faultOfVariable says what is wrong with the inside of ${…}.
func faultOfVariable(inside string) (code, details string) {
	if inside == "*" || inside == "?" || inside == "$" {
		return "", ""
	}
	name, fallback, hasDefault := strings.Cut(inside, ",")
	switch {
	case strings.TrimSpace(name) == "":
		return "EMPTY_VARIABLE", "The variable has no name, so it is literal text. Name a condition key in it, or remove it."
	case hasDefault && (len(fallback) < 3 || !strings.HasPrefix(fallback, " '") || !strings.HasSuffix(fallback, "'")):
		return "MISSING_QUOTE_IN_VARIABLE", "A default stands after a comma and one space, between single quotes, as in ${aws:username, 'nobody'}. Without them the variable is literal text."
	case strings.ContainsAny(name, " \t"):
		return "UNSUPPORTED_SPACE_IN_VARIABLE", "No condition key has a space in its name, so the variable never has a value. Remove the space."
	case !variableName.MatchString(name):
		return "UNSUPPORTED_SYMBOL_IN_VARIABLE", fmt.Sprintf("The name %q has a character that no condition key has, so the variable never has a value. Remove it.", clip(name))
	}
	if strings.HasPrefix(strings.ToLower(name), "aws:") {
		if _, ok := globalKey(name); !ok {
			return "INVALID_GLOBAL_CONDITION_KEY", fmt.Sprintf("There is no global condition key %q, so the variable never has a value.", clip(name))
		}
	}
	return "", ""
}

// oldVariables: under version 2008-10-17 a variable is literal text (G-02).
func (v *validator) oldVariables(s *spot) bool {
	text := s.text()
	at := strings.Index(text, "${")
	if at < 0 || !strings.Contains(text[at:], "}") {
		return true
	}
	v.report("VARIABLE_UNSUPPORTED_IN_VERSION", "Variables are of version "+version2012+"; in this document it is literal text. Set the Version.", s.part(at, variableEnd(text, at)))
	return false
}

// furtherKeys are global keys of AWS's user guide that the generated table lacks.
var furtherKeys = map[string]services.ConditionKey{
	"aws:signinsessionarn": {Name: "aws:SignInSessionArn", Type: "ARN"},
}

// globalKey finds a key that every service may have.
func globalKey(name string) (services.ConditionKey, bool) {
	if k, ok := services.GlobalConditionKey(name); ok {
		return k, true
	}
	k, ok := furtherKeys[strings.ToLower(name)]
	return k, ok
}
