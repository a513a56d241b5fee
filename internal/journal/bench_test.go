package journal

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func benchmarkCall(svc *api.Service, operation string) *api.Call {
	return &api.Call{
		Service: svc, Operation: svc.Operation(operation), Account: "111122223333", Region: "us-east-1",
		Principal: &api.Principal{
			Principal: policy.Principal{Kind: policy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ana", EntityARN: "arn:aws:iam::111122223333:user/ana", EntityID: "AIDAQAAAAAAAEXAMPLE1"},
			UserName:  "ana", UserID: "AIDAQAAAAAAAEXAMPLE1", AccessKeyID: "AKIAQAAAAAAAEXAMPLE1",
		},
		Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), RequestID: "6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01",
		SourceIP: netip.MustParseAddr("203.0.113.9"), UserAgent: "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7", Host: "127.0.0.1:4780",
	}
}

// discarding is a disk that costs nothing.
type discarding struct{}

func (discarding) Write(p []byte) (int, error) { return len(p), nil }
func (discarding) Truncate(int64) error        { return nil }
func (discarding) Sync() error                 { return nil }
func (discarding) Close() error                { return nil }

// BenchmarkRecord is what the journal costs a call.
func BenchmarkRecord(b *testing.B) {
	name, path := "ana", "/engineering/"
	for _, one := range []struct {
		name  string
		entry Entry
	}{
		{"GetCallerIdentity", Entry{Call: benchmarkCall(sts.API, "GetCallerIdentity"), Input: &sts.GetCallerIdentityInput{}, Output: &sts.GetCallerIdentityOutput{Account: &name}}},
		{"GetUser", Entry{Call: benchmarkCall(iam.API, "GetUser"), Input: &iam.GetUserInput{UserName: &name}, Output: &iam.GetUserOutput{}}},
		{"CreateUser", Entry{Call: benchmarkCall(iam.API, "CreateUser"), Input: &iam.CreateUserInput{UserName: &name, Path: &path}, Output: &iam.CreateUserOutput{User: &iam.User{UserName: &name, Path: &path, UserId: &name, Arn: &name}}}},
	} {
		one.entry.EventID = "0f0e0d0c-0b0a-4908-8706-050403020100"
		b.Run(one.name, func(b *testing.B) {
			j, err := open(b.TempDir(), Options{}, func(string, int) (file, error) { return discarding{}, nil })
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				j.Record(&one.entry)
			}
			b.StopTimer()
			if n := j.pending.missing().entries; n > 0 {
				b.Fatalf("%d calls were dropped", n)
			}
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkDenial is what the journal costs a denied call: event and decision.
func BenchmarkDenial(b *testing.B) {
	e := openHouse(b).denials(b)["explicit"]
	buffer := make([]byte, 0, 8<<10)
	b.ReportAllocs()
	for b.Loop() {
		buffer = appendDecision(AppendEvent(buffer[:0], &e), &e)
	}
}

// BenchmarkSearch is of a segment without what is looked for.
func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	j, err := Open(dir, Options{})
	ok(b, err)
	for i := range 64 << 20 / 700 {
		record(j, "0f0e0d0c-0b0a-4908-8706-050403020100")
		if i%300 == 0 {
			ok(b, j.Flush())
		}
	}
	ok(b, j.Close())
	b.SetBytes(64 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if found, err := Search(dir, Query{RequestID: "none"}); err != nil || len(found) > 0 {
			b.Fatal(found, err)
		}
	}
}

// BenchmarkFindDenial: a denial is found among 100,000, by its id, when it is not there,
// and right after it was recorded.
func BenchmarkFindDenial(b *testing.B) {
	h := openHouse(b)
	j, err := Open(b.TempDir(), Options{})
	ok(b, err)
	e := h.denials(b)["explicit"]
	const n = 100_000
	for i := range n {
		e := numbered(e, i)
		j.Record(&e)
		if i%1000 == 0 {
			ok(b, j.Flush())
		}
	}
	ok(b, j.Flush())
	b.Run("found", func(b *testing.B) {
		for i := range b.N {
			if _, err := j.Denial(b.Context(), fmt.Sprintf("%025d", i*7919%n)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("not there", func(b *testing.B) {
		for range b.N {
			if _, err := j.Denial(b.Context(), "zzzzzzzzzzzzzzzzzzzzzzzzz"); !errors.Is(err, ErrNoDenial) {
				b.Fatal(err)
			}
		}
	})
	b.Run("just recorded", func(b *testing.B) {
		for i := range b.N {
			e := numbered(e, n+i)
			j.Record(&e)
			if _, err := j.Denial(b.Context(), e.Denial.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("after a restart", func(b *testing.B) {
		for range b.N {
			x := newIndex()
			x.build(j.dir, j.segments.number, j.segments.size, time.Time{}, make(chan struct{}))
			if _, ok := x.find(fmt.Sprintf("%025d", 1)); !ok {
				b.Fatal("it is not in the index")
			}
		}
	})
	ok(b, j.Close())
}
