package main

import (
	"bufio"
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
		return printHeap(users, newUser)
	case "heap-inline":
		return printHeap(users, inlineUser)
	case "x":
		return serveX()
	case "gatehouse":
		return serveGatehouse()
	case "gateway":
		return serveGateway()
	case "empty":
		return serveEmpty()
	case "instance":
		return serveInstance()
	case "store":
		return serveStore()
	case "proxy", "hashing-proxy":
		return serveProxy(kind == "hashing-proxy")
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

// serveGatehouse serves, and does what the lines of stdin say.
func serveGatehouse() error {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{})
	if err != nil {
		return err
	}
	fmt.Println(n.Address())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := obey(ctx, n.Directory(), lines.Text()); err != nil {
			return err
		}
	}
	return n.Close(ctx)
}

// obey makes users, with the shared policy and access keys or without, or tells
// how many documents were compiled.
func obey(ctx context.Context, d *directory.Directory, line string) error {
	var users, keys int
	switch {
	case line == "compilations":
		fmt.Println(directory.Compilations())
		return nil
	case strings.HasPrefix(line, "share "):
		if _, err := fmt.Sscanf(line, "share %d %d", &users, &keys); err != nil {
			return err
		}
		return share(ctx, d, users, keys)
	}
	if _, err := fmt.Sscan(line, &users); err != nil {
		return err
	}
	if err := populate(ctx, d, 0, users, newUser); err != nil {
		return err
	}
	fmt.Println("populated")
	return nil
}

// share makes users with the shared policy, and prints the access keys of the
// first of them.
func share(ctx context.Context, d *directory.Directory, users, keys int) error {
	err := populate(ctx, d, 0, users, func(d *directory.Directory, name string) *directory.User {
		u := newUser(d, name)
		u.Attached = []string{sharedPolicy}
		return u
	})
	if err != nil {
		return err
	}
	err = d.Update(ctx, benchAccount, func(tx *directory.Tx) error { // what attaching one by one would have counted
		p, err := tx.CustomerPolicy(sharedPolicy)
		if err != nil {
			return err
		}
		c := p.Clone()
		c.Attachments = users
		tx.PutPolicy(c)
		return nil
	})
	for i := 0; i < min(users, keys) && err == nil; i++ {
		err = d.Update(ctx, benchAccount, func(tx *directory.Tx) error {
			u, err := tx.User(userName(i))
			if err != nil {
				return err
			}
			key, secret, err := tx.CreateAccessKey(u)
			if err == nil {
				fmt.Println(key.ID, secret)
			}
			return err
		})
	}
	return err
}

// serveGateway serves objects of the back end that the environment names.
func serveGateway() error {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{
		Backend: os.Getenv("BENCH_STORE"), AccessKeyID: storeKeys.AccessKeyID, SecretAccessKey: storeKeys.SecretAccessKey, Region: benchRegion,
	})
	if err != nil {
		return err
	}
	defer n.Close(ctx)
	return untilStdinCloses(n.Address())
}

// startNode starts a node, and waits until it has hashed the root password.
func startNode(ctx context.Context, s3 node.S3Config) (*node.Node, error) {
	n, err := node.Start(ctx, node.Config{
		Listen: "127.0.0.1:0", ConsoleListen: "off", Ephemeral: true, AccountID: benchAccount,
		Region: benchRegion, RootEmail: "root@localhost", S3: s3,
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

// populate makes users.
func populate(ctx context.Context, d *directory.Directory, from, to int, user func(d *directory.Directory, name string) *directory.User) error {
	const batch = 40
	for ; from < to; from += batch {
		err := d.Update(ctx, benchAccount, func(tx *directory.Tx) error {
			for i := from; i < min(from+batch, to); i++ {
				if _, err := tx.User(userName(i)); err == nil {
					return fmt.Errorf("user %s exists", userName(i))
				}
				tx.PutUser(user(d, userName(i)))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func userName(i int) string { return fmt.Sprintf("user-%06d", i) }

// newUser has tags and three shared policies.
func newUser(d *directory.Directory, name string) *directory.User {
	return &directory.User{
		Entity: directory.Entity{
			ID: directory.NewID("AIDA"), Name: name, Path: "/staff/", Created: d.Now().UTC(),
			Tags: []api.Tag{{Key: "team", Value: "platform"}, {Key: "cost-center", Value: "1234"}},
		},
		Grants: directory.Grants{Attached: []string{
			"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/IAMUserChangePassword", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
		}},
	}
}

// inlineUser has an inline policy of its own beside.
func inlineUser(d *directory.Directory, name string) *directory.User {
	u := newUser(d, name)
	u.Inline = []directory.Inline{{Name: "own", Document: directory.NewDocument(strings.Repeat("x", 1300) + name)}}
	return u
}
