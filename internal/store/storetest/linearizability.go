package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const registers = 3

// register is a key's value and the revision that wrote it; zero: absent.
type register struct {
	revision int64
	value    string
}

type memory [registers]register

// operation is what a client asked: a read of one register, of all of them,
// or a commit that asserts and writes some.
type operation struct {
	kind    string // "get", "list", "commit"
	key     int    // of get
	asserts [registers]int64
	touches [registers]bool
	value   string // written to what is touched; "" deletes
}

// answer is what it was told.
type answer struct {
	read     memory // get: its register; list: all
	conflict bool
	revision int64
}

// sequential is a store that does one thing after the other.
var sequential = porcupine.Model{
	Init: func() any { return memory{} },
	Step: func(s, in, out any) (bool, any) {
		return apply(s.(memory), in.(operation), out.(answer))
	},
	Equal: func(a, b any) bool { return a == b },
	DescribeOperation: func(in, out any) string {
		return fmt.Sprintf("%+v → %+v", in, out)
	},
}

func apply(m memory, in operation, out answer) (bool, memory) {
	switch in.kind {
	case "get":
		return m[in.key] == out.read[in.key], m
	case "list":
		return m == out.read, m
	}
	holds, newest := true, int64(0)
	for i, r := range m {
		holds = holds && (!in.touches[i] || r.revision == in.asserts[i])
		newest = max(newest, r.revision)
	}
	if out.conflict || !holds {
		return out.conflict && !holds, m
	}
	for i := range m {
		if in.touches[i] && in.value != "" {
			m[i] = register{out.revision, in.value}
		} else if in.touches[i] {
			m[i] = register{}
		}
	}
	return in.value == "" || out.revision > newest, m
}

// client performs operations and records them; the shared clock is a counter,
// so what ended before something else began has the smaller number.
type client struct {
	id      int
	s       store.Store
	clock   *atomic.Int64
	random  *rand.Rand
	known   memory
	history []porcupine.Operation
}

func (c *client) run(ctx context.Context, operations int) error {
	for n := range operations {
		in := c.choose(n)
		call := c.clock.Add(1)
		out, err := c.perform(ctx, in)
		if err != nil {
			return err
		}
		c.history = append(c.history, porcupine.Operation{
			ClientId: c.id, Input: in, Call: call, Output: out, Return: c.clock.Add(1),
		})
	}
	return nil
}

func (c *client) choose(n int) operation {
	switch c.random.IntN(4) {
	case 0:
		return operation{kind: "get", key: c.random.IntN(registers)}
	case 1:
		return operation{kind: "list"}
	}
	in := operation{kind: "commit", value: fmt.Sprintf("%d.%d", c.id, n)}
	if c.random.IntN(5) == 0 {
		in.value = ""
	}
	for _, i := range c.random.Perm(registers)[:1+c.random.IntN(2)] {
		in.touches[i], in.asserts[i] = true, c.known[i].revision
	}
	return in
}

func (c *client) perform(ctx context.Context, in operation) (out answer, err error) {
	switch in.kind {
	case "get":
		e, _, err := c.s.Get(ctx, registerKey(in.key))
		out.read[in.key] = register{e.Revision, string(e.Value)}
		c.known[in.key] = out.read[in.key]
		return out, err
	case "list":
		page, err := c.s.List(ctx, "r/", store.ListOptions{})
		for _, e := range page.Entries {
			out.read[e.Key[2]-'0'] = register{e.Revision, string(e.Value)}
		}
		c.known = out.read
		return out, err
	}
	return c.commit(ctx, in)
}

func (c *client) commit(ctx context.Context, in operation) (out answer, err error) {
	var pre []store.Precondition
	var changes []store.Change
	for i := range registers {
		if in.touches[i] {
			pre = append(pre, at(registerKey(i), in.asserts[i]))
			changes = append(changes, store.Change{Key: registerKey(i), Value: []byte(in.value), Delete: in.value == ""})
		}
	}
	out.revision, err = c.s.Commit(ctx, pre, changes)
	if errors.Is(err, store.ErrConflict) {
		return answer{conflict: true}, nil
	}
	return out, err
}

func registerKey(i int) string { return fmt.Sprint("r/", i) }

// linearizability: what clients on two nodes saw, all at once, can be explained
// by one thing having happened after the other.
func (e Engine) linearizability(t *testing.T) {
	for seed := range uint64(3) {
		a, b := e.nodes(t)
		var clock atomic.Int64
		clients := make([]*client, 6)
		var wg sync.WaitGroup
		for i := range clients {
			clients[i] = &client{
				id: i, s: []store.Store{a, b}[i%2], clock: &clock, random: rand.New(rand.NewPCG(seed, uint64(i))),
			}
			wg.Go(func() {
				if err := clients[i].run(t.Context(), 60); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var history []porcupine.Operation
		conflicts, commits := 0, 0
		for _, c := range clients {
			history = append(history, c.history...)
			for _, o := range c.history {
				if o.Input.(operation).kind == "commit" && o.Output.(answer).conflict {
					conflicts++
				} else if o.Input.(operation).kind == "commit" {
					commits++
				}
			}
		}
		if result := porcupine.CheckOperationsTimeout(sequential, history, patience); result != porcupine.Ok {
			t.Errorf("seed %d: the history of %d operations is %s", seed, len(history), result)
		}
		if conflicts == 0 || commits == 0 {
			t.Errorf("seed %d: %d commits and %d conflicts show nothing", seed, commits, conflicts)
		}
		t.Logf("seed %d: %d operations, %d commits, %d conflicts", seed, len(history), commits, conflicts)
	}
}
