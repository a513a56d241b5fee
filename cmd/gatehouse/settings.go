package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/node"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
)

// variablePrefix starts the names of our environment variables: a flag's twin is
// GATEHOUSE_ and its name in upper case with underscores.
const variablePrefix = "GATEHOUSE_"

// firstStartVariables are read at the first start only, and are no flags.
var firstStartVariables = []string{
	"GATEHOUSE_ROOT_PASSWORD", "GATEHOUSE_ROOT_ACCESS_KEY_ID", "GATEHOUSE_ROOT_SECRET_ACCESS_KEY", seal.MasterVariable,
}

// secretSettings stand in the environment or the configuration file, and are no flags:
// a flag's value is seen by every user of the machine.
var secretSettings = []string{node.S3AccessKeyID, node.S3SecretAccessKey, node.S3Region}

// regionsSetting is the one setting of the configuration file that is no value: the
// regions and their zones.
const regionsSetting = "regions"

func variableOf(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// environmentResolver gives flags the values of their environment twins, then
// those of the configuration file. A flag on the command line wins over both.
func environmentResolver(variables map[string]string) kong.Resolver {
	return kong.ResolverFunc(func(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
		if value, ok := variables[variableOf(flag.Name)]; ok && flag.Name != "help" {
			return value, nil
		}
		return nil, nil
	})
}

// namingVariables names the variables that an error of flags came from, where it did.
func namingVariables(err error, variables map[string]string) error {
	for name, value := range variables {
		flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, variablePrefix), "_", "-"))
		if strings.HasPrefix(name, variablePrefix) && strings.Contains(err.Error(), flag+":") || strings.Contains(err.Error(), flag+" must") {
			return fmt.Errorf("%w (%s is %q)", err, name, value)
		}
	}
	return err
}

// checkEnvironment refuses a variable of ours that nothing reads.
func checkEnvironment(model *kong.Application, variables map[string]string) error {
	known := slices.Clone(firstStartVariables)
	for _, name := range secretSettings {
		known = append(known, variableOf(name))
	}
	for _, group := range model.Node.AllFlags(true) {
		for _, flag := range group {
			known = append(known, variableOf(flag.Name))
		}
	}
	for _, command := range model.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				known = append(known, variableOf(flag.Name))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if strings.HasPrefix(name, variablePrefix) && !slices.Contains(known, name) {
			return fmt.Errorf("environment variable %s is not known; did you mean %s?", name, nearest(name, known))
		}
	}
	return nil
}

// file is what a configuration file sets.
type file struct {
	values  map[string]string
	regions []catalog.Region
}

// configuration reads a YAML file of flag names and values.
func configuration(path string, flags []*kong.Flag) (*file, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	var root, next yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(text))
	if err := documents.Decode(&root); err != nil && err != io.EOF {
		return nil, fmt.Errorf("--config %s: %w", path, err)
	}
	if documents.Decode(&next) != io.EOF {
		return nil, fmt.Errorf("--config %s: expected one document", path)
	}
	if len(root.Content) == 0 || root.Content[0].Tag == "!!null" {
		return &file{}, nil
	}
	if root.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("--config %s: line %d: expected settings, a name and a value a line", path, root.Content[0].Line)
	}
	return settings(path, root.Content[0].Content, flags)
}

func settings(path string, nodes []*yaml.Node, flags []*kong.Flag) (*file, error) {
	known := append([]string{regionsSetting}, secretSettings...)
	for _, f := range flags {
		known = append(known, f.Name)
	}
	seen := map[string]bool{}
	set := &file{values: map[string]string{}}
	for i := 0; i+1 < len(nodes); i += 2 {
		key, value := nodes[i], nodes[i+1]
		if !slices.Contains(known, key.Value) || key.Value == "config" || key.Value == "help" {
			return nil, fmt.Errorf("--config %s: line %d: setting %q is not known; did you mean %q?", path, key.Line, key.Value, nearest(key.Value, known))
		}
		if err := set.read(key.Value, value); err != nil {
			return nil, fmt.Errorf("--config %s: %w", path, err)
		}
		if seen[key.Value] {
			return nil, fmt.Errorf("--config %s: line %d: setting %q stands twice", path, key.Line, key.Value)
		}
		seen[key.Value] = true
	}
	return set, nil
}

// read takes one setting. Errors name its line.
func (f *file) read(name string, value *yaml.Node) (err error) {
	if name == regionsSetting {
		if f.regions, err = catalog.ParseRegions(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	if f.values[name], err = settingText(value); err != nil {
		return fmt.Errorf("line %d: %s: %w", value.Line, name, err)
	}
	return nil
}

// settingText is a scalar, or a list of scalars joined with commas.
func settingText(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", errNoValue
		}
		return n.Value, nil
	case yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode || c.Tag == "!!null" {
				return "", errors.New("expected a list of values")
			}
			parts = append(parts, c.Value)
		}
		return strings.Join(parts, ","), nil
	}
	return "", errNoValue
}

var errNoValue = errors.New("expected a value")

// nearest is the known name with the smallest edit distance.
func nearest(name string, known []string) string {
	best, distance := "", 1<<30
	for _, k := range known {
		if d := editDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal, row[j] = row[j], min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// readConfig gives the flags that neither the command line nor the environment
// set the values of the configuration file.
func (c *serveCommand) readConfig(k *kong.Context) error {
	if c.Config == "" {
		return nil
	}
	flags := k.Flags()
	set, err := configuration(c.Config, flags)
	if err != nil {
		return err
	}
	c.file = set
	nearer := map[*kong.Flag]bool{} // on the command line or in the environment; Flag.Set is true for defaults, too
	for _, p := range k.Path {
		nearer[p.Flag] = true
	}
	for _, f := range flags {
		value, given := set.values[f.Name]
		if !given || nearer[f] {
			continue
		}
		if f.Enum != "" && !slices.Contains(f.EnumSlice(), value) {
			return fmt.Errorf("--config %s: %s: %q is not accepted: one of %s", c.Config, f.Name, value, f.Enum)
		}
		token := kong.Token{Type: kong.FlagValueToken, Value: value}
		if err := f.Parse(kong.ScanFromTokens(token), f.Target); err != nil {
			return fmt.Errorf("--config %s: %s: %q is not accepted: %w", c.Config, f.Name, value, err)
		}
	}
	return nil
}

// secret is a setting that is no flag: of the environment, else of the file.
func (c *serveCommand) secret(s *streams, name string) string {
	if value := s.env(variableOf(name)); value != "" || c.file == nil {
		return value
	}
	return c.file.values[name]
}

// regions are those that the configuration file declares.
func (c *serveCommand) regions() []catalog.Region {
	if c.file == nil {
		return nil
	}
	return c.file.regions
}
