package policy

import (
	"slices"
	"strings"
)

// eachResource asks a rule of every entry of Resource and NotResource that is
// not "*".
func eachResource(rule func(n *Node, a arnText) *fault) func(*Document) *fault {
	return each(func(_ *Document, c *Statement) *fault {
		for _, n := range append(c.resource.list(), c.notResource.list()...) {
			if n.text == "*" {
				continue
			}
			if f := rule(n, newARNText(n.text)); f != nil {
				return f
			}
		}
		return nil
	})
}

// arnText is a resource as written, cut into the parts that it has. The
// missing ones are "*" (G-10).
type arnText struct {
	part  [arnParts]string
	parts int
}

func newARNText(text string) arnText {
	at, parts := splitARN(text)
	a := arnText{parts: parts}
	for i := range a.part {
		a.part[i] = "*"
		if i < parts {
			a.part[i] = at.part(text, i, parts)
		}
	}
	return a
}

func (a *arnText) service() string { return a.part[2] }
func (a *arnText) region() string  { return a.part[3] }

// brokenARN is the part of V-03 about resources.
func (d *Document) brokenARN(c *Statement) *fault {
	return eachResource(func(n *Node, a arnText) *fault {
		if a.parts > 1 && a.parts < arnParts && (strings.Contains(n.text, "::") || a.parts > 2 && a.service() == "") {
			return refuse(n, messageLegacy, "an ARN has six parts")
		}
		return nil
	})(&Document{kind: d.kind, statements: []*Statement{c}})
}

func noColon(n *Node, a arnText) *fault { // V-06
	switch {
	case n.text == "":
		return refuse(n, `Resource must be in ARN format or "*"`, "the resource is empty")
	case a.parts == 1:
		return refuse(n, "Resource "+n.text+` must be in ARN format or "*".`, "the resource is no ARN")
	}
	return nil
}

// partitions of AWS.
var partitions = []string{"*", "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}

func unknownPartition(n *Node, a arnText) *fault { // V-07
	if slices.Contains(partitions, a.part[1]) {
		return nil
	}
	full := "arn:" + strings.Join(a.part[1:], ":")
	return refuse(n, `Partition "`+a.part[1]+`" is not valid for resource "`+full+`".`, "there is no such partition")
}

func unqualifiedVendor(n *Node, a arnText) *fault { // V-08
	if a.part[0] != "arn" {
		return refuse(n, "Resource "+n.text+` must be in ARN format or "*".`, "an ARN begins with arn:")
	}
	if a.service() == "" || written.any(a.service()) {
		return refuse(n, messageVendor, "the third part of the ARN is a service")
	}
	return nil
}

// s3Regional are the kinds of resource of S3 whose ARNs have a region.
var s3Regional = []string{"accesspoint", "access-grants", "async-request", "job", "storage-lens"}

func regionGiven(n *Node, a arnText) *fault { // V-09
	if a.region() == "" || a.parts < arnParts && written.everything(a.region()) {
		return nil
	}
	switch a.service() {
	case "iam":
		return refuse(n, "IAM resource "+n.text+" cannot contain region information.", "IAM has no region")
	case "s3":
		if !slices.ContainsFunc(s3Regional, func(kind string) bool { return strings.HasPrefix(a.part[5], kind) }) {
			return refuse(n, "Resource "+n.text+" can not contain region information.", "the ARN of a bucket has no region")
		}
	}
	return nil
}

// iamPaths are what the resource of an ARN of IAM starts with.
var iamPaths = []string{
	"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
	"sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
}

func unknownIAMPath(n *Node, a arnText) *fault { // V-10
	path := a.part[5]
	if a.service() != "iam" || written.everything(path) || path == "root" {
		return nil
	}
	if slices.ContainsFunc(iamPaths, func(kind string) bool { return strings.HasPrefix(path, kind) }) {
		return nil
	}
	return refuse(n, messageIAMPath, "IAM has no resource of this kind")
}
