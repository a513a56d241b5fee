// Package crash kills a real server with kill -9 in the middle of concurrent
// writes, again and again on the same data folder, and looks after each start
// whether what it acknowledged is there, and what it did not is there whole or not
// at all.
package crash

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
	"github.com/gatehouse-iam/gatehouse/test/model/inventory"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

// writers is how many clients write at a time, each on connections of its own.
const writers = 6

func kills() int {
	if os.Getenv("LONG_TESTS") == "1" {
		return 50
	}
	return 5
}

// TestKills is all of it; what it counted stands in its log.
func TestKills(t *testing.T) {
	c := &crash{T: t, data: filepath.Join(t.TempDir(), "data"), ledger: map[string]*entry{}}
	c.start(process.RootEnvironment()...)
	c.prepare()
	for c.round = range kills() {
		c.writeUntilKilled()
		c.start()
		c.check()
	}
	if code := c.server.Stop(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.server.Log())
	}
	c.checkJournal()
	t.Logf("%d kills, %d writes acknowledged, %d in flight of which %d are there, %d lost or halved",
		kills(), c.acknowledged, c.inFlight, c.survived, c.lost)
}

// crash is the test as far as it has come.
type crash struct {
	*testing.T
	data   string
	server *process.Server
	round  int

	boundary, policy string // ARNs that every user gets
	ledger           map[string]*entry

	acknowledged, inFlight, survived, lost int
}

func (c *crash) start(environment ...string) {
	c.server = process.Serve(c.T, environment, "--data", c.data)
}

// client is a client with connections of its own. Every call is made once.
func (c *crash) client(id, secret string) aws.Config {
	return aws.Config{
		Region: c.server.Region, BaseEndpoint: &c.server.URL, Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
		HTTPClient: process.NewClient(),
		Retryer:    func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	}
}

func (c *crash) root() *iam.Client {
	return iam.NewFromConfig(c.client(process.Root.AccessKeyID, process.Root.SecretAccessKey))
}

const groupName = "all"

// prepare makes what the users of the writers share.
func (c *crash) prepare() {
	root := c.root()
	if _, err := root.CreateGroup(c.Context(), &iam.CreateGroupInput{GroupName: aws.String(groupName)}); err != nil {
		c.Fatal(err)
	}
	for name, arn := range map[string]*string{"boundary": &c.boundary, "policy": &c.policy} {
		out, err := root.CreatePolicy(c.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(document)})
		if err != nil {
			c.Fatal(err)
		}
		*arn = *out.Policy.Arn
	}
}

// writeUntilKilled lets the writers write until so many writes are acknowledged,
// and kills the server while they are at the next.
func (c *crash) writeUntilKilled() {
	deadline := int64(1 + rand.IntN(400))
	var done atomic.Int64
	enough := make(chan struct{})
	w := &writing{crash: c, acknowledged: func() {
		if done.Add(1) == deadline {
			close(enough)
		}
	}}
	var clients sync.WaitGroup
	entries := make([][]*entry, writers)
	for i := range writers {
		client := c.root()
		clients.Go(func() { entries[i] = w.write(client, i) })
	}
	<-enough
	time.Sleep(rand.N(5 * time.Millisecond)) // to no step of a commit in particular
	c.server.Kill()
	clients.Wait()
	for _, e := range slices.Concat(entries...) {
		c.ledger[e.name] = e
		c.acknowledged += len(e.steps)
	}
}

// check compares the account with the ledger, and settles what was in flight.
func (c *crash) check() {
	got, err := inventory.Observe(context.Background(), c.root(), 1000)
	if err != nil {
		c.Fatal(err)
	}
	for _, fault := range got.Broken() {
		c.failed("round %d: %s", c.round, fault)
	}
	for _, name := range slices.Sorted(maps.Keys(c.ledger)) {
		c.checkEntry(c.ledger[name], got.Users)
	}
	if len(got.Users) > len(c.ledger) {
		c.failed("round %d: %d users, of whom %d were made", c.round, len(got.Users), len(c.ledger))
	}
}

func (c *crash) failed(format string, values ...any) {
	c.lost++
	c.Errorf(format, values...)
}

func (c *crash) checkEntry(e *entry, users map[string]inventory.User) {
	u, there := users[e.name]
	got := c.observed(u, there)
	acknowledged := e.expected(e.steps)
	if e.pending != nil {
		c.inFlight++
		if got == e.expected(append(slices.Clone(e.steps), *e.pending)) {
			e.steps = append(e.steps, *e.pending)
			acknowledged = got
			c.survived++
		}
		e.pending = nil
	}
	if got != acknowledged {
		c.failed("round %d: %s is %+v and should be %+v after %v", c.round, e.name, got, acknowledged, e.steps)
	}
	if there && e.secret != "" && len(u.Keys) == 1 {
		c.checkKey(e, u.ID)
	}
}

// checkKey signs with a key that was acknowledged.
func (c *crash) checkKey(e *entry, id string) {
	who, err := sts.NewFromConfig(c.client(e.keyID, e.secret)).GetCallerIdentity(context.Background(), nil)
	if err != nil || *who.UserId != id {
		c.failed("round %d: the key of %s: %v", c.round, e.name, err)
	}
}

// observed is what the server shows of a user, in the ledger's form.
func (c *crash) observed(u inventory.User, there bool) effects {
	if !there {
		return effects{}
	}
	e := effects{
		attached: slices.Equal(u.Attached, []string{c.policy}), member: slices.Equal(u.Groups, []string{groupName}),
		inline: u.Inline["own"] == document, keys: len(u.Keys),
	}
	// Whole: all that came with the user in one call.
	if u.Boundary == c.boundary && u.Path == "/crash/" && len(u.Tags) == 2 && u.Tags["round"] != "" && u.Tags["näme"] == "ø" {
		e.exists = true
	}
	return e
}
