package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
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

// pathVariable makes a process of the test binary one that writes until it is
// killed.
const pathVariable = "GATEHOUSE_TEST_PATH"

func TestMain(m *testing.M) {
	if path := os.Getenv(pathVariable); path != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func openBoth(path string) (*embedded.Store, *Journal, error) {
	s, err := embedded.Open(filepath.Join(path, "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		return nil, nil, err
	}
	j, err := Open(filepath.Join(path, "journal"), Options{SegmentBytes: 300_000, Segments: 10_000})
	return s, j, err
}

// writeUntilKilled commits events from several goroutines, with reads between
// them, and says each that is acknowledged.
func writeUntilKilled(path string) error {
	s, j, err := openBoth(path)
	if err != nil {
		return err
	}
	ctx := context.Background()
	failed := make(chan error)
	go func() { failed <- j.Follow(ctx, s) }()
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, n)
				_, err := s.Commit(ctx, nil, []store.Change{{Key: "a/" + strconv.Itoa(w), Value: []byte(id)}, {Key: eventPrefix + id, Value: event(id)}})
				if err != nil {
					failed <- err
					return
				}
				fmt.Println(id) // one write: whole or not at all
				record(j, "read")
			}
		}()
	}
	return <-failed
}

// TestKill kills a process in the middle of writes and moves, over and over on the
// same folder: of every acknowledged write the log has one event.
func TestKill(t *testing.T) {
	count := 5
	if text := os.Getenv("GATEHOUSE_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		ok(t, err)
		count = n
	}
	path, seed := t.TempDir(), rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	var acknowledged []string
	for range count {
		acknowledged = append(acknowledged, writeAndKill(t, path, time.Duration(random.IntN(500))*time.Millisecond)...)
	}
	s, j, err := openBoth(path)
	ok(t, err)
	ok(t, following(j, s)())
	assertEmpty(t, s)
	ok(t, errors.Join(j.Close(), s.Close()))
	times := map[string]int{}
	for _, id := range logged(t, filepath.Join(path, "journal")) {
		times[id]++
	}
	unclean := times["[not closed]"]
	for _, id := range acknowledged {
		if times[id] == 0 {
			t.Errorf("the event of %s is lost", id)
		}
	}
	for id, n := range times {
		if n > 1 && id != "read" && !strings.HasPrefix(id, "[") {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	if t.Failed() || len(acknowledged) < count || unclean != count {
		t.Errorf("%d kills, %d acknowledged writes, %d notes of a crash, seed %d", count, len(acknowledged), unclean, seed)
	}
	t.Logf("%d kills, %d acknowledged writes", count, len(acknowledged))
}

// writeAndKill runs a writer until some time after its first write.
func writeAndKill(t *testing.T, path string, after time.Duration) (acknowledged []string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), pathVariable+"="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	ok(t, err)
	ok(t, c.Start())
	lines := bufio.NewScanner(out)
	var kill sync.Once
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
		kill.Do(func() {
			time.AfterFunc(after, func() { c.Process.Kill() })
		})
	}
	ok(t, lines.Err())
	if err := c.Wait(); err == nil {
		t.Error("the writer ended by itself")
	}
	return acknowledged
}
