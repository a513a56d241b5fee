package metadata

import "runtime"

// architecture is this machine's, as EC2 names it [API_Image]: instances are programs
// on it.
var architecture = architectureOf(runtime.GOARCH)

func architectureOf(goarch string) string {
	switch goarch {
	case "amd64":
		return "x86_64"
	case "386":
		return "i386"
	}
	return goarch
}
