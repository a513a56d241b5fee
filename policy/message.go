package policy

import "strings"

// sentences are how AWS names the types in its access-denied sentence
// (troubleshoot_access-denied): after "because no", and after "with an explicit
// deny in".
var sentences = [...]struct{ implicit, explicit string }{
	Identity:        {"identity-based policy", "an identity-based policy"},
	Boundary:        {"permissions boundary", "a permissions boundary"},
	Session:         {"session policy", "a session policy"},
	Trust:           {"role trust policy", "the role trust policy"},
	Resource:        {"resource-based policy", "a resource-based policy"},
	ServiceControl:  {"service control policy", "a service control policy"},
	ResourceControl: {"resource control policy", "a resource control policy"},
	Endpoint:        {"VPC endpoint policy", "a VPC endpoint policy"},
}

// Message is AWS's access-denied sentence for a denial of r, without policy ARN.
// resource is what it prints after "on resource: ", "" for no such part. The
// action is spelt as in the request. A decision that allows has no sentence.
func (d Decision) Message(r *Request, resource string) string {
	if d.Outcome == Allowed {
		return ""
	}
	who := "anonymous" // D-01
	if r.Principal != nil && r.Principal.Kind != Anonymous {
		who = r.Principal.ARN
	}
	sentence := "User: " + who + " is not authorized to perform: " + r.Action
	if resource != "" {
		sentence += " on resource: " + resource
	}
	if d.Outcome == ExplicitDeny {
		return sentence + " with an explicit deny in " + sentences[d.By].explicit
	}
	return sentence + " because no " + sentences[d.By].implicit + " allows the " + r.Action + " action"
}

// PolicyARN is the ARN of the managed policy that denied explicitly, which AWS's
// sentence ends with (D-08): Message, ": " and this. It is "" for implicit denials
// and for policies that have no ARN of their own: inline, trust and resource-based
// ones.
func (d Decision) PolicyARN() string {
	if d.Outcome != ExplicitDeny || d.Policy == nil || d.By == Trust || d.By == Resource {
		return ""
	}
	if name := d.Policy.Name(); strings.HasPrefix(name, "arn:") {
		return name
	}
	return ""
}
