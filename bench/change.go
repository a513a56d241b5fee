package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// The policy that every user of the child is attached to, and the users that
// call: as many as a page of them can be.
const (
	sharedPolicy    = "arn:aws:iam::" + benchAccount + ":policy/shared"
	callers         = 2000
	changesASecond  = 10
	requestsASecond = 800
	callerThreads   = 4
	windows         = 6 // of quiet and of change, a round
)

// measureChange measures a policy change with a policy that all users of a large
// account have: what it does to the others' latency, how many documents it
// compiles, and that the next request sees it. The server has all cores, as in
// production: on a single one, who writes to the disk keeps it for a while.
func measureChange() ([]bar, error) {
	s, err := startShared(sizes.users)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	var quiet, busy []float64
	changes := 0
	if _, err := s.load(nil); err != nil { // everybody's first request, and the document's
		return nil, err
	}
	before, err := s.compilations()
	if err != nil {
		return nil, err
	}
	for range windows * sizes.rounds { // in short turns: what else the machine does, it does to both
		q, err := s.load(nil)
		if err != nil {
			return nil, err
		}
		b, err := s.load(func() error { changes++; return s.change() })
		if err != nil {
			return nil, err
		}
		quiet, busy = append(quiet, q...), append(busy, b...)
	}
	after, err := s.compilations()
	if err != nil {
		return nil, err
	}
	q, b := percentile99(quiet), percentile99(busy)
	note := fmt.Sprintf("p99 %.2f ms quiet, %.2f ms while it changes %d times a second; %d requests a second", q, b, changesASecond, requestsASecond)
	return []bar{
		{name: fmt.Sprintf("a policy of %d users changes, p99 of the others against no change", sizes.users), measured: b / q, unit: "×", limit: 2, note: note},
		{name: "documents compiled a change, each seen by the next request", measured: float64(after-before) / float64(changes), unit: "", limit: 1, note: fmt.Sprintf("%d changes", changes)},
	}, nil
}

func percentile99(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)*99/100]
}

// shared is a server whose users all have one policy.
type shared struct {
	*served
	root     sigv4.Credentials
	keys     []sigv4.Credentials
	requests []raw // one a caller
	signed   time.Time
	number   int // of the last version of the policy
}

// startShared starts it: the policy comes over the API, the users from within.
func startShared(users int) (*shared, error) {
	s, err := start("gatehouse", allCores)
	if err != nil {
		return nil, err
	}
	root := sigv4.Credentials{AccessKeyID: rootKeyID, SecretAccessKey: rootSecret}
	s.world = &world{endpoint: "http://" + s.address, root: root}
	one := &shared{served: s, root: root, number: 1}
	b := &builder{w: s.world}
	b.iam("CreateGroup", "GroupName", "seen")
	b.iam("CreatePolicy", "PolicyName", "shared", "PolicyDocument", sharedDocument(1))
	if b.err != nil {
		return nil, b.err
	}
	if _, err := fmt.Fprintln(s.stdin, "share", users, callers); err != nil {
		return nil, err
	}
	for range min(users, callers) {
		line, err := s.line()
		if err != nil {
			return nil, err
		}
		id, secret, _ := strings.Cut(line, " ")
		one.keys = append(one.keys, sigv4.Credentials{AccessKeyID: id, SecretAccessKey: secret})
	}
	return one, nil
}

// sharedDocument is a version of the policy, as long as policies get: odd ones
// allow GetGroup, all of them GetUser.
func sharedDocument(version int) string {
	var statements []string
	for i := range 40 {
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::team-%d-of-version-%d/*"}`, i, version))
	}
	action := `"iam:GetUser"`
	if version%2 == 1 {
		action = `["iam:GetUser","iam:GetGroup"]`
	}
	statements = append(statements, `{"Effect":"Allow","Action":`+action+`,"Resource":"*"}`)
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// change puts another version in force and looks whether the next request of
// another caller sees it.
func (s *shared) change() error {
	const versions = 5
	if s.number >= versions {
		old := url.Values{"PolicyArn": {sharedPolicy}, "VersionId": {"v" + strconv.Itoa(s.number-versions+1)}}
		if _, err := call(s.endpoint, "iam", "DeletePolicyVersion", old, s.root); err != nil {
			return err
		}
	}
	s.number++
	version := url.Values{"PolicyArn": {sharedPolicy}, "PolicyDocument": {sharedDocument(s.number)}, "SetAsDefault": {"true"}}
	if _, err := call(s.endpoint, "iam", "CreatePolicyVersion", version, s.root); err != nil {
		return err
	}
	caller := s.keys[s.number%len(s.keys)]
	_, err := call(s.endpoint, "iam", "GetGroup", url.Values{"GroupName": {"seen"}}, caller)
	if allowed := s.number%2 == 1; (err == nil) != allowed {
		return fmt.Errorf("after version %d GetGroup is allowed=%v: %w", s.number, err == nil, errors.Join(err, errors.New("the next request does not see the change")))
	}
	return nil
}

// compilations asks the server how many documents it has compiled.
func (s *shared) compilations() (int, error) {
	if _, err := fmt.Fprintln(s.stdin, "compilations"); err != nil {
		return 0, err
	}
	line, err := s.line()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(line)
}

// load sends requests of many callers at a fixed rate and returns their latencies
// in milliseconds, from when each was due: who is stalled does not call less.
// Meanwhile change, if there is one, is called.
func (s *shared) load(change func() error) ([]float64, error) {
	if len(s.requests) == 0 || time.Since(s.signed) > 5*time.Minute {
		s.sign()
	}
	var wait sync.WaitGroup
	var stop atomic.Bool
	latencies := make([][]float64, callerThreads)
	errs := make([]error, callerThreads+1)
	begin := time.Now()
	for i := range callerThreads {
		wait.Go(func() { latencies[i], errs[i] = s.caller(i, begin) })
	}
	var changing sync.WaitGroup
	if change != nil {
		changing.Go(func() {
			for n := 0; !stop.Load() && errs[callerThreads] == nil; n++ {
				time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / changesASecond)))
				errs[callerThreads] = change()
			}
		})
	}
	wait.Wait()
	stop.Store(true)
	changing.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return slices.Concat(latencies...), nil
}

// caller sends every fourth request when it is due.
func (s *shared) caller(thread int, begin time.Time) ([]float64, error) {
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	reader := bufio.NewReader(conn)
	n := sizes.paced
	latencies := make([]float64, 0, n/callerThreads+1)
	for i := thread; i < n; i += callerThreads {
		due := begin.Add(time.Duration(i) * time.Second / requestsASecond)
		time.Sleep(time.Until(due))
		if err := exchanges(conn, reader, s.requests[i*7%len(s.requests)], 1); err != nil {
			return nil, err
		}
		latencies = append(latencies, float64(time.Since(due).Microseconds())/1000)
	}
	return latencies, nil
}

// sign makes each caller's request.
func (s *shared) sign() {
	s.requests, s.signed = s.requests[:0], time.Now()
	for _, k := range s.keys {
		s.requests = append(s.requests, s.raw("iam", "GetUser", nil, k))
	}
}
