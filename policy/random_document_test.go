package policy

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// literals are the resources of random requests. Many start alike, at various
// lengths; patterns of policies are made of them.
var literals = []string{
	"*", "arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:s3:::b/ana/x", "arn:aws:s3:::b/ana/y/z", "arn:aws:s3:::b/an",
	"arn:aws:s3:::b/eve/x", "arn:aws:s3:::bb", "arn:aws:s3:::bb/k", "arn:aws:s3:::bucket/k", "arn:aws:s3:::B/k",
	"arn:aws:s3:::b/a:b/c", "arn:aws:s3:::b/é/ß", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${k}", "arn:aws:s3:::*",
	"arn:aws:s3:::logs/of-the-year/one", "arn:aws:s3:::logs/of-the-year/one-more", "arn:aws:s3:::logs/of-the-year/two",
	"arn:aws:s3:::logs/of-the-year", "arn:aws:s3:eu-west-1:111122223333:accesspoint/b",
	"arn:aws:dynamodb:eu-west-1:111122223333:table/t", "arn:aws:dynamodb:eu-west-1:111122223333:table/t1",
	"arn:aws:dynamodb:eu-west-1:111122223333:table/team-files", "arn:aws:dynamodb:eu-west-1:111122223333:table/team-x",
	"arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", "arn:aws:dynamodb:eu-west-2:111122223333:table/t",
	"arn:aws:dynamodb:eu-west-1:444455556666:table/t",
	"arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q:k", "arn:aws:sqs:eu:111122223333:jobs",
	"arn:aws:sqs:eu:111122223333:b:k", "arn:aws:sqs:eu:1:b:c:a",
	"arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/p/ana", "arn:aws:iam::111122223333:user/",
	"arn:aws:iam::444455556666:user/bob", "arn:aws:iam::111122223333:role/R", "arn:aws:iam::111122223333:role/p/R",
	"arn:aws:kms:eu-west-1:111122223333:key/1234", "arn:aws-cn:s3:::b/k", "arn:aws:s3:::",
}

var serviceNames = []string{"s3", "s3", "s3", "s3express", "iam", "iam", "sqs", "dynamodb", "kms", "sts", "ec2"}

var actionNames = []string{
	"Get", "GetObject", "GetObject", "GetObjectTagging", "GetUser", "GetItem", "PutObject", "ListBucket", "SendMessage",
	"Decrypt", "CreateGrant", "Describe", "AssumeRole", "TagSession",
}

func randomAction(random *rand.Rand) string {
	return folded(random, pick(random, serviceNames...)+":"+pick(random, actionNames...))
}

// randomPattern is a text with wildcards in it.
func randomPattern(random *rand.Rand, text string) string {
	switch random.IntN(6) {
	case 0, 1:
		before, _ := cutAt(random, text)
		return before + "*"
	case 2:
		before, after := cutAt(random, text)
		_, after = cutAt(random, after)
		return before + "*" + after
	case 3:
		before, after := cutAt(random, text)
		for i := range after {
			if i > 0 {
				return before + "?" + after[i:]
			}
		}
		return before + "?"
	case 4:
		return randomPattern(random, randomPattern(random, text))
	}
	return text
}

func randomActionPattern(random *rand.Rand) string {
	service, name := pick(random, serviceNames...), pick(random, actionNames...)
	switch random.IntN(10) {
	case 0:
		return pick(random, "*", "*:*", service+":", service+":*")
	case 1:
		return "*:" + randomPattern(random, name)
	case 2, 3:
		return service + ":*"
	case 4, 5:
		return folded(random, service+":"+name)
	}
	return folded(random, service+":"+randomPattern(random, name))
}

// randomResource is a pattern made of a literal: its parts, its end, and
// variables in it.
func randomResource(random *rand.Rand) string {
	text := pick(random, literals[1:]...)
	parts := strings.SplitN(text, ":", 6)
	switch random.IntN(14) {
	case 0:
		return "*"
	case 1:
		return pick(random, "**", "arn:*", "arn:aws:s3:::*", "s3:*", "bucket", "arn:aws:s3:::b/*")
	case 2: // a short one (G-10)
		short := strings.Join(parts[:2+random.IntN(4)], ":")
		return short + pick(random, "", "", "*", ":*", "?", ":")
	case 3, 4:
		parts[1+random.IntN(4)] = pick(random, "*", "*", "?*", "eu*", "*1", "1*", "e?")
	case 5, 6, 7:
		parts[5] = randomVariable(random, parts[5])
	case 8:
		parts[3+random.IntN(2)] = "*"
		parts[5] = randomVariable(random, parts[5])
	case 9, 10:
		return randomPattern(random, text)
	}
	if !oneIn(random, 3) {
		parts[5] = randomPattern(random, parts[5])
	}
	return strings.Join(parts, ":")
}

// randomVariable puts a variable into a text.
func randomVariable(random *rand.Rand, text string) string {
	variable := pick(random, "${k}", "${K}", "${aws:username}", "${aws:username}", "${aws:UserName, 'k'}",
		"${nokey, 'ana'}", "${l, 'k'}", "${nokey}", "${*}", "${?}", "${$}", "${", "${ k}", "${k,'x'}", "${k}*",
		"${aws:PrincipalTag/Team}", "${nokey, '*'}", "${nokey, ''}")
	if strings.Contains(text, "ana") && oneIn(random, 2) {
		return strings.Replace(text, "ana", variable, 1)
	}
	before, after := cutAt(random, text)
	if oneIn(random, 2) {
		_, after = cutAt(random, after)
	}
	return before + variable + after
}

func randomDocument(random *rand.Rand, kind Type) string {
	most := 3
	if oneIn(random, 12) {
		most = 60
	}
	statements := []m{randomStatement(random, kind)}
	for range random.IntN(most) {
		statements = append(statements, randomStatement(random, kind))
	}
	version := pick(random, version2012, version2012, version2012, version2012, version2008, "")
	if len(statements) == 1 && oneIn(random, 3) { // one, not a list of one (G-04)
		b, err := json.Marshal(m{"Version": version2012, "Statement": statements[0]})
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	return documentOf(version, statements...)
}

// oneOrList is a list, or its one value by itself (G-06).
func oneOrList(random *rand.Rand, list []string) any {
	if len(list) == 1 && oneIn(random, 2) {
		return list[0]
	}
	return list
}

func atLeastOne(random *rand.Rand, most int, make func() string) []string {
	return append(upTo(random, most, make), make())
}

func randomStatement(random *rand.Rand, kind Type) m {
	s := m{"Effect": pick(random, "Allow", "Allow", "Allow", "Deny")}
	actions := atLeastOne(random, 3, func() string { return randomActionPattern(random) })
	if kind == Trust && !oneIn(random, 4) {
		actions = append(actions, pick(random, "sts:AssumeRole", "sts:*", "sts:AssumeRole*"))
	}
	if kind == ResourceControl && s["Effect"] == "Allow" || oneIn(random, 6) {
		actions = append(actions, "*")
	}
	s[pick(random, "Action", "Action", "Action", "Action", "NotAction")] = oneOrList(random, actions)
	if kind != Trust && !(kind == Resource && oneIn(random, 4)) {
		resources := atLeastOne(random, 3, func() string { return randomResource(random) })
		if oneIn(random, 4) {
			resources = append(resources, "*")
		}
		s[pick(random, "Resource", "Resource", "Resource", "Resource", "NotResource")] = oneOrList(random, resources)
	}
	if kind == Trust || kind == Resource || kind == ResourceControl || kind == Endpoint && oneIn(random, 2) {
		name := "Principal"
		if kind == Resource && oneIn(random, 5) {
			name = "NotPrincipal"
		}
		s[name] = randomPrincipal(random)
	}
	if oneIn(random, 2) {
		s["Condition"] = randomCondition(random)
	}
	if oneIn(random, 4) {
		s["Sid"] = pick(random, "A", "B", "")
	}
	return s
}

func randomPrincipal(random *rand.Rand) any {
	aws := func() string {
		return pick(random, "*", accountC, accountB, accountARN, "arn:aws:iam::444455556666:root", anaARN, anaARN,
			roleARN, roleARN, "arn:aws:iam::111122223333:role/p/Q", sessionARN, sessionARN, visitorARN, bob.ARN,
			"arn:aws:sts::444455556666:assumed-role/R/S", "arn:aws:sts::444455556666:federated-user/N",
			"arn:aws:iam::444455556666:role/R", ana.EntityID, worker.EntityID, bob.EntityID,
			"arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:group/g", "arn:aws:iam::111122223333:user/",
			"nobody", "AIDASHORT", "arn:aws:iam:eu:111122223333:user/ana")
	}
	named := oneOrList(random, atLeastOne(random, 4, aws))
	switch random.IntN(8) {
	case 0:
		return "*"
	case 1:
		return m{"Service": oneOrList(random, append(some(random, "lambda.amazonaws.com", "*"), "ec2.amazonaws.com")),
			"AWS": named}
	case 2:
		return m{"Federated": pick(random, "accounts.google.com", saml.ARN), "Service": "ec2.amazonaws.com"}
	case 3:
		return aws() // P-12
	case 4:
		return m{"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", "AWS": named}
	}
	return m{"AWS": named}
}
