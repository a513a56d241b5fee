package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const (
	benchBucket = "bench-bucket"
	smallKey    = "small"
	bigKey      = "big"
	smallSize   = 1 << 10
	bigSize     = 64 << 20
)

// storeKeys are the back end's.
var storeKeys = sigv4.Credentials{AccessKeyID: "AKIABENCHSTORE000001", SecretAccessKey: "bench-store-secret-access-key-0123456789"}

// s3World is Gatehouse and P, net/http's own reverse proxy, in front of one back end.
type s3World struct {
	store, proxy, hashing, gatehouse *served
	user, session                    sigv4.Credentials
}

func (w *s3World) stop() {
	for _, s := range []*served{w.gatehouse, w.hashing, w.proxy, w.store} {
		if s != nil {
			s.stop()
		}
	}
}

// measureS3 measures objects through the gateway against the same objects through P.
func measureS3() ([]bar, error) {
	w, err := startS3()
	if err != nil {
		return nil, err
	}
	defer w.stop()
	small, err := w.small()
	if err != nil {
		return nil, err
	}
	big, err := w.big()
	return append(small, big...), err
}

func startS3() (w *s3World, err error) {
	w = &s3World{}
	defer func() {
		if err != nil {
			w.stop()
		}
	}()
	if w.store, err = start("store", allCores); err != nil {
		return w, err
	}
	os.Setenv("BENCH_STORE", "http://"+w.store.address)
	if w.proxy, err = start("proxy", 1); err != nil {
		return w, err
	}
	if w.hashing, err = start("hashing-proxy", 1); err != nil {
		return w, err
	}
	if w.gatehouse, err = start("gateway", 1); err != nil {
		return w, err
	}
	return w, w.furnish()
}

// tenStatements are a policy of ten statements; the last allows what is measured.
func tenStatements() string {
	var statements []string
	for i, action := range []string{"s3:ListBucket", "s3:DeleteObject", "sqs:SendMessage", "ec2:Describe*", "lambda:InvokeFunction", "iam:GetRole", "dynamodb:Query", "s3:GetBucketPolicy", "sts:AssumeRole"} {
		statements = append(statements, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":"%s","Resource":"*"}`, i, action))
	}
	statements = append(statements, `{"Sid":"Objects","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::`+benchBucket+`/*"}`)
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// furnish makes the callers, the bucket and its objects.
func (w *s3World) furnish() error {
	root := sigv4.Credentials{AccessKeyID: rootKeyID, SecretAccessKey: rootSecret}
	b := &builder{w: &world{endpoint: "http://" + w.gatehouse.address, root: root}}
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + benchAccount + `:root"},"Action":"sts:AssumeRole"}}`
	b.iam("CreateUser", "UserName", "objects")
	b.iam("PutUserPolicy", "UserName", "objects", "PolicyName", "ten", "PolicyDocument", tenStatements())
	b.iam("CreateRole", "RoleName", "objects", "AssumeRolePolicyDocument", trust)
	b.iam("PutRolePolicy", "RoleName", "objects", "PolicyName", "ten", "PolicyDocument", tenStatements())
	w.user = b.credentials("iam", root, "CreateAccessKey", "UserName", "objects")
	w.session = b.credentials("sts", w.user, "AssumeRole", "RoleArn", "arn:aws:iam::"+benchAccount+":role/objects", "RoleSessionName", "bench")
	if b.err != nil {
		return b.err
	}
	if err := w.gatehouse.once(object{method: "PUT", key: "", as: root}); err != nil {
		return err
	}
	for key, size := range map[string]int{smallKey: smallSize, bigKey: bigSize} {
		if err := w.gatehouse.once(object{method: "PUT", key: key, as: w.user, size: size}); err != nil {
			return err
		}
	}
	return nil
}

// object is a request for an object.
type object struct {
	method, key string
	as          sigv4.Credentials
	size        int // of the body
	signed      bool
	host        string // signed for another host than the one called: through P
}

// head is the request without its body.
func (s *served) head(o object) (raw, error) {
	host := s.address
	if o.host != "" {
		host = o.host
	}
	r, err := http.NewRequest(o.method, "http://"+host+"/"+benchBucket+"/"+o.key, nil)
	if err != nil {
		return nil, err
	}
	if o.key == "" {
		r.URL.Path = "/" + benchBucket
	}
	hash := sigv4.UnsignedPayload
	switch {
	case o.size == 0:
		hash = sigv4.EmptyPayload
	case o.signed:
		hash = hex.EncodeToString(zeroHash(o.size))
	}
	signer := sigv4.Signer{Region: benchRegion, Service: "s3", RawPath: true}
	if err := signer.Sign(r, o.as, hash, time.Now()); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0-amd64\r\n", o.method, r.URL.EscapedPath(), host)
	if o.method != http.MethodGet {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", o.size)
	}
	if err := r.Header.Write(&b); err != nil {
		return nil, err
	}
	b.WriteString("\r\n")
	return b.Bytes(), nil
}

func zeroHash(size int) []byte {
	h := sha256.New()
	io.CopyN(h, zeros{}, int64(size))
	return h.Sum(nil)
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// once sends one request on a connection of its own.
func (s *served) once(o object) error {
	c, err := s.dial()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.send(s, o)
}

// link is a connection that stays.
type link struct {
	net.Conn
	r     *bufio.Reader
	block []byte
}

func (s *served) dial() (*link, error) {
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return nil, err
	}
	return &link{conn, bufio.NewReaderSize(conn, 64<<10), make([]byte, 256<<10)}, nil
}

// send sends a request, its body too, and reads the answer.
func (l *link) send(s *served, o object) error {
	head, err := s.head(o)
	if err != nil {
		return err
	}
	if _, err := l.Write(head); err != nil {
		return err
	}
	for left := o.size; left > 0; left -= len(l.block) {
		if _, err := l.Write(l.block[:min(left, len(l.block))]); err != nil {
			return err
		}
	}
	answer, err := http.ReadResponse(l.r, nil)
	if err != nil {
		return err
	}
	n, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{answer.Body}, l.block)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(o.method + " " + o.key + ": " + answer.Status)
	}
	if err == nil && o.method == http.MethodGet && o.key == bigKey && n != bigSize {
		err = fmt.Errorf("%d of %d bytes", n, bigSize)
	}
	clear(l.block)
	return err
}

// small measures the CPU time of an object of 1 KiB.
func (w *s3World) small() ([]bar, error) {
	get := func(s *served, as sigv4.Credentials, host string) func() (float64, error) {
		head, err := s.head(object{method: "GET", key: smallKey, as: as, host: host})
		if err != nil {
			return func() (float64, error) { return 0, err }
		}
		return s.cost(head)
	}
	_, ratios, err := paired(sizes.rounds, get(w.proxy, storeKeys, w.store.address), get(w.gatehouse, w.user, ""), get(w.gatehouse, w.session, ""))
	if err != nil {
		return nil, err
	}
	return []bar{
		{name: "S3 GET of 1 KiB, 10 statements, CPU a request against P", measured: ratios[1], unit: "P", limit: 1.35, reach: 1.15},
		{name: "S3 GET of 1 KiB, session credentials against a long-term key", measured: ratios[2] / ratios[1], unit: "×", limit: 1.15},
	}, nil
}

// rate measures seconds a byte of an object of 64 MiB.
func (w *s3World) rate(s *served, o object) func() (float64, error) {
	return func() (float64, error) {
		l, err := s.dial()
		if err != nil {
			return 0, err
		}
		defer l.Close()
		if err := l.send(s, o); err != nil { // warms the connections
			return 0, err
		}
		begun := time.Now()
		for range sizes.transfers {
			if err := l.send(s, o); err != nil {
				return 0, err
			}
		}
		return time.Since(begun).Seconds() / float64(sizes.transfers*bigSize), nil
	}
}

// big measures objects of 64 MiB.
func (w *s3World) big() ([]bar, error) {
	through := func(s *served, o object) func() (float64, error) {
		o.as, o.host = storeKeys, w.store.address
		return w.rate(s, o)
	}
	own := func(o object) func() (float64, error) {
		o.as = w.user
		return w.rate(w.gatehouse, o)
	}
	before, err := peakMemory(w.gatehouse.command.Process.Pid)
	if err != nil {
		return nil, err
	}
	get, put, signed := object{method: "GET", key: bigKey}, object{method: "PUT", key: bigKey, size: bigSize}, object{method: "PUT", key: bigKey, size: bigSize, signed: true}
	var bars []bar
	for _, m := range []struct {
		name        string
		p, measured func() (float64, error)
		of          string
	}{
		{"S3 GET of 64 MiB, bytes a second against P", through(w.proxy, get), own(get), "P"},
		{"S3 PUT of 64 MiB, unsigned payload, bytes a second against P", through(w.proxy, put), own(put), "P"},
		{"S3 PUT of 64 MiB, signed payload, bytes a second against P with SHA-256", through(w.hashing, signed), own(signed), "P+SHA-256"},
	} {
		first, ratios, err := paired(sizes.rounds, m.p, m.measured)
		if err != nil {
			return nil, err
		}
		bars = append(bars, bar{name: m.name, measured: 1 / ratios[1], unit: m.of, limit: 0.9, atLeast: true, note: fmt.Sprintf("P %.0f MiB/s", 1/first/(1<<20))})
	}
	after, err := peakMemory(w.gatehouse.command.Process.Pid)
	return append(bars, bar{name: "memory at its peak, 64 MiB objects against 1 KiB", measured: float64(after-before) / (1 << 20), unit: "MiB more", limit: 8}), err
}

// peakMemory is the largest resident set of a process, in bytes.
func peakMemory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmHWM")
}
