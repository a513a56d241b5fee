// Package versity is the process behind package embedded: VersityGW's S3 gateway on a
// folder of files. It is one to a process, and it changes the process's working
// directory: so it is a child process, and only the command links it.
//
// What it does not do: it never syncs a file, so that an object which was acknowledged
// is there after kill -9, and not surely after a power cut; and a key beside its own
// prefix, "a" and "a/b", cannot be.
package versity

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"

	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded"
)

// Options of the process.
type Options struct {
	Data   string // folder of everything
	Listen string // path of a unix socket, or HOST:PORT
	In     io.Reader
	Out    io.Writer // gets the line embedded.Ready
}

const (
	// copyThreshold is the largest object that CopyObject takes [API_CopyObject].
	copyThreshold = 5 << 30
	// maxParts is how many parts an upload has at most [qfacts].
	maxParts = 10_000
	// maxConnections and maxRequests bound what the gateway in front may have under
	// way, which bounds nothing itself; each is a file or two and a connection.
	maxConnections = 4096
	maxRequests    = 4096
	// concurrency bounds threads that wait for the disk.
	concurrency = 512
)

// Serve serves until ctx or the input ends. One server on a folder at a time: it waits
// for the end of another.
func Serve(ctx context.Context, o Options) error {
	start, err := readStart(o.In)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	private()
	unlock, err := lock(ctx, filepath.Join(o.Data, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	files, err := open(o.Data)
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, files, &embedgw.Config{
		RootUserAccess: start.AccessKeyID, RootUserSecret: start.SecretAccessKey, Region: start.Region,
		Ports: []string{o.Listen}, SocketPerm: "0600", KeepAlive: true, Quiet: true,
		MaxConnections: maxConnections, MaxRequests: maxRequests, MultipartMaxParts: maxParts,
		S3Options: []s3api.Option{s3api.WithOnListen(func() { fmt.Fprintln(o.Out, embedded.Ready) })},
	})
}

// readStart reads the first line of the input, and ends the process when the input
// ends: whoever started it is gone.
func readStart(in io.Reader) (start embedded.Start, err error) {
	lines := bufio.NewReader(io.LimitReader(in, 4<<10))
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return start, fmt.Errorf("the start is expected on the standard input: %w", err)
	}
	if err := json.Unmarshal(line, &start); err != nil || start.AccessKeyID == "" || start.SecretAccessKey == "" || start.Region == "" {
		return start, errors.New("the start on the standard input is none")
	}
	go func() {
		io.Copy(io.Discard, in)
		os.Exit(0)
	}()
	return start, nil
}

// open opens the folders of objects, of their versions and of what is kept beside them.
func open(data string) (*posix.Posix, error) {
	objects, versions, attributes := filepath.Join(data, "objects"), filepath.Join(data, "versions"), filepath.Join(data, "attributes")
	for _, folder := range []string{objects, versions} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	options := posix.PosixOpts{VersioningDir: versions, CopyObjectThreshold: copyThreshold, Concurrency: concurrency}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	beside, err := keepsBeside(objects, attributes)
	if err != nil {
		return nil, err
	}
	if !beside {
		return posix.New(objects, meta.XattrMeta{}, options)
	}
	car, err := meta.NewSideCar(attributes)
	if err != nil {
		return nil, err
	}
	options.SideCarDir = attributes
	return posix.New(objects, car, options)
}

// keepsBeside says whether the attributes of objects are files of their own: where the
// file system has no extended attributes, and where it had none when the folder was
// begun. Objects whose attributes were lost on the way to a file system without are
// not served.
func keepsBeside(objects, attributes string) (bool, error) {
	if _, err := os.Stat(attributes); err == nil {
		return true, nil
	}
	probe := meta.XattrMeta{}.Test(objects)
	if probe == nil {
		return false, nil
	}
	entries, err := os.ReadDir(objects)
	if err != nil {
		return false, err
	}
	if len(entries) > 0 {
		return false, fmt.Errorf("the attributes of the objects in %s are not there: %w; copy the folder with them, to a file system that has them", objects, probe)
	}
	return true, os.Mkdir(attributes, 0o700)
}
