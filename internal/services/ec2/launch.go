package ec2

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// RunnerToken begins the client tokens of runners: the SHA-256 of the secret by which
// the runner will prove itself follows, in unpadded base64url.
const RunnerToken = "gatehouse-run:"

const (
	maxLaunched = 20   // instances of one call: a commit has room for no more
	seenAfter   = 3600 // seconds that a terminated instance stays to be seen [terminating-instances]
	maxToken    = 64   // characters of a client token [Run_Instance_Idempotency]
	proofLength = 43   // of a SHA-256 in unpadded base64url
)

// runInstances launches instances [API_RunInstances]: what is launched is a record; its
// program comes by itself, and proves to be the one by a secret or by its address.
func (s *Service) runInstances(_ context.Context, call *api.Call, tx *directory.Tx, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	if err := checkLaunch(in); err != nil {
		return nil, err
	}
	first, err := s.firstInstance(tx, in)
	if err != nil {
		return nil, err
	}
	if earlier := launchedBefore(&tx.View, first); len(earlier) > 0 {
		return s.launchedAgain(call, tx, in, first, earlier)
	}
	count, err := launchCount(&tx.View, in)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	forgetEnded(tx)
	launched, err := launch(tx, first, count)
	if err != nil {
		return nil, err
	}
	return s.reservation(call, launched), nil
}

// launchCount is as many instances as there is room for [API_RunInstances: MaxCount].
func launchCount(v *directory.View, in *ec2.RunInstancesInput) (int, error) {
	living := 0
	for i := range v.Instances("") {
		if i.Living() {
			living++
		}
	}
	room := min(directory.MaxInstances-living, maxLaunched)
	if least := int(*in.MinCount); least > room {
		return 0, fault("InstanceLimitExceeded", "You have requested more instances (%d) than your current instance limit of %d allows: %d are running, and one call launches at most %d.",
			least, directory.MaxInstances, living, maxLaunched)
	}
	return min(int(*in.MaxCount), room), nil
}

func launch(tx *directory.Tx, first *directory.Instance, count int) ([]*directory.Instance, error) {
	first.Reservation = directory.NewResourceID("r-")
	var launched []*directory.Instance
	for n := range count {
		i := first.Clone()
		i.Index = n
		if n > 0 && i.Association != "" {
			i.Association = directory.NewResourceID("iip-assoc-")
		}
		if err := tx.CreateInstance(i); err != nil {
			return nil, err
		}
		launched = append(launched, i)
	}
	return launched, nil
}

// forgetEnded removes instances that were terminated an hour ago and more, as many as
// the commit has room for.
func forgetEnded(tx *directory.Tx) {
	removed := 0
	for i := range tx.Instances("") {
		if i.Living() || tx.Now().Sub(i.Ended).Seconds() < seenAfter {
			continue
		}
		if removed++; removed > maxLaunched {
			return
		}
		if i := tx.Instance(i.ID); i != nil {
			tx.RemoveInstance(i)
		}
	}
}

// firstInstance is the first of the instances that are asked for, checked, with its
// profile.
func (s *Service) firstInstance(tx *directory.Tx, in *ec2.RunInstancesInput) (*directory.Instance, error) {
	i := authz.LaunchOf(s.regions, in)
	if err := s.checkPlace(i); err != nil {
		return nil, err
	}
	tags, err := mergeTags(nil, i.Tags)
	if err != nil {
		return nil, err
	}
	i.Tags = tags
	if i.Proof, err = proofOf(in.ClientToken); err != nil {
		return nil, err
	}
	if in.ClientToken != nil {
		i.ClientToken, i.Request = *in.ClientToken, requestSum(in)
	}
	if in.IamInstanceProfile == nil {
		return i, nil
	}
	p, err := profileOf(&tx.View, in.IamInstanceProfile)
	if err != nil {
		return nil, err
	}
	tx.SetProfile(i, p)
	return i, nil
}

// proofOf is what a client token of a runner's proves; nil for any other token.
func proofOf(token *string) ([]byte, error) {
	if token == nil {
		return nil, nil
	}
	text, is := strings.CutPrefix(*token, RunnerToken)
	if !is {
		return nil, nil
	}
	proof, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if len(text) != proofLength || err != nil {
		return nil, invalidValue("Value (%s) for parameter clientToken is invalid. What begins with %s goes on with the SHA-256 of a secret in base64url without padding.", *token, RunnerToken)
	}
	return proof, nil
}

// requestSum identifies what RunInstances was asked for: DryRun aside, all of it counts
// [Run_Instance_Idempotency].
func requestSum(in *ec2.RunInstancesInput) []byte {
	asked := *in
	asked.DryRun = nil
	text, err := json.Marshal(&asked)
	if err != nil {
		panic(fmt.Sprintf("ec2: an input that is no JSON: %v", err)) // it holds text, numbers and times
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// launchedBefore are the instances that a client token has launched already.
func launchedBefore(v *directory.View, first *directory.Instance) []*directory.Instance {
	var found []*directory.Instance
	if first.ClientToken == "" {
		return nil
	}
	for i := range v.Instances("") {
		if i.ClientToken == first.ClientToken {
			found = append(found, v.Instance(i.ID))
		}
	}
	slices.SortFunc(found, func(a, b *directory.Instance) int { return a.Index - b.Index })
	return found
}

func (s *Service) launchedAgain(call *api.Call, tx *directory.Tx, in *ec2.RunInstancesInput, first *directory.Instance, earlier []*directory.Instance) (*ec2.RunInstancesOutput, error) {
	if string(earlier[0].Request) != string(first.Request) {
		return nil, fault("IdempotentParameterMismatch", "The request uses the same client token as a previous, but non-identical request.")
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	return s.reservation(call, earlier), nil
}

func (s *Service) reservation(call *api.Call, of []*directory.Instance) *ec2.RunInstancesOutput {
	r := s.reservationOut(call, of[0])
	out := ec2.RunInstancesOutput{ReservationId: r.ReservationId, OwnerId: r.OwnerId, Groups: r.Groups}
	for _, i := range of {
		out.Instances = append(out.Instances, s.instanceOut(call, i))
	}
	return &out
}
