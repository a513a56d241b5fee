package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The package keeps the global condition keys in its program, not its data.
var globalKey = regexp.MustCompile(`(?s)key: '([^']+)',\s+category: '[^']+',\s+type: '([^']+)'`)

// globalKeyData reduces the package to the global condition keys. Index: the
// key in lower case, the key, its type.
func globalKeyData(pkg files) ([]byte, error) {
	types := map[string]string{}
	for _, m := range globalKey.FindAllSubmatch(pkg["dist/cjs/globalConditionKeys.js"], -1) {
		// The package writes "tag-key" where the tables have "${TagKey}".
		types[strings.Replace(string(m[1]), "/tag-key", "/${TagKey}", 1)] = string(m[2])
	}
	if len(types) == 0 {
		return nil, errors.New("the package's global condition keys are not where they were")
	}
	keys := slices.SortedFunc(maps.Keys(types), func(a, b string) int {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	})
	var lines bytes.Buffer
	for _, k := range keys {
		fmt.Fprintf(&lines, "%s\t%s\t%s\n", strings.ToLower(k), k, types[k])
	}
	return lines.Bytes(), nil
}
