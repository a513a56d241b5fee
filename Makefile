# Gatehouse. `make` lists the targets.

# One shell a recipe, and a recipe ends at its first failure.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOFLAGS_BUILD := -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'

# The house, and the modules that keep what only tests and generators need out
# of it. Public users of the house inherit none of their requirements.
MODULES := . $(patsubst %/go.mod,%,$(wildcard bench/policy/go.mod internal/api/gen/go.mod test/go.mod))
comma := ,
empty :=
MODULE_LIST := $(subst $(empty) $(empty),$(comma),$(MODULES))

# Tools, each at one version.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
VULNDB := golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018

# How long `make test-long` runs each fuzz target.
FUZZTIME ?= 60s

# Tests of the policy engine that a mutant cannot fail: of figures, and of files.
MUTATE_SKIP := Allocat|Linear|Megabytes|Speed|TestImports|TestSemanticsDocument|TestShrunk|TestVariants

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: need-go ## bin/gatehouse, one static binary
	@CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o bin/gatehouse ./cmd/gatehouse

.PHONY: run
run: build ## start Gatehouse with an administrator; how to sign in is printed
	@exec bin/gatehouse serve --bootstrap-admin

.PHONY: test
test: need-go need-clients ## the whole test suite; installs what it needs
	@$(call each_module,go vet ./...)
	go run ./internal/lint/tally -modules '$(MODULE_LIST)'

.PHONY: test-race
test-race: need-go need-clients need-cc ## the whole test suite under the race detector
	@go run ./internal/lint/tally -race -timeout 60m -modules '$(MODULE_LIST)'

.PHONY: test-long
test-long: need-go need-clients ## the long runs: 50 kills, long histories, 10 million random cases, every fuzz target for FUZZTIME (60s)
	@LONG_TESTS=1 go run ./internal/lint/tally -timeout 120m -modules '$(MODULE_LIST)'
	go run ./internal/lint/fuzz -for $(FUZZTIME)

.PHONY: mutate
mutate: need-go ## change the policy engine in thousands of small ways, and see whether its tests notice
	@go run ./internal/lint/mutate -skip '$(MUTATE_SKIP)' policy

.PHONY: bench
bench: need-go ## the benchmarks, as ratios against their baselines in one run
	@missed=0
	(cd bench/policy && go run .) || missed=1
	go run ./bench || missed=1
	exit $$missed

.PHONY: generate
generate: need-go need-npm ## everything generated; a second run changes nothing
	@(cd internal/api/gen && go run .)
	go run ./internal/catalog/gen

.PHONY: generate-check
generate-check: need-go need-npm ## generate, and fail when that changes a file
	@sums() { git ls-files -co --exclude-standard internal/api internal/catalog policy/x | LC_ALL=C sort | xargs sha256sum; }
	before=$$(sums)
	$(MAKE) generate
	if ! diff <(echo "$$before") <(sums); then echo "make generate changes these files: check them in" >&2; exit 1; fi

.PHONY: lint
lint: need-go ## format, tidy modules, vet, staticcheck, govulncheck, our own checks, size figures
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go'))
	if [ -n "$$unformatted" ]; then echo "not formatted:"; echo "$$unformatted"; exit 1; fi
	$(call each_module,go mod tidy -diff)
	$(call each_module,go vet ./...)
	$(call each_module,go run $(STATICCHECK) ./...)
	db=$$(cd / && GOFLAGS= go mod download -json $(VULNDB) | sed -n 's/^\t"Dir": "\(.*\)".*/\1/p')
	go run $(GOVULNCHECK) -format json -db "file://$$db/data/osv" ./... | go run ./internal/lint/vuln
	go run ./internal/lint

.PHONY: clean
clean: ## remove what was built
	@rm -rf bin

# each_module runs a command in every module.
define each_module
for module in $(MODULES); do (cd "$$module" && $(1)); done
endef

.PHONY: need-go
need-go:
	@if ! command -v go >/dev/null; then
		echo "Gatehouse is built with Go $$(sed -n 's/^go //p' go.mod) or newer, and there is no go command on this PATH." >&2
		echo "Get it at https://go.dev/dl/ and try again." >&2
		exit 1
	fi

# install_missing installs Debian's packages for what is not there: as root, or
# with sudo. Its words are COMMAND=PACKAGE; boto3 is a module of Python's, and the
# AWS CLI is its version 2: other installations of either may come first on the PATH.
define install_missing
has() {
	local path python
	case "$$1" in
	aws)
		for path in $$(type -aP aws); do
			if [[ "$$("$$path" --version 2>&1)" == aws-cli/2* ]]; then return 0; fi
		done
		return 1 ;;
	boto3)
		python=$$(type -P python3) || return 1
		for path in $$(type -aP python3); do
			if [ "$$path" = /usr/bin/python3 ]; then python=$$path; fi
		done
		"$$python" -c 'import boto3' 2>/dev/null ;;
	*) command -v "$$1" >/dev/null ;;
	esac
}
missing=
for need in $(1); do
	if ! has "$${need%%=*}"; then missing="$$missing $${need#*=}"; fi
done
if [ -z "$$missing" ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
	echo "This needs programs that are not on this PATH. Debian's names for them:$$missing" >&2
	exit 1
fi
as_root=
if [ "$$(id -u)" != 0 ]; then as_root=sudo; fi
echo "installing$$missing"
$$as_root apt-get update -q
$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing
endef

.PHONY: need-npm
need-npm:
	@$(call install_missing,node=nodejs npm=npm)

# The race detector is C.
.PHONY: need-cc
need-cc:
	@$(call install_missing,cc=build-essential)

# The clients that the end-to-end tests run against a real server.
.PHONY: need-packages
need-packages:
	@$(call install_missing,aws=awscli python3=python3 boto3=python3-boto3 jq=jq node=nodejs npm=npm curl=curl openssl=openssl s3cmd=s3cmd rclone=rclone restic=restic)

.PHONY: need-clients
need-clients: need-packages $(if $(wildcard test/js/package-lock.json),test/js/node_modules/.package-lock.json)

test/js/node_modules/.package-lock.json: test/js/package-lock.json | need-packages
	@cd test/js && npm ci --no-audit --no-fund
	touch node_modules/.package-lock.json
