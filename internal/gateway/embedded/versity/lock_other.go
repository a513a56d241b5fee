//go:build !unix

package versity

import (
	"context"
	"errors"
)

func private() {}

// lock refuses: two servers on one folder could not be told from one.
func lock(context.Context, string) (func(), error) {
	return nil, errors.New("the embedded S3 back end runs on Linux and other Unix systems; give --s3-backend a URL, or off")
}
