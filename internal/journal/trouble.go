package journal

import "log/slog"

// trouble is logged once when it comes, and once when it is over.
type trouble struct {
	comes, over string
	there       bool
}

// tell says how it went, and returns that.
func (t *trouble) tell(log *slog.Logger, err error) error {
	switch {
	case err != nil && !t.there:
		log.Error(t.comes, "err", err)
	case err == nil && t.there:
		log.Info(t.over)
	}
	t.there = err != nil
	return err
}
