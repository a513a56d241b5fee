package ec2

import (
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// The states of instances, by when their programs were heard of.
func TestStateOf(t *testing.T) {
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	program := directory.Instance{Launched: at(0), Proof: []byte{1}}
	machine := directory.Instance{Launched: at(0), PrivateIP: "10.0.0.5"}
	ended := program
	ended.Ended = at(100)
	never := time.Time{}
	for name, c := range map[string]struct {
		instance           directory.Instance
		seen, started, now time.Time
		want               state
	}{
		"just launched":                        {program, never, at(-9), at(0), pending},
		"never heard of for a minute":          {program, never, at(-9), at(60), pending},
		"never heard of for longer":            {program, never, at(-9), at(61), stopped},
		"not heard of since a restart":         {program, never, at(500), at(560), pending},
		"not heard of for long after it":       {program, never, at(500), at(561), stopped},
		"heard of":                             {program, at(30), at(-9), at(90), running},
		"silent":                               {program, at(30), at(-9), at(91), stopped},
		"heard of again":                       {program, at(200), at(-9), at(201), running},
		"terminated":                           {ended, at(99), at(-9), at(101), terminated},
		"a machine that never asked":           {machine, never, at(-9), at(9000), pending},
		"a machine that asked a long time ago": {machine, at(1), at(-9), at(9000), running},
	} {
		if got := stateOf(&c.instance, c.seen, c.started, c.now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// [API_InstanceState]: the codes that go with the names.
func TestStateCodes(t *testing.T) {
	for s, want := range map[state]int32{pending: 0, running: 16, shuttingDown: 32, terminated: 48, stopped: 80} {
		if out := s.out(); *out.Code != want || *out.Name != s.name {
			t.Errorf("%s: %d", *out.Name, *out.Code)
		}
	}
}
