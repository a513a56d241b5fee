package embedded_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

var kills = flag.Int("kills", 5, "kills of a writing process; GATEHOUSE_KILLS sets it too")

const (
	killWriters  = 8
	roleVariable = "GATEHOUSE_TEST_ROLE" // what a child process of the test binary does
	pathVariable = "GATEHOUSE_TEST_PATH"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "writer":
		writeUntilKilled(os.Getenv(pathVariable))
	case "full disk":
		fillDisk(os.Getenv(pathVariable))
	default:
		os.Exit(m.Run())
	}
}

// child prepares a process of the test binary in a role.
func child(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), roleVariable+"="+role, pathVariable+"="+path)
	c.Stderr = os.Stderr
	return c
}

// writeUntilKilled commits from several goroutines. Each commit writes the
// writer's three keys with the same number, one of them large; when it is
// acknowledged, a line says so.
func writeUntilKilled(path string) {
	s, err := embedded.Open(path, embedded.Options{HistoryRevisions: 200})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx := context.Background()
	var wg sync.WaitGroup
	for w := range killWriters {
		wg.Go(func() {
			e, _, err := s.Get(ctx, killKey(w, 0))
			if err != nil {
				panic(err)
			}
			for n := numberOf(e.Value) + 1; ; n++ {
				revision, err := s.Commit(ctx, nil, killChanges(w, n))
				if err != nil {
					panic(err)
				}
				fmt.Printf("%d %d %d\n", w, n, revision) // one write: whole or not at all
			}
		})
	}
	wg.Wait()
}

func killKey(writer, i int) string { return fmt.Sprintf("w%d/%d", writer, i) }

func killChanges(writer, n int) []store.Change {
	value := strconv.Itoa(n)
	return []store.Change{
		{Key: killKey(writer, 0), Value: []byte(value)},
		{Key: killKey(writer, 1), Value: []byte(value + strings.Repeat(" ", 500*(n%20)))},
		{Key: killKey(writer, 2), Value: []byte(value)},
	}
}

func numberOf(value []byte) int {
	n, _ := strconv.Atoi(strings.TrimSpace(string(value)))
	return n
}

// acknowledgement is a line of a writer.
type acknowledgement struct{ writer, n, revision int }

// TestKill kills a process in the middle of concurrent commits, over and over
// on the same file: nothing acknowledged is gone, nothing is half applied.
func TestKill(t *testing.T) {
	count := *kills
	if text := os.Getenv("GATEHOUSE_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("GATEHOUSE_KILLS: %v", err)
		}
		count = n
	}
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	total := 0
	for i := range count {
		after := time.Duration(random.IntN(150)) * time.Millisecond
		acknowledged := writeAndKill(t, path, after)
		total += len(acknowledged)
		checkSurvival(t, path, acknowledged)
		if t.Failed() {
			t.Fatalf("kill %d, %v after the first commit, seed %d", i, after, seed)
		}
	}
	if total < count {
		t.Errorf("%d commits in %d kills show nothing", total, count)
	}
	t.Logf("%d kills, %d acknowledged commits", count, total)
}

// writeAndKill runs a writer until some time after its first commit.
func writeAndKill(t *testing.T, path string, after time.Duration) []acknowledgement {
	t.Helper()
	c := child(t, "writer", path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var acknowledged []acknowledgement
	var timer *time.Timer
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // a line without an end was not a promise
		}
		if err != nil {
			t.Fatal(err)
		}
		var a acknowledgement
		if _, err := fmt.Sscan(line, &a.writer, &a.n, &a.revision); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		acknowledged = append(acknowledged, a)
		if timer == nil {
			timer = time.AfterFunc(after, func() { c.Process.Kill() })
		}
	}
	if err := c.Wait(); c.ProcessState.ExitCode() != -1 {
		t.Fatalf("the writer was not killed but ended: %v", err)
	}
	return acknowledged
}

func checkSurvival(t *testing.T, path string, acknowledged []acknowledgement) {
	t.Helper()
	s := open(t, path, embedded.Options{HistoryRevisions: 200})
	defer s.Close()
	if err := s.Verify(t.Context()); err != nil {
		t.Errorf("Verify: %v", err)
	}
	now, err := s.Revision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var last [killWriters]acknowledgement
	for _, a := range acknowledged {
		if int64(a.revision) > now {
			t.Errorf("revision %d was acknowledged, %d is the last", a.revision, now)
		}
		if a.n > last[a.writer].n {
			last[a.writer] = a
		}
	}
	for w := range killWriters {
		var found [3]store.Entry
		for i := range found {
			if found[i], _, err = s.Get(t.Context(), killKey(w, i)); err != nil {
				t.Error(err)
			}
		}
		n, revision := numberOf(found[0].Value), found[0].Revision
		if n < last[w].n || revision < int64(last[w].revision) {
			t.Errorf("writer %d: %d at %d is there, %+v was acknowledged", w, n, revision, last[w])
		}
		for i, want := range killChanges(w, n) {
			if n > 0 && (string(found[i].Value) != string(want.Value) || found[i].Revision != revision) {
				t.Errorf("writer %d: key %d at %d, key 0 at %d: half applied", w, i, found[i].Revision, revision)
			}
		}
	}
}
