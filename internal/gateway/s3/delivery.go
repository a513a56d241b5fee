package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// delivery is one request on its way and its answer, up to the end of its body.
type delivery struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	slots  slots
	limit  time.Duration // without a byte
	answer *http.Response
	body   io.ReadCloser
	stall  *time.Timer
	ended  bool
}

var (
	errStalled = errors.New("the back end stalled")
	errEarly   = errors.New("the back end answered before it had the whole body")
	errStopped = errors.New("the body is not wanted any more")
)

// newDelivery takes over a slot that was taken.
func newDelivery(ctx context.Context, s slots, limit time.Duration) *delivery {
	d := &delivery{slots: s, limit: limit}
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	return d
}

// carry sends the request and waits for the answer's head. When it returns, nobody reads
// the client's body any more. A success counts only where the whole body was sent.
func (d *delivery) carry(t http.RoundTripper, r *http.Request, l *load) error {
	up := l.attach(r, d)
	answer, err := t.RoundTrip(r)
	if err != nil {
		return d.failed(up, err)
	}
	if up != nil {
		if answer.StatusCode/100 == 2 {
			err = up.await(d.ctx)
		}
		up.stop()
	}
	if err != nil {
		answer.Body.Close()
		return d.failed(up, err)
	}
	d.answer, d.body = answer, answer.Body
	answer.Body = d
	return nil
}

// failed is why a request was not answered. What was wrong with the client's body goes
// before what that did to the connection.
func (d *delivery) failed(up *upload, err error) error {
	if up != nil {
		if wrong := up.stop(); wrong != nil {
			return wrong
		}
	}
	if cause := context.Cause(d.ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return err
}

// Read implements io.Reader: a back end that stalls in the middle of an answer is given
// up. The time runs only while it is waited for.
func (d *delivery) Read(p []byte) (int, error) {
	if d.stall == nil {
		d.stall = time.AfterFunc(d.limit, func() { d.cancel(errStalled) })
	} else {
		d.stall.Reset(d.limit)
	}
	n, err := d.body.Read(p)
	d.stall.Stop()
	return n, err
}

// Close implements io.Closer.
func (d *delivery) Close() error {
	err := d.body.Close()
	d.end()
	return err
}

func (d *delivery) end() {
	if !d.ended {
		d.ended = true
		d.cancel(nil)
		d.slots.give()
	}
}

// upload is the client's body as the transport reads it, in a goroutine of its own.
type upload struct {
	limit time.Duration // without a byte
	stall *time.Timer
	once  sync.Once
	done  chan struct{} // closed when it is not read any more

	mu      sync.Mutex // held while the client is read
	from    io.Reader
	stopped bool
	whole   bool
	err     error // of from
}

func newUpload(from io.Reader, d *delivery) *upload {
	u := &upload{limit: d.limit, from: from, done: make(chan struct{})}
	u.stall = time.AfterFunc(d.limit, func() { d.cancel(errStalled) })
	u.stall.Stop()
	return u
}

// Read implements io.Reader. Between two reads the back end takes what it was given: one
// that does not is given up.
func (u *upload) Read(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stopped {
		return 0, errStopped
	}
	u.stall.Stop()
	n, err := u.from.Read(p)
	switch err {
	case nil:
		u.stall.Reset(u.limit)
	case io.EOF:
		u.whole = true
		u.close()
	default:
		u.err = err
		u.close()
	}
	return n, err
}

// Close implements io.Closer.
func (u *upload) Close() error {
	u.close()
	return nil
}

func (u *upload) close() { u.once.Do(func() { close(u.done) }) }

// await waits until the transport has read the whole body, and says so where it has not.
func (u *upload) await(ctx context.Context) error {
	select {
	case <-u.done:
	case <-ctx.Done():
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.err != nil:
		return u.err
	case !u.whole:
		return errEarly
	}
	return nil
}

// stop ends the reading of the client's body, and gives what was wrong with it.
func (u *upload) stop() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stopped = true
	u.stall.Stop()
	return u.err
}
