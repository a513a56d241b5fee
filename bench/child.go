package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// runChild serves until stdin closes.
func runChild(kind string, users int) error {
	switch kind {
	case "heap":
		return printHeap(users, "")
	case "heap-inline":
		return printHeap(users, strings.Repeat("x", 1300))
	case "x":
		return serveX()
	case "gatehouse":
		return serveGatehouse()
	}
	return fmt.Errorf("unknown child %q", kind)
}

// answerX is what Gatehouse answers to the same call.
const answerX = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::111122223333:user/bench</Arn>
    <UserId>AIDAQABCDEFGHIJKLMNOP</UserId>
    <Account>111122223333</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`

// serveX is the baseline: net/http that reads the same request and answers the
// same XML, and does nothing else.
func serveX() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header()["Content-Type"] = []string{"text/xml"}
		w.Header()["X-Amzn-Requestid"] = []string{"6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(answerX))}
		io.WriteString(w, answerX)
	})
	go http.Serve(l, handler)
	return untilStdinCloses(l.Addr().String())
}

// serveGatehouse serves, and makes as many users more as a line of stdin says.
func serveGatehouse() error {
	ctx := context.Background()
	n, err := startNode(ctx)
	if err != nil {
		return err
	}
	fmt.Println(n.Address())
	var users int
	if _, err := fmt.Scanln(&users); err != nil {
		return err
	}
	if err := populate(ctx, n.Directory(), 0, users, ""); err != nil {
		return err
	}
	if err := untilStdinCloses("populated"); err != nil {
		return err
	}
	return n.Close(ctx)
}

// startNode starts a node, and waits until it has hashed the root password.
func startNode(ctx context.Context) (*node.Node, error) {
	n, err := node.Start(ctx, node.Config{
		Listen: "127.0.0.1:0", ConsoleListen: "off", Ephemeral: true, AccountID: benchAccount,
		Region: benchRegion, RootEmail: "root@localhost",
		First: node.FirstStart{RootPassword: "bench-password-1A!", RootAccessKeyID: rootKeyID, RootSecretAccessKey: rootSecret},
	})
	for err == nil && n.Directory().View(benchAccount).AccountRecord().Root.Login == nil {
		time.Sleep(10 * time.Millisecond)
	}
	return n, err
}

func untilStdinCloses(line string) error {
	fmt.Println(line)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// populate makes users with tags, three shared policies and, where inline is
// given, an inline policy of their own.
func populate(ctx context.Context, d *directory.Directory, from, to int, inline string) error {
	const batch = 40
	for ; from < to; from += batch {
		err := d.Update(ctx, benchAccount, func(tx *directory.Tx) error {
			for i := from; i < min(from+batch, to); i++ {
				name := fmt.Sprintf("user-%06d", i)
				if _, err := tx.User(name); err == nil {
					return fmt.Errorf("user %s exists", name)
				}
				tx.PutUser(newUser(d, name, inline))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func newUser(d *directory.Directory, name, inline string) *directory.User {
	u := &directory.User{
		Entity: directory.Entity{
			ID: directory.NewID("AIDA"), Name: name, Path: "/staff/", Created: d.Now().UTC(),
			Tags: []api.Tag{{Key: "team", Value: "platform"}, {Key: "cost-center", Value: "1234"}},
		},
		Grants: directory.Grants{Attached: []string{
			"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/IAMUserChangePassword", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
		}},
	}
	if inline != "" {
		u.Inline = []directory.Inline{{Name: "own", Document: directory.NewDocument(inline + name)}}
	}
	return u
}
