package e2e

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestAgreement asks three times whether a caller may do something, under random
// policies: by doing it, of SimulatePrincipalPolicy, and of policy.Explain. The
// answers are the same, down to what kind of policy denies, for 3,000 pairs of
// policies and request in `make test` and 100,000 in `make test-long`.
func TestAgreement(t *testing.T) {
	pairs, workers := 3_000, 2
	if os.Getenv("LONG_TESTS") != "" {
		pairs = 100_000
	}
	s := rootServer(t)
	a := newAgreement(t, s)
	var all sync.WaitGroup
	for i := range workers {
		w := a.worker(t, i)
		all.Go(func() {
			for round := 0; w.pairs < pairs/workers && !t.Failed(); round++ {
				w.round(t, round%3 == 2)
			}
		})
	}
	all.Wait()
	t.Logf("%v", a.outcomes)
	total := 0
	for _, n := range a.outcomes {
		total += n
	}
	for _, outcome := range []string{
		"allowed", "implicitDeny by identity-based policy", "explicitDeny by identity-based policy",
		"implicitDeny by permissions boundary", "explicitDeny by permissions boundary",
		"implicitDeny by session policy", "explicitDeny by session policy",
	} {
		if a.outcomes[outcome] < total/500 {
			t.Errorf("%d of %d pairs came out as %s", a.outcomes[outcome], total, outcome)
		}
	}
}

// agreement is a server with things to ask for, and the count of the answers.
type agreement struct {
	server   *process.Server
	client   *http.Client
	probes   []probe
	assumer  process.Credentials
	lock     sync.Mutex
	outcomes map[string]int
}

// probe is a call that changes nothing, allowed or not.
type probe struct {
	action   string
	in       url.Values
	resource string
	keys     map[string]any // condition keys that the resource and the call give
}

// agreementTags are of the users, roles and policies that are asked for.
var agreementTags = map[string]string{"Team": "red", "cost": "10"}

func newAgreement(t *testing.T, s *process.Server) *agreement {
	a := &agreement{server: s, client: process.NewClient(), outcomes: map[string]int{}}
	tags := func(in url.Values) url.Values {
		n := 0
		for _, key := range slices.Sorted(maps.Keys(agreementTags)) {
			n++
			in.Set(fmt.Sprintf("Tags.member.%d.Key", n), key)
			in.Set(fmt.Sprintf("Tags.member.%d.Value", n), agreementTags[key])
		}
		return in
	}
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	const silent = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}`
	for path, names := range map[string][]string{"/": {"alpha", "alphabet"}, "/eng/": {"beta"}, "/eng/ops/": {"gamma"}} {
		for _, name := range names {
			in := url.Values{"UserName": {name}, "Path": {path}}
			if name != "alphabet" {
				in = tags(in)
			}
			a.must(t, process.Root, "CreateUser", in)
			arn := a.arn("user" + path + name)
			keys := map[string]any{}
			if name != "alphabet" {
				keys = tagKeys("aws:ResourceTag/", "iam:ResourceTag/")
			}
			a.probe(arn, keys, url.Values{"UserName": {name}}, "GetUser", "ListUserTags", "ListGroupsForUser",
				"ListAttachedUserPolicies", "ListUserPolicies", "ListAccessKeys", "ListMFADevices")
			a.probe(arn, keys, url.Values{"UserName": {name}, "PolicyName": {"none"}}, "GetUserPolicy")
		}
	}
	for path, name := range map[string]string{"/svc/": "delta", "/": "epsilon"} {
		a.must(t, process.Root, "CreateRole", tags(url.Values{"RoleName": {name}, "Path": {path}, "AssumeRolePolicyDocument": {trust}}))
		keys := tagKeys("aws:ResourceTag/", "iam:ResourceTag/")
		a.probe(a.arn("role"+path+name), keys, url.Values{"RoleName": {name}}, "GetRole", "ListRolePolicies",
			"ListRoleTags", "ListAttachedRolePolicies", "ListInstanceProfilesForRole")
	}
	a.must(t, process.Root, "CreateGroup", url.Values{"GroupName": {"omega"}, "Path": {"/eng/"}})
	a.probe(a.arn("group/eng/omega"), nil, url.Values{"GroupName": {"omega"}}, "GetGroup", "ListGroupPolicies", "ListAttachedGroupPolicies")
	a.must(t, process.Root, "CreatePolicy", tags(url.Values{"PolicyName": {"zeta"}, "Path": {"/eng/"}, "PolicyDocument": {silent}}))
	zeta := a.arn("policy/eng/zeta")
	a.probe(zeta, tagKeys("aws:ResourceTag/"), url.Values{"PolicyArn": {zeta}}, "GetPolicy", "ListPolicyVersions",
		"ListEntitiesForPolicy", "ListPolicyTags")
	for kind, action := range map[string]string{"user": "ListUsers", "role": "ListRoles", "group": "ListGroups", "policy": "ListPolicies"} {
		a.probe(a.arn(kind+"/"), nil, nil, action)
		a.probe(a.arn(kind+"/eng/"), nil, url.Values{"PathPrefix": {"/eng/"}}, action)
	}
	a.probe("*", nil, nil, "GetAccountSummary", "ListAccountAliases")
	a.probe(a.arn("user/missing"), map[string]any{"aws:RequestTag/Team": "blue", "aws:TagKeys": []string{"Team"}},
		url.Values{"UserName": {"missing"}, "Tags.member.1.Key": {"Team"}, "Tags.member.1.Value": {"blue"}}, "TagUser")
	a.must(t, process.Root, "CreateUser", url.Values{"UserName": {"assumer"}})
	a.assumer = a.key(t, "assumer")
	return a
}

func (a *agreement) arn(resource string) string {
	return "arn:aws:iam::" + a.server.Account + ":" + resource
}

func tagKeys(prefixes ...string) map[string]any {
	keys := map[string]any{}
	for _, prefix := range prefixes {
		for key, value := range agreementTags {
			keys[prefix+key] = value
		}
	}
	return keys
}

func (a *agreement) probe(resource string, keys map[string]any, in url.Values, actions ...string) {
	for _, action := range actions {
		a.probes = append(a.probes, probe{action, in, resource, keys})
	}
}

// answer is what the server says to a call.
type answer struct {
	status        int
	code, message string
	body          []byte
}

// call makes a signed call of a query service.
func (a *agreement) call(t *testing.T, by process.Credentials, service, action string, in url.Values, agent string) answer {
	t.Helper()
	form := url.Values{"Action": {action}, "Version": {map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}[service]}}
	maps.Copy(form, in)
	c := newWireCall(a.server, form.Encode())
	c.credentials, c.service = by, service
	if agent != "" {
		c.header.Set("User-Agent", agent)
	}
	response, err := a.client.Do(c.request(t))
	if err != nil {
		t.Errorf("%s: %v", action, err)
		return answer{}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s: %v", action, err)
	}
	got := answer{status: response.StatusCode, body: body}
	if got.status != http.StatusOK {
		e := parseError(t, string(body))
		got.code, got.message = e.Code, e.Message
	}
	return got
}

// must is a call of IAM that succeeds.
func (a *agreement) must(t *testing.T, by process.Credentials, action string, in url.Values) answer {
	t.Helper()
	got := a.call(t, by, "iam", action, in, "")
	if got.status != http.StatusOK {
		t.Errorf("%s %v: %d %s %s", action, in, got.status, got.code, got.message)
	}
	return got
}

// element is the text of the first element of a name.
func (a answer) element(name string) string {
	_, rest, _ := strings.Cut(string(a.body), "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return text
}

func (a *agreement) key(t *testing.T, user string) process.Credentials {
	got := a.must(t, process.Root, "CreateAccessKey", url.Values{"UserName": {user}})
	return process.Credentials{AccessKeyID: got.element("AccessKeyId"), SecretAccessKey: got.element("SecretAccessKey")}
}

// agreementWorker has a user and a role of its own, whose policies it changes.
type agreementWorker struct {
	*agreement
	random            *rand.Rand
	user, role, group string
	userKey           process.Credentials
	userID, roleID    string
	managed, bound    string // ARNs of policies
	versions          map[string]string
	pairs             int
}

var workerTags = map[string]string{"Team": "red", "level": "7"}

func (a *agreement) worker(t *testing.T, number int) *agreementWorker {
	w := &agreementWorker{agreement: a, random: rand.New(rand.NewPCG(2026, uint64(number))), versions: map[string]string{},
		user: fmt.Sprintf("caller%d", number), role: fmt.Sprintf("worker%d", number), group: fmt.Sprintf("group%d", number)}
	tags := url.Values{"Tags.member.1.Key": {"Team"}, "Tags.member.1.Value": {"red"}, "Tags.member.2.Key": {"level"}, "Tags.member.2.Value": {"7"}}
	with := func(in url.Values) url.Values { maps.Copy(in, tags); return in }
	const silent = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}`
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + a.arn("user/assumer") + `"},"Action":["sts:AssumeRole","sts:TagSession"]}}`
	w.userID = a.must(t, process.Root, "CreateUser", with(url.Values{"UserName": {w.user}, "Path": {"/eng/"}})).element("UserId")
	w.userKey = a.key(t, w.user)
	w.roleID = a.must(t, process.Root, "CreateRole", with(url.Values{"RoleName": {w.role}, "Path": {"/svc/"}, "AssumeRolePolicyDocument": {trust}})).element("RoleId")
	a.must(t, process.Root, "CreateGroup", url.Values{"GroupName": {w.group}})
	a.must(t, process.Root, "AddUserToGroup", url.Values{"GroupName": {w.group}, "UserName": {w.user}})
	for _, p := range []struct {
		name string
		arn  *string
	}{{"managed", &w.managed}, {"bound", &w.bound}} {
		name := fmt.Sprintf("%s%d", p.name, number)
		a.must(t, process.Root, "CreatePolicy", url.Values{"PolicyName": {name}, "PolicyDocument": {silent}})
		*p.arn = a.arn("policy/" + name)
		w.versions[*p.arn] = "v1"
	}
	a.must(t, process.Root, "AttachUserPolicy", url.Values{"UserName": {w.user}, "PolicyArn": {w.managed}})
	a.must(t, process.Root, "AttachRolePolicy", url.Values{"RoleName": {w.role}, "PolicyArn": {w.managed}})
	return w
}

// save makes the document the policy's default version, and forgets the last one.
func (w *agreementWorker) save(t *testing.T, arn, document string) {
	made := w.must(t, process.Root, "CreatePolicyVersion", url.Values{"PolicyArn": {arn}, "PolicyDocument": {document}, "SetAsDefault": {"true"}})
	w.must(t, process.Root, "DeletePolicyVersion", url.Values{"PolicyArn": {arn}, "VersionId": {w.versions[arn]}})
	w.versions[arn] = made.element("VersionId")
}

// asking is who asks in a round, and under which policies.
type asking struct {
	credentials process.Credentials
	principal   *policy.Principal
	source      string // of SimulatePrincipalPolicy
	keys        map[string]any
	set         *policy.Set
	agent       string
	session     string // the session policy, "" for none
	documents   []string
}

// round gives the worker other policies and asks for everything.
func (w *agreementWorker) round(t *testing.T, asRole bool) {
	by := w.asUser
	if asRole {
		by = w.asRole
	}
	q := by(t)
	simulated := w.simulate(t, q)
	for i := range w.probes {
		if t.Failed() {
			return
		}
		w.compare(t, q, &w.probes[i], simulated)
		w.pairs++
	}
}

func (w *agreementWorker) compile(t *testing.T, q *asking, kind policy.Type, document string) *policy.Policy {
	p, err := policy.Compile(kind, "p", document)
	if err != nil {
		t.Errorf("%s: %v", document, err)
	}
	q.documents = append(q.documents, document)
	return p
}

func (w *agreementWorker) asker() *asking {
	return &asking{set: &policy.Set{}, agent: fmt.Sprintf("probe/%d", w.random.IntN(3)), keys: map[string]any{
		"aws:SourceIp": "127.0.0.1", "aws:SecureTransport": "false", "aws:RequestedRegion": "us-east-1",
		"aws:PrincipalAccount": w.server.Account, "aws:ViaAWSService": "false", "aws:ResourceAccount": w.server.Account,
		"aws:PrincipalIsAWSService": "false",
	}}
}

func (w *agreementWorker) asUser(t *testing.T) *asking {
	q := w.asker()
	arn := w.arn("user/eng/" + w.user)
	q.credentials, q.source = w.userKey, arn
	q.principal = &policy.Principal{Kind: policy.User, Account: w.server.Account, ARN: arn, EntityARN: arn, EntityID: w.userID}
	q.keys["aws:PrincipalArn"], q.keys["aws:PrincipalType"], q.keys["aws:username"], q.keys["aws:userid"] = arn, "User", w.user, w.userID
	for key, value := range workerTags {
		q.keys["aws:PrincipalTag/"+key] = value
	}
	inline, group, managed := w.document(2), w.document(3), w.document(3)
	w.must(t, process.Root, "PutUserPolicy", url.Values{"UserName": {w.user}, "PolicyName": {"p"}, "PolicyDocument": {inline}})
	w.must(t, process.Root, "PutGroupPolicy", url.Values{"GroupName": {w.group}, "PolicyName": {"p"}, "PolicyDocument": {group}})
	w.save(t, w.managed, managed)
	for _, document := range []string{inline, group, managed} {
		q.set.Identity = append(q.set.Identity, w.compile(t, q, policy.Identity, document))
	}
	w.bounded(t, q, "User", w.user)
	return q
}

// bounded gives the user or role a boundary, or takes it away.
func (w *agreementWorker) bounded(t *testing.T, q *asking, kind, name string) {
	if w.random.IntN(2) == 0 {
		w.must(t, process.Root, "Delete"+kind+"PermissionsBoundary", url.Values{kind + "Name": {name}})
		return
	}
	bound := w.limit()
	w.save(t, w.bound, bound)
	w.must(t, process.Root, "Put"+kind+"PermissionsBoundary", url.Values{kind + "Name": {name}, "PermissionsBoundary": {w.bound}})
	q.set.Boundary = []*policy.Policy{w.compile(t, q, policy.Boundary, bound)}
}

func (w *agreementWorker) asRole(t *testing.T) *asking {
	q := w.asker()
	inline, managed := w.document(4), w.document(3)
	w.must(t, process.Root, "PutRolePolicy", url.Values{"RoleName": {w.role}, "PolicyName": {"p"}, "PolicyDocument": {inline}})
	w.save(t, w.managed, managed)
	q.set.Identity = []*policy.Policy{w.compile(t, q, policy.Identity, inline), w.compile(t, q, policy.Identity, managed)}
	q.source = w.arn("role/svc/" + w.role)
	in := url.Values{"RoleArn": {q.source}, "RoleSessionName": {"session"}}
	for key, value := range workerTags {
		q.keys["aws:PrincipalTag/"+key] = value
	}
	if w.random.IntN(2) == 0 { // the session's tag comes before the role's (K-10)
		in.Set("Tags.member.1.Key", "Team")
		in.Set("Tags.member.1.Value", "blue")
		q.keys["aws:PrincipalTag/Team"] = "blue"
	}
	if w.random.IntN(3) == 0 {
		w.bounded(t, q, "Role", w.role)
	} else {
		w.must(t, process.Root, "DeleteRolePermissionsBoundary", url.Values{"RoleName": {w.role}})
	}
	if len(q.set.Boundary) == 0 {
		q.session = w.limit()
		in.Set("Policy", q.session)
		q.set.Session = []*policy.Policy{w.compile(t, q, policy.Session, q.session)}
	}
	got := w.call(t, w.assumer, "sts", "AssumeRole", in, "")
	if got.status != http.StatusOK {
		t.Errorf("AssumeRole: %d %s %s", got.status, got.code, got.message)
	}
	q.credentials = process.Credentials{AccessKeyID: got.element("AccessKeyId"), SecretAccessKey: got.element("SecretAccessKey"),
		SessionToken: got.element("SessionToken")}
	arn := "arn:aws:sts::" + w.server.Account + ":assumed-role/" + w.role + "/session"
	q.principal = &policy.Principal{Kind: policy.RoleSession, Account: w.server.Account, ARN: arn, EntityARN: q.source, EntityID: w.roleID}
	q.keys["aws:PrincipalArn"], q.keys["aws:PrincipalType"], q.keys["aws:userid"] = q.source, "AssumedRole", w.roleID+":session"
	q.keys["aws:MultiFactorAuthPresent"], q.keys["aws:TokenIssueTime"] = "false", time.Now().UTC().Format(time.RFC3339)
	return q
}

// keysOf are the condition keys of a request.
func (q *asking) keysOf(p *probe) map[string]any {
	keys := map[string]any{"aws:UserAgent": q.agent}
	maps.Copy(keys, q.keys)
	maps.Copy(keys, p.keys)
	return keys
}

// simulate asks SimulatePrincipalPolicy for all probes, those of a resource at
// once. A session policy goes in the place of a boundary, which limits alike.
func (w *agreementWorker) simulate(t *testing.T, q *asking) map[[2]string]string {
	results := map[[2]string]string{}
	byResource := map[string][]probe{}
	for _, p := range w.probes {
		byResource[p.resource] = append(byResource[p.resource], p)
	}
	for resource, probes := range byResource {
		in := url.Values{"PolicySourceArn": {q.source}, "CallerArn": {q.principal.ARN}, "ResourceArns.member.1": {resource}}
		for i, p := range probes {
			in.Set(fmt.Sprintf("ActionNames.member.%d", i+1), "iam:"+p.action)
		}
		n := 0
		for key, value := range q.keysOf(&probes[0]) {
			n++
			entry := fmt.Sprintf("ContextEntries.member.%d.", n)
			in.Set(entry+"ContextKeyName", key)
			in.Set(entry+"ContextKeyType", "string")
			values, isList := value.([]string)
			if isList {
				in.Set(entry+"ContextKeyType", "stringList")
			} else {
				values = []string{value.(string)}
			}
			for i, v := range values {
				in.Set(entry+fmt.Sprintf("ContextKeyValues.member.%d", i+1), v)
			}
		}
		if q.session != "" {
			in.Set("PermissionsBoundaryPolicyInputList.member.1", q.session)
		}
		var out struct {
			Results []struct {
				EvalActionName, EvalResourceName, EvalDecision string
			} `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
		}
		if err := xml.Unmarshal(w.must(t, process.Root, "SimulatePrincipalPolicy", in).body, &out); err != nil {
			t.Error(err)
		}
		for _, r := range out.Results {
			results[[2]string{strings.TrimPrefix(r.EvalActionName, "iam:"), r.EvalResourceName}] = r.EvalDecision
		}
	}
	return results
}

// compare asks for one probe in all three ways.
func (w *agreementWorker) compare(t *testing.T, q *asking, p *probe, simulated map[[2]string]string) {
	keys := q.keysOf(p)
	keys["aws:CurrentTime"], keys["aws:EpochTime"] = time.Now().UTC().Format(time.RFC3339), strconv.FormatInt(time.Now().Unix(), 10)
	context, err := policy.ContextOf(keys)
	if err != nil {
		t.Error(err)
		return
	}
	r := &policy.Request{Principal: q.principal, Action: "iam:" + p.action, Resource: p.resource, ResourceAccount: w.server.Account, Context: context}
	x := policy.Explain(r, q.set)
	explained := [...]string{"implicitDeny", "explicitDeny", "allowed"}[x.Outcome]
	if got := simulated[[2]string{p.action, p.resource}]; got != explained {
		t.Errorf("%s on %s: simulated %q, explained %s\n%s", p.action, p.resource, got, explained, q.describe(keys))
	}
	enforced := w.call(t, q.credentials, "iam", p.action, p.in, q.agent)
	if denied := enforced.code == "AccessDenied"; denied == (x.Outcome == policy.Allowed) {
		t.Errorf("%s on %s: %d %s %s, explained %s\n%s", p.action, p.resource, enforced.status, enforced.code, enforced.message,
			explained, q.describe(keys))
	}
	name := explained
	if x.Outcome != policy.Allowed {
		name += " by " + x.By.String()
		words := "because no " + x.By.String() + " allows"
		if x.Outcome == policy.ExplicitDeny {
			words = "with an explicit deny in a"
			if !strings.Contains(enforced.message, words) || !strings.Contains(enforced.message, x.By.String()) {
				t.Errorf("%s on %s: %s, explained %s", p.action, p.resource, enforced.message, name)
			}
		} else if !strings.Contains(enforced.message, words) {
			t.Errorf("%s on %s: %s, explained %s", p.action, p.resource, enforced.message, name)
		}
	}
	w.lock.Lock()
	w.outcomes[name]++
	w.lock.Unlock()
}

func (q *asking) describe(keys map[string]any) string {
	return strings.Join(q.documents, "\n") + fmt.Sprintf("\n%v", keys)
}
