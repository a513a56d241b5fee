package server

import (
	"net/netip"
	"slices"
	"strings"
)

// hosts are the names that S3 answers at: BUCKET.HOST names a bucket, HOST none.
type hosts struct {
	names    []string        // in lower case, the longest first
	services map[string]bool // first labels that are no buckets: "iam"
}

func newHosts(names []string, region string, services []string) hosts {
	if names == nil {
		names = []string{"localhost", "s3.localhost", "s3." + region + ".localhost"}
	}
	h := hosts{services: map[string]bool{"s3": true}}
	for _, name := range names {
		h.names = append(h.names, strings.ToLower(name))
	}
	slices.SortFunc(h.names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range services {
		h.services[name] = true
	}
	return h
}

// bucket is the bucket that a Host header names. An address names none, nor does any
// host that is not under one of the names: such requests are path-style.
func (h *hosts) bucket(host string) (string, bool) {
	name := withoutPort(host)
	if !strings.Contains(name, ".") || isAddress(name) {
		return "", false
	}
	name = strings.ToLower(name)
	for _, suffix := range h.names {
		if name == suffix {
			return "", false
		}
		bucket, under := strings.CutSuffix(name, "."+suffix)
		if !under {
			continue
		}
		label, _, _ := strings.Cut(bucket, ".")
		if bucket == "" || h.services[label] {
			return "", false
		}
		return bucket, true
	}
	return "", false
}

func withoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.Contains(host[i:], "]") {
		return host[:i]
	}
	return host
}

func isAddress(name string) bool {
	if last := name[len(name)-1]; last != ']' && (last < '0' || last > '9') {
		return false
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}
