package journal

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// ErrNoDenial: no denial of that id is in the log.
var ErrNoDenial = errors.New("journal: no such denial")

// Denial is a denial as it was recorded, with its policies as they were then.
type Denial struct {
	EventID         string    `json:"decisionOf"`
	RequestID       string    `json:"requestID"`
	AuthorizationID string    `json:"authorizationID"` // "" in records of the former version
	Account         string    `json:"account"`         // the caller's; "" for the anonymous, and in the former version
	Time            time.Time `json:"time"`
	Revision        int64     `json:"revision"` // of the state that was decided on
	Request         Request   `json:"request"`
	Caller          Caller    `json:"caller"`
	Policies        Policies  `json:"policies"`
	NoTrust         bool      `json:"no_trust"` // the role that was asked for was not there
	Decision        string    `json:"decision"` // explicitDeny or implicitDeny
	DeniedBy        string    `json:"denied_by"`
	Message         string    `json:"message"`
	Matched         []Matched `json:"matched"`
	// Cut names what is not in the record as it was: members of the request, condition
	// keys, and "context" where keys are left out.
	Cut []string `json:"cut"`
}

// Request is what was asked.
type Request struct {
	Principal       string         `json:"principal"` // ARN, or "*"
	Action          string         `json:"action"`
	Resource        string         `json:"resource"`
	ResourceAccount string         `json:"resource_account"`
	Context         map[string]any `json:"context"` // a string, or a list of strings
}

// Caller is what policies compare of the caller beyond its ARN.
type Caller struct {
	Type      string `json:"type"` // as CloudTrail's userIdentity; "" in the former version
	Account   string `json:"account"`
	EntityARN string `json:"entity_arn"`
	EntityID  string `json:"entity_id"`
	UserID    string `json:"user_id"`
}

// Policies are those that applied.
type Policies struct {
	Identity []Policy   `json:"identity"`
	Resource *Policy    `json:"resource"` // of a role: its trust policy
	Boundary []Policy   `json:"permissions_boundary"`
	Session  []Policy   `json:"session"` // empty and not nil: nothing is allowed
	Endpoint []Policy   `json:"endpoint"`
	SCP      [][]Policy `json:"scp"`
	RCP      [][]Policy `json:"rcp"`
}

// Policy is one policy as it was.
type Policy struct {
	Name       string `json:"name"` // a managed policy's or role's ARN, or an inline policy's name
	SHA256     string `json:"sha256"`
	Unreadable bool   `json:"unreadable"` // it denied because it could not be read (E-25)
	// Text is the document; "" where it is unreadable or Missing.
	Text string `json:"-"`
	// Missing: the text is not in the log, because the disk did not follow, or a
	// former version wrote the record.
	Missing bool `json:"-"`
}

// Matched is the statement that denied explicitly.
type Matched struct {
	PolicyType string `json:"policy_type"`
	Policy     string `json:"policy"`
	Statement  int    `json:"statement"`
	Sid        string `json:"sid"`
	Effect     string `json:"effect"`
}

// All ranges over the policies.
func (p *Policies) All(yield func(*Policy) bool) {
	lists := [][]Policy{p.Identity, p.Boundary, p.Session, p.Endpoint}
	lists = append(append(lists, p.SCP...), p.RCP...)
	for _, list := range lists {
		for i := range list {
			if !yield(&list[i]) {
				return
			}
		}
	}
	if p.Resource != nil {
		yield(p.Resource)
	}
}

// ids are what a denial can be asked for by.
type ids struct{ event, request, authorization string }

var (
	requestMember       = []byte(`,"requestID":"`)
	authorizationMember = []byte(`,"authorizationID":"`)
)

// idsOf reads the ids in front of a decision; none has anything to unquote.
func idsOf(line []byte) (id ids) {
	id.event = textBehind(line, 0, decisionStart)
	at := len(decisionStart) + len(id.event) + 1
	for _, m := range []struct {
		member []byte
		into   *string
	}{{requestMember, &id.request}, {authorizationMember, &id.authorization}} {
		if len(line) < at || !bytes.HasPrefix(line[at:], m.member) {
			return id
		}
		*m.into = textBehind(line, at, m.member)
		at += len(m.member) + len(*m.into) + 1
	}
	return id
}

func (i ids) has(id string) bool {
	return id != "" && (i.authorization == id || i.request == id || i.event == id)
}

// sumOf reads the hash of a text's line.
func sumOf(line []byte) (of sum, ok bool) {
	text := textBehind(line, 0, textStart)
	n, err := hex.Decode(of[:], []byte(text))
	return of, err == nil && n == len(of) && len(text) == 2*len(of)
}

// Denial finds a denial by its authorization id, or by its request's or event's id.
// It is there as soon as its caller can have the answer. The error is ErrNoDenial
// where there is none; one that the disk had no room for is none.
func (j *Journal) Denial(ctx context.Context, id string) (*Denial, error) {
	select {
	case <-j.index.built:
	case <-ctx.Done():
		return nil, fmt.Errorf("journal: %w", ctx.Err())
	}
	if d, err := j.indexed(id); !errors.Is(err, ErrNoDenial) {
		return d, err
	}
	if j.Flush() != nil { // it has told
		return j.inMemory(id)
	}
	d, err := j.indexed(id)
	if errors.Is(err, ErrNoDenial) && j.index.incomplete() {
		j.searching.Lock() // one at a time: it reads much
		defer j.searching.Unlock()
		return ReadDenial(ctx, j.dir, id)
	}
	return d, err
}

// indexed finds a denial that the index knows.
func (j *Journal) indexed(id string) (*Denial, error) {
	at, ok := j.index.find(id)
	if !ok {
		return nil, ErrNoDenial
	}
	f, err := os.Open(segmentPath(j.dir, at.segment))
	if errors.Is(err, fs.ErrNotExist) { // removed
		return nil, ErrNoDenial
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	line, err := lineAt(f, at.offset)
	if err != nil {
		return nil, err
	}
	if !idsOf(line).has(id) { // another id of the same hash
		return nil, ErrNoDenial
	}
	d, err := parseDenial(line)
	if err != nil {
		return nil, err
	}
	return d, d.fill(f, func(of sum) (int64, bool) { return j.index.text(at.segment, of) })
}

// inMemory finds a denial that cannot be written: the disk is full or broken.
func (j *Journal) inMemory(id string) (*Denial, error) {
	j.write.Lock()
	defer j.write.Unlock()
	for line := range bytes.Lines(j.unwritten.lines) {
		if bytes.HasPrefix(line, decisionStart) && idsOf(line).has(id) {
			d, err := parseDenial(line)
			if err != nil {
				return nil, err
			}
			for p := range d.Policies.All {
				p.fillFrom(j.unwritten.texts.of)
			}
			return d, nil
		}
	}
	return nil, ErrNoDenial
}

// fillFrom gives a policy its text, or marks it as missing.
func (p *Policy) fillFrom(all map[sum]string) {
	of, ok := p.sum()
	if !ok {
		return
	}
	text, ok := all[of]
	p.Text, p.Missing = text, !ok
}

// sum is the hash of the policy's text; ok is false where it has none.
func (p *Policy) sum() (of sum, ok bool) {
	n, err := hex.Decode(of[:], []byte(p.SHA256))
	return of, err == nil && n == len(of)
}

func parseDenial(line []byte) (*Denial, error) {
	d := &Denial{}
	if err := json.Unmarshal(line, d); err != nil {
		return nil, fmt.Errorf("journal: a decision cannot be read: %w", err)
	}
	if d.Caller.Type == "" {
		d.deriveCaller()
	}
	d.withhold()
	return d, nil
}

// deriveCaller reads the caller of a record of the former version from its context.
func (d *Denial) deriveCaller() {
	key := func(name string) string {
		text, _ := d.Request.Context[name].(string)
		return text
	}
	types := map[string]string{"Account": "Root", "User": "IAMUser", "AssumedRole": "AssumedRole", "FederatedUser": "FederatedUser"}
	kind, ok := types[key("aws:PrincipalType")]
	if !ok {
		d.Caller.Type = "Anonymous"
		return
	}
	d.Account = key("aws:PrincipalAccount")
	d.Caller = Caller{Type: kind, Account: d.Account, EntityARN: key("aws:PrincipalArn"), UserID: key("aws:userid")}
	d.Caller.EntityID, _, _ = strings.Cut(d.Caller.UserID, ":")
}

// fill gives the policies their texts from the denial's segment: from where they are
// known to stand, else by reading it.
func (d *Denial) fill(f *os.File, placed func(of sum) (int64, bool)) error {
	found, wanted := map[sum]string{}, map[sum]bool{}
	for p := range d.Policies.All {
		of, ok := p.sum()
		if !ok {
			continue
		}
		if offset, ok := placed(of); ok {
			if text, err := textAt(f, offset, of); err == nil {
				found[of] = text
				continue
			}
		}
		wanted[of] = true
	}
	if err := readTexts(f, wanted, found); err != nil {
		return err
	}
	for p := range d.Policies.All {
		p.fillFrom(found)
	}
	return nil
}

// readTexts looks for texts in a whole segment.
func readTexts(f *os.File, wanted map[sum]bool, found map[sum]string) error {
	if len(wanted) == 0 {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	lines := newBackward(f, info.Size())
	for lines.next() {
		if !isPolicyText(lines.line) {
			continue
		}
		if of, ok := sumOf(lines.line); ok && wanted[of] {
			if found[of], err = textOf(lines.line); err != nil {
				return err
			}
			if delete(wanted, of); len(wanted) == 0 {
				return nil
			}
		}
	}
	return lines.err
}

func textAt(f *os.File, offset int64, of sum) (string, error) {
	line, err := lineAt(f, offset)
	if err != nil {
		return "", err
	}
	if is, ok := sumOf(line); !ok || is != of {
		return "", errors.New("journal: another line stands in the place of a policy's text")
	}
	return textOf(line)
}

func textOf(line []byte) (string, error) {
	record := struct{ Text string }{}
	if err := json.Unmarshal(line, &record); err != nil {
		return "", fmt.Errorf("journal: a policy's text cannot be read: %w", err)
	}
	return record.Text, nil
}

// lineAt reads the line at an offset.
func lineAt(f *os.File, offset int64) ([]byte, error) {
	line := make([]byte, 0, 8<<10)
	for {
		n, err := f.ReadAt(line[len(line):cap(line)], offset+int64(len(line)))
		line = line[:len(line)+n]
		if end := bytes.IndexByte(line[len(line)-n:], '\n'); end >= 0 {
			return line[:len(line)-n+end], nil
		}
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		line = slices.Grow(line, len(line))
	}
}

// ReadDenial finds a denial in a journal's folder, as Journal.Denial does, by reading
// the segments from the newest backwards. It reads beside a running server, where the
// last half second may not be there yet.
func ReadDenial(ctx context.Context, dir, id string) (*Denial, error) {
	numbers, err := segmentNumbers(dir)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(numbers) {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("journal: %w", ctx.Err())
		}
		d, err := readDenialIn(segmentPath(dir, n), id)
		if !errors.Is(err, ErrNoDenial) {
			return d, err
		}
	}
	return nil, ErrNoDenial
}

func readDenialIn(path, id string) (*Denial, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // removed since, being the oldest
		return nil, ErrNoDenial
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	lines := newBackward(f, info.Size())
	for lines.next() {
		if bytes.HasPrefix(lines.line, decisionStart) && idsOf(lines.line).has(id) {
			d, err := parseDenial(lines.line)
			if err != nil {
				return nil, err
			}
			return d, d.fill(f, func(sum) (int64, bool) { return 0, false })
		}
	}
	if lines.err != nil {
		return nil, lines.err
	}
	return nil, ErrNoDenial
}
