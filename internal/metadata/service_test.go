package metadata

import (
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func TestDescribe(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) {
		i.PrivateIP, i.Tags = "10.0.0.5", []api.Tag{{Key: "Name", Value: "web"}}
		i.Metadata = directory.MetadataOptions{V1: true, HopLimit: 2, Tags: true}
	})
	got := h.told(id)
	for name, c := range map[string][2]string{
		"ARN":         {got.ARN, "arn:aws:ec2:us-east-1:111122223333:instance/" + id},
		"account":     {got.Account, account},
		"region":      {got.Region, region},
		"zone":        {got.Zone, "us-east-1a"},
		"zone id":     {got.ZoneID, "id-of-us-east-1a"},
		"image":       {got.Image, "ami-00000000000000000"},
		"type":        {got.Type, "t3.micro"},
		"address":     {got.PrivateIP, "10.0.0.5"},
		"reservation": {got.Reservation, "r-0123456789abcdef0"},
		"tag":         {got.Tags["Name"], "web"},
		"profile":     {got.ProfileARN, "arn:aws:iam::111122223333:instance-profile/hosts"},
		"role":        {got.Role, "reader"},
		"role ARN":    {got.RoleARN, "arn:aws:iam::111122223333:role/team/reader"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %q, want %q", name, c[0], c[1])
		}
	}
	if !got.V1 || got.HopLimit != 2 || !got.TagsShown || got.Disabled || got.Ended || !got.Launched.Equal(start) || got.ProfileID == "" {
		t.Errorf("%+v", got)
	}
}

// [API_InstanceMetadataOptionsRequest] InstanceMetadataTags: disabled unless asked for.
func TestTagsAreNotTold(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) { i.Tags = []api.Tag{{Key: "Name", Value: "web"}} })
	if got := h.told(id); got.Tags != nil {
		t.Errorf("tags %v", got.Tags)
	}
}

// TestEndedInstance: its program is to end, and nothing more is told.
func TestEndedInstance(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	h.told(id)
	h.update(id, func(tx *directory.Tx, i *directory.Instance) { tx.EndInstance(i, false) })
	got := h.told(id)
	if !got.Ended || got.Credentials != nil || got.Role != "" || got.Document != "" || got.Image != "" {
		t.Errorf("%+v", got)
	}
	if _, kept := h.states.Load(id); kept {
		t.Error("an ended instance is kept")
	}
}

func TestLastSeen(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	if h.Seen(id); !h.LastSeen(id).IsZero() || !h.LastSeen("i-0").IsZero() {
		t.Error("seen before it was described")
	}
	h.told(id)
	if !h.LastSeen(id).IsZero() {
		t.Error("describing is not asking")
	}
	h.clock.pass(time.Hour)
	h.Seen(id)
	if got := h.LastSeen(id); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("last seen %v", got)
	}
}

// TestEndedInstancesAreForgotten: memory is bounded by the instances that live.
func TestEndedInstancesAreForgotten(t *testing.T) {
	h := newHouse(t)
	old := h.launch(nil)
	h.told(old)
	h.update(old, func(tx *directory.Tx, i *directory.Instance) { tx.EndInstance(i, false) })
	living := h.launch(nil)
	h.told(living)
	h.clock.pass(2 * sweepTime)
	h.told(h.launch(nil))
	if _, kept := h.states.Load(old); kept {
		t.Error("an instance that ended is kept")
	}
	if _, kept := h.states.Load(living); !kept {
		t.Error("an instance that lives is forgotten")
	}
}

func TestServiceDefaults(t *testing.T) {
	s := NewService(Options{})
	if s.Lifetime != 6*time.Hour || s.Clock == nil || s.Log == nil || s.ZoneID("a") != "" {
		t.Errorf("%+v", s.Options)
	}
}
