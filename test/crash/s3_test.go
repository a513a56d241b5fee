package crash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

func objectKills() int {
	if os.Getenv("LONG_TESTS") == "1" {
		return 24
	}
	return 4
}

// objects is a test of the objects that writers put until the server, or its back end
// alone, is killed.
type objects struct {
	*crash
	mu   sync.Mutex
	sums map[string][sha256.Size]byte // of what was sent, by bucket/key
	done map[string]bool              // acknowledged
}

// TestObjectKills kills the server and, in other rounds, the child process that keeps
// the objects. What was acknowledged is there and whole; what was not is whole or not
// there; a bucket is in the directory and at the back end, or in neither.
func TestObjectKills(t *testing.T) {
	c := &objects{crash: &crash{T: t, data: filepath.Join(t.TempDir(), "data")}, sums: map[string][sha256.Size]byte{}, done: map[string]bool{}}
	c.start(process.RootEnvironment()...)
	servers, children := 0, 0
	for c.round = range objectKills() {
		bucket := fmt.Sprintf("round-%d", c.round)
		if _, err := c.client(1).CreateBucket(c.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
			c.Fatal(err)
		}
		if c.round%2 == 0 {
			c.putUntil(bucket, c.killServer)
			c.start()
			servers++
		} else {
			c.putUntil(bucket, c.killChild)
			children++
		}
		c.check(bucket)
	}
	c.checkBuckets()
	if code := c.server.Stop(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.server.Log())
	}
	t.Logf("%d kills of the server and %d of the back end, %d objects acknowledged, %d in flight of which %d are there, %d lost or halved",
		servers, children, c.acknowledged, c.inFlight, c.survived, c.lost)
}

// client is the root user's, with connections of its own; it makes each call so often.
func (c *objects) client(attempts int) *s3.Client {
	config := c.crash.client(process.Root.AccessKeyID, process.Root.SecretAccessKey)
	config.Retryer = func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), attempts) }
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
}

// putUntil lets the writers put objects until so many are acknowledged, and kills while
// they are at the next.
func (c *objects) putUntil(bucket string, kill func()) {
	deadline := int64(20 + rand.IntN(150))
	var acknowledged atomic.Int64
	enough, over := make(chan struct{}), make(chan struct{})
	var clients sync.WaitGroup
	for i := range writers {
		client := c.client(1)
		clients.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				if !c.put(client, bucket, fmt.Sprintf("w%d/%d", i, n)) {
					return
				}
				if acknowledged.Add(1) == deadline {
					close(enough)
				}
			}
		})
	}
	<-enough
	time.Sleep(rand.N(5 * time.Millisecond)) // to no step of a put in particular
	kill()
	close(over)
	clients.Wait()
}

// put puts an object of up to 2 MiB under a key that nothing was put under.
func (c *objects) put(client *s3.Client, bucket, key string) (acknowledged bool) {
	body := make([]byte, rand.IntN(1<<rand.IntN(22)))
	for i := range body {
		body[i] = byte(i * (len(body) + 7))
	}
	name := bucket + "/" + key
	c.mu.Lock()
	c.sums[name] = sha256.Sum256(body)
	c.mu.Unlock()
	_, err := client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body), Metadata: map[string]string{"length": strconv.Itoa(len(body))}})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[name] = err == nil
	return err == nil
}

// killServer kills the server, with which the process that keeps its objects ends, too:
// two of them must never work on the same files.
func (c *objects) killServer() {
	pid, err := childOf(c.server.PID())
	if err != nil {
		c.Error(err)
		return
	}
	c.server.Kill()
	for end := time.Now().Add(5 * time.Second); runs(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			c.Errorf("process %d keeps objects without its server", pid)
			return
		}
	}
}

// runs says whether a process keeps objects still: one that ended has no command line,
// though it may not have been waited for.
func runs(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(line), "s3-backend")
}

// killChild kills the process that keeps the objects, and nothing else.
func (c *objects) killChild() {
	pid, err := childOf(c.server.PID())
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		c.Error(err)
	}
}

// childOf is the process that keeps the objects of a server.
func childOf(server int) (int, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", server))
	if err != nil {
		return 0, err
	}
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // a thread may have ended
		for _, word := range strings.Fields(string(text)) {
			line, _ := os.ReadFile("/proc/" + word + "/cmdline")
			if strings.Contains(string(line), "s3-backend") {
				return strconv.Atoi(word)
			}
		}
	}
	return 0, fmt.Errorf("process %d keeps no objects", server)
}

// check reads every object of a round as it is now. A client that tries again gets over
// the back end's restart.
func (c *objects) check(bucket string) {
	client := c.client(8)
	listed := map[string]bool{}
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.Context())
		if err != nil {
			c.Fatal(err)
		}
		for _, o := range page.Contents {
			listed[bucket+"/"+*o.Key] = true
		}
	}
	for name, sum := range c.sums {
		key, here := strings.CutPrefix(name, bucket+"/")
		if !here {
			continue
		}
		if c.done[name] {
			c.acknowledged++
		} else {
			c.inFlight++
		}
		there := c.checkObject(client, bucket, key, sum)
		switch {
		case there != listed[name]:
			c.failed("%s: there %v, listed %v", name, there, listed[name])
		case c.done[name] && !there:
			c.failed("%s was acknowledged and is gone", name)
		case there && !c.done[name]:
			c.survived++
		}
		delete(listed, name)
	}
	if len(listed) > 0 {
		c.failed("nobody put %v", listed)
	}
}

// checkObject says whether an object is there, and that it is whole then, with what was
// sent beside it.
func (c *objects) checkObject(client *s3.Client, bucket, key string, sum [sha256.Size]byte) (there bool) {
	out, err := client.GetObject(c.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return false
	}
	if err != nil {
		c.failed("%s/%s: %v", bucket, key, err)
		return false
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil || sha256.Sum256(body) != sum || out.Metadata["length"] != strconv.Itoa(len(body)) {
		c.failed("%s/%s is not whole: %d bytes, %v, %v", bucket, key, len(body), out.Metadata, err)
	}
	return true
}

// checkBuckets compares the directory's buckets with those that objects are kept in.
func (c *objects) checkBuckets() {
	out, err := c.client(8).ListBuckets(c.Context(), &s3.ListBucketsInput{})
	if err != nil {
		c.Fatal(err)
	}
	owned := map[string]bool{}
	for _, b := range out.Buckets {
		owned[*b.Name] = true
	}
	folders, err := os.ReadDir(filepath.Join(c.data, "s3", "objects"))
	if err != nil {
		c.Fatal(err)
	}
	kept := 0
	for _, f := range folders {
		if strings.HasPrefix(f.Name(), ".") {
			continue
		}
		kept++
		if !owned[f.Name()] {
			c.failed("bucket %s is kept and nobody's", f.Name())
		}
	}
	if kept != len(owned) || kept != objectKills() {
		c.failed("%d buckets, %d kept, %d made", len(owned), kept, objectKills())
	}
}
