package workload

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/workload"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

const (
	accountID = "111122223333"
	region    = "us-east-1"
	secret    = "the secret of the runner"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// told is a Metadata that says little, and notes who was seen.
type told struct{ seen []string }

func (m *told) Describe(_ context.Context, v *directory.View, i *directory.Instance) (*metadata.Instance, error) {
	return &metadata.Instance{ID: i.ID, Account: v.Account(), Credentials: &metadata.Credentials{AccessKeyID: "ASIA1"}}, nil
}

func (m *told) Seen(id string) { m.seen = append(m.seen, id) }

// fixture is the service over a real directory with one instance of a runner's.
type fixture struct {
	t         *testing.T
	directory *directory.Directory
	metadata  *told
	arn, id   string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	ok(t, err)
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	ok(t, err)
	d, err := directory.Open(t.Context(), s, directory.Options{
		Sealer: ring.For("secret-access-key"), Clock: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
	})
	ok(t, err)
	t.Cleanup(func() { ok(t, errors.Join(d.Close(context.Background()), s.Close())) })
	_, _, err = d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: accountID, RootEmail: "root@example.com"})
	ok(t, err)
	proof := sha256.Sum256([]byte(secret))
	i := &directory.Instance{Proof: proof[:], PrivateIP: "10.0.0.5"}
	ok(t, d.Update(t.Context(), accountID, func(tx *directory.Tx) error { return tx.CreateInstance(i) }))
	return &fixture{t, d, &told{}, i.ARN(region, accountID), i.ID}
}

// call is an unsigned call, decided and run as the pipeline does.
func (f *fixture) call(operation string, in any) (any, error) {
	f.t.Helper()
	op := workload.API.Operation(operation)
	call := &api.Call{Service: workload.API, Operation: op, Region: region}
	i := New(f.metadata).Implementation()
	v := f.directory.View(call.Account)
	if err := authz.Authorize(v, call, i.Rows[operation], in); err != nil {
		return nil, err
	}
	if read := i.Methods[operation].Read; read != nil {
		return read(f.t.Context(), call, v, in)
	}
	var out any
	err := f.directory.Update(f.t.Context(), call.Account, func(tx *directory.Tx) (err error) {
		if err := authz.Authorize(&tx.View, call, i.Rows[operation], in); err != nil {
			return err
		}
		out, err = i.Methods[operation].Write(f.t.Context(), call, tx, in, nil)
		return err
	})
	return out, err
}

func (f *fixture) describe() *metadata.Instance {
	f.t.Helper()
	s := secret
	out, err := f.call("DescribeWorkload", &workload.DescribeWorkloadInput{InstanceArn: &f.arn, Secret: &s})
	ok(f.t, err)
	i := new(metadata.Instance)
	ok(f.t, json.Unmarshal(out.(*workload.DescribeWorkloadOutput).Instance, i))
	return i
}

// A runner is told of its instance, and seen.
func TestDescribeWorkload(t *testing.T) {
	f := newFixture(t)
	i := f.describe()
	if i.ID != f.id || i.Account != accountID || i.Credentials == nil || i.Ended {
		t.Errorf("%+v", i)
	}
	if len(f.metadata.seen) != 1 || f.metadata.seen[0] != f.id {
		t.Errorf("%v", f.metadata.seen)
	}
}

// Who has another secret is told nothing, is not seen, and ends nothing.
func TestUnprovenWorkload(t *testing.T) {
	f := newFixture(t)
	wrong := "the secret of another runner"
	for operation, in := range map[string]any{
		"DescribeWorkload": &workload.DescribeWorkloadInput{InstanceArn: &f.arn, Secret: &wrong},
		"EndWorkload":      &workload.EndWorkloadInput{InstanceArn: &f.arn, Secret: &wrong},
	} {
		out, err := f.call(operation, in)
		var e *api.Error
		if !errors.As(err, &e) || e.Code != "AccessDeniedException" || out != nil {
			t.Errorf("%s: %v, %+v", operation, err, out)
		}
	}
	if len(f.metadata.seen) != 0 || !f.directory.View(accountID).Instance(f.id).Living() {
		t.Error("a call without the secret has an effect")
	}
}

// The end of its program terminates the instance: it is told that, has no credentials
// any more, and its address is free. To end it again changes nothing.
func TestEndWorkload(t *testing.T) {
	f := newFixture(t)
	s := secret
	in := &workload.EndWorkloadInput{InstanceArn: &f.arn, Secret: &s}
	_, err := f.call("EndWorkload", in)
	ok(t, err)
	v := f.directory.View(accountID)
	if r := v.Instance(f.id); r.Living() || !r.Stopped || r.PrivateIP != "" {
		t.Errorf("%+v", r)
	}
	if i := f.describe(); !i.Ended || i.Credentials != nil || i.ARN != f.arn {
		t.Errorf("%+v", i)
	}
	if len(f.metadata.seen) != 0 {
		t.Error("an ended instance is seen")
	}
	before := v.Mark()
	_, err = f.call("EndWorkload", in)
	ok(t, err)
	if f.directory.View(accountID).Mark() != before {
		t.Error("ended again, it changes")
	}
}
