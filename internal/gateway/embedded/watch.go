package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// stopTime is how long a child may take to end by itself.
const stopTime = 3 * time.Second

// The next start waits so long, where starts fail again and again.
const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 5 * time.Second
)

// settled is how long a child ran that did not just begin to fail.
const settled = time.Second

// watch starts the child, and starts it again whenever it ends, until Close.
func (b *Backend) watch() {
	defer close(b.ended)
	lockThread() // Pdeathsig tells of the thread's end
	pause := time.Duration(0)
	for {
		begun := time.Now()
		err := b.run()
		ready := b.up.Load()
		if b.isClosing() {
			b.set(false, false)
			return
		}
		pause = next(pause, time.Since(begun), ready)
		b.set(false, !ready)
		b.Log.Error("the S3 back end ended; it is started again", "err", err, "in", pause)
		timer := time.NewTimer(pause)
		select {
		case <-b.closing:
			timer.Stop()
			return
		case <-timer.C:
		}
		b.set(false, false)
	}
}

// next is how long to wait before the next start: not at all after a child that ran for
// a while, longer and longer after those that did not.
func next(pause, ran time.Duration, ready bool) time.Duration {
	if ready && ran >= settled {
		return 0
	}
	least := shortestPause
	if ready { // calls wait for it
		least = shortestPause / 10
	}
	return min(max(2*pause, least), longestPause)
}

func (b *Backend) isClosing() bool {
	select {
	case <-b.closing:
		return true
	default:
		return false
	}
}

// run runs one child to its end. up says afterwards whether it was ready.
func (b *Backend) run() error {
	c := exec.Command(b.Executable, Command, "--data", b.Data, "--socket", b.socket)
	c.Args[0] = "gatehouse"
	c.Env = environment()
	c.SysProcAttr = attributes()
	input, err := c.StdinPipe()
	if err != nil {
		return err
	}
	ended, err := b.launch(c)
	if err != nil {
		return err
	}
	if _, err := input.Write(b.start.line()); err != nil {
		b.Log.Warn("the S3 back end does not listen to its start", "err", err)
	}
	err = b.wait(c)
	input.Close()
	ended.Wait()
	return err
}

// launch starts the child and reads what it prints, until it has ended.
func (b *Backend) launch(c *exec.Cmd) (ended *sync.WaitGroup, err error) {
	output, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	complaints, complain, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, output.Close(), out.Close())
	}
	c.Stdout, c.Stderr = out, complain
	err = c.Start()
	out.Close()
	complain.Close()
	if err != nil {
		return nil, errors.Join(err, output.Close(), complaints.Close())
	}
	ended = new(sync.WaitGroup)
	ended.Go(func() { b.read(output, slog.LevelDebug) })
	ended.Go(func() { b.read(complaints, slog.LevelWarn) })
	return ended, nil
}

// wait waits for the child's end, and makes it end at Close.
func (b *Backend) wait(c *exec.Cmd) error {
	over := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-over:
			return
		case <-b.closing:
		}
		c.Process.Signal(syscall.SIGTERM)
		timer := time.NewTimer(stopTime)
		defer timer.Stop()
		select {
		case <-over:
		case <-timer.C:
			c.Process.Kill()
		}
	}()
	state, err := c.Process.Wait()
	close(over)
	<-stopped
	switch {
	case err != nil:
		return err
	case state.Success():
		return errors.New("it ended by itself")
	}
	return fmt.Errorf("%s", state)
}

// read reads what the child prints: that it is ready, and what it has to say.
func (b *Backend) read(output *os.File, level slog.Level) {
	defer output.Close()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if line := lines.Text(); line == Ready {
			b.Log.Info("the S3 back end is ready")
			b.set(true, false)
		} else if line != "" {
			b.Log.Log(context.Background(), level, "the S3 back end says", "line", line)
		}
	}
	if err := lines.Err(); err != nil { // a line of no length that a log takes
		b.Log.Warn("the S3 back end's words cannot be read", "err", err)
		io.Copy(io.Discard, output)
	}
}

// environment is what the child gets of ours: what the Go runtime and temporary files
// go by, and no secret.
func environment() []string {
	var list []string
	for _, name := range []string{"TMPDIR", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GODEBUG", "GOTRACEBACK", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			list = append(list, name+"="+value)
		}
	}
	return list
}
