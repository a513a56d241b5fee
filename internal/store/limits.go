package store

import "fmt"

// DefaultLimit is the entries of a page whose Limit is not given.
const DefaultLimit = 1000

// Check says whether a commit keeps the limits, and what it breaks if not:
// ErrTooLarge or ErrInvalid. Every engine asks it before anything else, so
// that what one accepts every other accepts.
func Check(pre []Precondition, changes []Change) error {
	if len(pre) > MaxOperations || len(changes) > MaxOperations {
		return fmt.Errorf("%w: %d preconditions and %d changes, of %d each",
			ErrTooLarge, len(pre), len(changes), MaxOperations)
	}
	total := 0
	for _, p := range pre {
		if err := checkKey(p.Key); err != nil {
			return err
		}
		if p.Revision < 0 {
			return fmt.Errorf("%w: negative revision for key %q", ErrInvalid, p.Key)
		}
		total += len(p.Key)
	}
	for i, c := range changes {
		if err := checkChange(c, changes[:i]); err != nil {
			return err
		}
		total += len(c.Key) + len(c.Value)
	}
	if total > MaxCommit {
		return fmt.Errorf("%w: %d bytes of keys and values, of %d", ErrTooLarge, total, MaxCommit)
	}
	return nil
}

// checkChange compares with the changes before it: at 100 operations at most
// the plain loop is as fast as a set and allocates nothing.
func checkChange(c Change, before []Change) error {
	if err := checkKey(c.Key); err != nil {
		return err
	}
	if len(c.Value) > MaxValue {
		return fmt.Errorf("%w: %d bytes in the value of key %q, of %d",
			ErrTooLarge, len(c.Value), c.Key, MaxValue)
	}
	for i := range before {
		if before[i].Key == c.Key {
			return fmt.Errorf("%w: key %q is changed twice", ErrInvalid, c.Key)
		}
	}
	return nil
}

func checkKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: empty key", ErrInvalid)
	case len(key) > MaxKey:
		return fmt.Errorf("%w: %d bytes in a key, of %d", ErrTooLarge, len(key), MaxKey)
	}
	return nil
}
