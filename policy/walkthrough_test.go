package policy

import (
	"fmt"
	"testing"
)

// A walkthrough is documents that belong together and what they decide: the
// things people build with policies, after the examples of the user guide
// (access_policies_examples, access_policies_boundaries, tutorial_*).
type walkthrough struct {
	name string
	decisionCase
	questions []question
}

type question struct {
	by      *Principal
	action  string
	on      string
	context m
	want    string // as outcomeText says it
}

const (
	allowed      = "allowed"
	noIdentity   = "implicitDeny by identity-based policy"
	noBoundary   = "implicitDeny by permissions boundary"
	noSession    = "implicitDeny by session policy"
	identityDeny = "explicitDeny by identity-based policy"
	boundaryDeny = "explicitDeny by permissions boundary"
	resourceDeny = "explicitDeny by resource-based policy"
	scpDeny      = "explicitDeny by service control policy"
	noTrust      = "implicitDeny by role trust policy"
)

func TestWalkthroughs(t *testing.T) {
	for _, w := range walkthroughs {
		t.Run(w.name, func(t *testing.T) {
			for i, q := range w.questions {
				t.Run(fmt.Sprintf("%d %s", i, q.action), func(t *testing.T) { w.ask(t, q) })
			}
		})
	}
}

func (w walkthrough) ask(t *testing.T, q question) {
	c := w.decisionCase
	c.action, c.on, c.context = q.action, q.on, q.context
	if q.by != nil {
		c.by = q.by
	}
	r, s := c.request(t), c.set(t)
	d := Decide(r, s)
	if got := outcomeText(d.Outcome, d.By); got != q.want {
		t.Errorf("%s on %s: %s, want %s", q.action, q.on, got, q.want)
	}
	c.compare(t, r, d)
	for _, p := range append(s.Identity, s.Boundary...) {
		if p.Statements() == 0 {
			t.Error("a policy without statements")
		}
	}
}

var walkthroughs = []walkthrough{
	delegatedAdministration, createdUser, ownFolder, ownCredentials, regions, attributes, office, thirdParty,
	sharedBucket,
}

// delegatedAdministration: somebody may make users, but only users bounded as
// he is, and cannot take the bound off again (access_policies_boundaries).
var delegatedAdministration = walkthrough{
	name: "delegated administration",
	decisionCase: decisionCase{
		identity: []string{`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "MakeAndChangeBoundedUsers",
      "Effect": "Allow",
      "Action": [
        "iam:CreateUser", "iam:DeleteUserPolicy", "iam:AttachUserPolicy", "iam:DetachUserPolicy",
        "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy"
      ],
      "Resource": "*",
      "Condition": {
        "StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/Bound"}
      }
    },
    {
      "Sid": "Look",
      "Effect": "Allow",
      "Action": ["iam:Get*", "iam:List*", "iam:CreateAccessKey", "iam:CreateLoginProfile"],
      "Resource": "*"
    },
    {
      "Sid": "KeepTheBound",
      "Effect": "Deny",
      "Action": [
        "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"
      ],
      "Resource": [
        "arn:aws:iam::111122223333:policy/Bound",
        "arn:aws:iam::111122223333:policy/DelegatedAdmin"
      ]
    },
    {
      "Sid": "NoWayOut",
      "Effect": "Deny",
      "Action": "iam:DeleteUserPermissionsBoundary",
      "Resource": "*"
    }
  ]
}`},
		boundary: []string{`{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:*", "cloudwatch:*", "ec2:*"], "Resource": "*"},
    {
      "Effect": "Deny",
      "Action": "s3:*",
      "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]
    }
  ]
}`},
	},
	questions: []question{
		{action: "iam:CreateUser", on: "arn:aws:iam::111122223333:user/new", want: noIdentity},
		{
			action: "iam:CreateUser", on: "arn:aws:iam::111122223333:user/new", want: allowed,
			context: m{"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/Bound"},
		},
		{
			action: "iam:CreateUser", on: "arn:aws:iam::111122223333:user/new", want: noIdentity,
			context: m{"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
		},
		{
			action: "iam:AttachUserPolicy", on: "arn:aws:iam::111122223333:user/new", want: allowed,
			context: m{
				"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/Bound",
				"iam:PolicyARN":           "arn:aws:iam::aws:policy/AdministratorAccess",
			},
		},
		{action: "iam:AttachUserPolicy", on: "arn:aws:iam::111122223333:user/unbounded", want: noIdentity},
		{action: "iam:DeleteUserPermissionsBoundary", on: "arn:aws:iam::111122223333:user/new", want: identityDeny},
		{action: "iam:CreatePolicyVersion", on: "arn:aws:iam::111122223333:policy/Bound", want: identityDeny},
		{action: "iam:SetDefaultPolicyVersion", on: "arn:aws:iam::111122223333:policy/DelegatedAdmin",
			want: identityDeny},
		{action: "iam:CreateRole", on: "arn:aws:iam::111122223333:role/r", want: noIdentity},
		{action: "iam:ListUsers", on: "arn:aws:iam::111122223333:user/", want: allowed},
		{action: "s3:GetObject", on: "arn:aws:s3:::logs/k", want: boundaryDeny},
		{action: "dynamodb:GetItem", on: "arn:aws:dynamodb:eu-west-1:111122223333:table/t", want: noIdentity},
	},
}

// createdUser is the user that the delegated administrator made: an
// administrator by his policies, within the bound.
var createdUser = walkthrough{
	name: "the user that was made",
	decisionCase: decisionCase{
		identity: full,
		boundary: []string{`{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["s3:*", "cloudwatch:*", "ec2:Describe*"],
    "Resource": "*"
  }
}`},
	},
	questions: []question{
		{action: "s3:GetObject", on: "arn:aws:s3:::b/k", want: allowed},
		{action: "ec2:DescribeInstances", on: "*", want: allowed},
		{action: "ec2:RunInstances", on: "arn:aws:ec2:eu-west-1:111122223333:instance/*", want: noBoundary},
		{action: "iam:DeleteUserPermissionsBoundary", on: anaARN, want: noBoundary},
		{action: "iam:CreateUser", on: "arn:aws:iam::111122223333:user/new", want: noBoundary},
	},
}

// ownFolder: everyone has a folder of a shared bucket, by name.
var ownFolder = walkthrough{
	name: "own folder",
	decisionCase: decisionCase{identity: []string{`{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*"},
    {
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::files",
      "Condition": {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}
    },
    {
      "Effect": "Allow",
      "Action": "s3:*",
      "Resource": ["arn:aws:s3:::files/home/${aws:username}", "arn:aws:s3:::files/home/${aws:username}/*"]
    }
  ]
}`}},
	questions: []question{
		{action: "s3:ListAllMyBuckets", on: "arn:aws:s3:::*", want: allowed},
		{action: "s3:ListBucket", on: "arn:aws:s3:::files", context: m{"s3:prefix": ""}, want: allowed},
		{action: "s3:ListBucket", on: "arn:aws:s3:::files", context: m{"s3:prefix": "home/", "aws:username": "ana"},
			want: allowed},
		{
			action: "s3:ListBucket", on: "arn:aws:s3:::files", want: allowed,
			context: m{"s3:prefix": "home/ana/pictures/", "aws:username": "ana"},
		},
		{
			action: "s3:ListBucket", on: "arn:aws:s3:::files", want: noIdentity,
			context: m{"s3:prefix": "home/eve/", "aws:username": "ana"},
		},
		{action: "s3:ListBucket", on: "arn:aws:s3:::files", want: noIdentity},
		{action: "s3:PutObject", on: "arn:aws:s3:::files/home/ana/a/b", context: m{"aws:username": "ana"},
			want: allowed},
		{action: "s3:PutObject", on: "arn:aws:s3:::files/home/anabel/a", context: m{"aws:username": "ana"},
			want: noIdentity},
		{action: "s3:PutObject", on: "arn:aws:s3:::files/home/ana/a", by: worker, want: noIdentity},
		{action: "s3:PutObject", on: "arn:aws:s3:::files/home/x/a", context: m{"aws:username": "*"}, want: noIdentity},
	},
}

// ownCredentials: look after yourself, and nothing else before you used MFA.
var ownCredentials = walkthrough{
	name: "own credentials, and MFA for the rest",
	decisionCase: decisionCase{identity: []string{full[0], `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OwnMFA",
      "Effect": "Allow",
      "Action": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices"],
      "Resource": [
        "arn:aws:iam::*:mfa/${aws:username}",
        "arn:aws:iam::*:user/${aws:username}"
      ]
    },
    {
      "Sid": "NothingElseWithoutMFA",
      "Effect": "Deny",
      "NotAction": [
        "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ListVirtualMFADevices",
        "iam:ResyncMFADevice", "sts:GetSessionToken"
      ],
      "Resource": "*",
      "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    }
  ]
}`}},
	questions: []question{
		{action: "iam:EnableMFADevice", on: anaARN, context: m{"aws:username": "ana"}, want: allowed},
		{action: "iam:CreateAccessKey", on: anaARN, context: m{"aws:username": "ana"}, want: identityDeny},
		{
			action: "iam:CreateAccessKey", on: anaARN, want: identityDeny,
			context: m{"aws:username": "ana", "aws:MultiFactorAuthPresent": "false"},
		},
		{
			action: "iam:CreateAccessKey", on: anaARN, want: allowed,
			context: m{"aws:username": "ana", "aws:MultiFactorAuthPresent": "true"},
		},
		{action: "sts:GetSessionToken", on: "*", want: allowed},
		{action: "sts:GetCallerIdentity", on: "*", want: allowed},
	},
}

// regions: an SCP that keeps an account to two regions, but for services that
// have none, and but for one role.
var regions = walkthrough{
	name: "two regions",
	decisionCase: decisionCase{
		identity: full,
		scp: [][]string{full, {full[0], `{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "DenyElsewhere",
    "Effect": "Deny",
    "NotAction": ["iam:*", "organizations:*", "route53:*", "sts:*", "support:*"],
    "Resource": "*",
    "Condition": {
      "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]},
      "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/platform/*"}
    }
  }
}`}},
	},
	questions: []question{
		{action: "ec2:DescribeInstances", on: "*", context: m{"aws:RequestedRegion": "eu-west-1"}, want: allowed},
		{
			action: "ec2:DescribeInstances", on: "*", want: scpDeny,
			context: m{"aws:RequestedRegion": "us-east-1", "aws:PrincipalArn": anaARN},
		},
		{
			action: "ec2:DescribeInstances", on: "*", want: allowed,
			context: m{
				"aws:RequestedRegion": "us-east-1",
				"aws:PrincipalArn":    "arn:aws:iam::111122223333:role/platform/ops",
			},
		},
		{
			action: "iam:ListUsers", on: "arn:aws:iam::111122223333:user/", want: allowed,
			context: m{"aws:RequestedRegion": "us-east-1", "aws:PrincipalArn": anaARN},
		},
		{action: "ec2:DescribeInstances", on: "*", by: root, want: scpDeny},
	},
}

// attributes: who has the tag of a thing may use the thing, and new things get
// the tags of who makes them (tutorial_attribute-based-access-control).
var attributes = walkthrough{
	name: "attributes",
	decisionCase: decisionCase{
		by: worker,
		identity: []string{`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "secretsmanager:*",
      "Resource": "*",
      "Condition": {
        "StringEquals": {
          "aws:ResourceTag/access-project": "${aws:PrincipalTag/access-project}",
          "aws:ResourceTag/access-team": "${aws:PrincipalTag/access-team}"
        },
        "ForAllValues:StringEquals": {"aws:TagKeys": ["access-project", "access-team", "name"]},
        "StringEqualsIfExists": {"aws:RequestTag/access-project": "${aws:PrincipalTag/access-project}"}
      }
    }
  ]
}`},
	},
	questions: []question{
		{
			action: "secretsmanager:GetSecretValue", on: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-1",
			want: allowed,
			context: m{
				"aws:ResourceTag/access-project": "peg", "aws:PrincipalTag/access-project": "peg",
				"aws:ResourceTag/access-team": "eng", "aws:PrincipalTag/access-team": "eng",
			},
		},
		{
			action: "secretsmanager:GetSecretValue", on: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-1",
			want: noIdentity,
			context: m{
				"aws:ResourceTag/access-project": "uni", "aws:PrincipalTag/access-project": "peg",
				"aws:ResourceTag/access-team": "eng", "aws:PrincipalTag/access-team": "eng",
			},
		},
		{
			action: "secretsmanager:GetSecretValue", on: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-1",
			want:    noIdentity,
			context: m{"aws:ResourceTag/access-project": "peg", "aws:ResourceTag/access-team": "eng"},
		},
		{
			action: "secretsmanager:TagResource", on: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-1",
			want: noIdentity,
			context: m{
				"aws:ResourceTag/access-project": "peg", "aws:PrincipalTag/access-project": "peg",
				"aws:ResourceTag/access-team": "eng", "aws:PrincipalTag/access-team": "eng",
				"aws:TagKeys": []string{"access-project", "owner"},
			},
		},
		{
			action: "secretsmanager:TagResource", on: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-1",
			want: noIdentity,
			context: m{
				"aws:ResourceTag/access-project": "peg", "aws:PrincipalTag/access-project": "peg",
				"aws:ResourceTag/access-team": "eng", "aws:PrincipalTag/access-team": "eng",
				"aws:TagKeys": []string{"access-project"}, "aws:RequestTag/access-project": "uni",
			},
		},
	},
}

// office: only from the office's addresses, but services that act for the
// caller come from elsewhere; and not after the contract ends.
var office = walkthrough{
	name: "office and contract",
	decisionCase: decisionCase{
		by: worker, session: one(allows("s3:*", "*")),
		identity: []string{full[0], `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": {
        "NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
        "Bool": {"aws:ViaAWSService": "false"}
      }
    },
    {
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    }
  ]
}`},
	},
	questions: []question{
		{
			action: "s3:GetObject", on: "arn:aws:s3:::b/k", want: allowed,
			context: m{"aws:SourceIp": "203.0.113.9", "aws:ViaAWSService": "false",
				"aws:CurrentTime": "2026-12-31T23:59:59Z"},
		},
		{
			action: "s3:GetObject", on: "arn:aws:s3:::b/k", want: allowed,
			context: m{"aws:SourceIp": "2001:db8:1::1", "aws:ViaAWSService": "false",
				"aws:CurrentTime": "2027-01-01T00:00:00Z"},
		},
		{
			action: "s3:GetObject", on: "arn:aws:s3:::b/k", want: identityDeny,
			context: m{"aws:SourceIp": "198.51.100.1", "aws:ViaAWSService": "false"},
		},
		{
			action: "s3:GetObject", on: "arn:aws:s3:::b/k", want: allowed,
			context: m{"aws:SourceIp": "198.51.100.1", "aws:ViaAWSService": "true"},
		},
		{
			action: "s3:GetObject", on: "arn:aws:s3:::b/k", want: identityDeny,
			context: m{"aws:SourceIp": "203.0.113.9", "aws:ViaAWSService": "false",
				"aws:CurrentTime": "2027-01-01T00:00:01Z"},
		},
		{action: "sqs:SendMessage", on: "arn:aws:sqs:eu-west-1:111122223333:q", want: noSession},
	},
}

// thirdParty: a partner's account assumes a role of ours with the id that was
// agreed on (id_roles_common-scenarios_third-party).
var thirdParty = walkthrough{
	name: "third party",
	decisionCase: decisionCase{
		by: bob, identity: one(allows("sts:AssumeRole", "arn:aws:iam::111122223333:role/*")),
		trust: `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"sts:ExternalId": "12345"}}
    },
    {
      "Effect": "Allow",
      "Principal": {"Service": "ec2.amazonaws.com"},
      "Action": "sts:AssumeRole"
    }
  ]
}`,
	},
	questions: []question{
		{action: "sts:AssumeRole", on: roleARN, context: m{"sts:ExternalId": "12345"}, want: allowed},
		{action: "sts:AssumeRole", on: roleARN, context: m{"sts:ExternalId": "1234"}, want: noTrust},
		{action: "sts:AssumeRole", on: roleARN, want: noTrust},
		{action: "sts:TagSession", on: roleARN, context: m{"sts:ExternalId": "12345"}, want: noTrust},
		{action: "sts:AssumeRole", on: roleARN, by: ec2, want: allowed},
		{action: "sts:AssumeRole", on: roleARN, by: ana, context: m{"sts:ExternalId": "12345"}, want: noTrust},
		{
			action: "sts:AssumeRole", on: roleARN, by: userOf("777788889999", "mallory"), want: noTrust,
			context: m{"sts:ExternalId": "12345"},
		},
	},
}

// sharedBucket: TLS only, one partner may write, the world may read a folder.
var sharedBucket = walkthrough{
	name: "shared bucket",
	decisionCase: decisionCase{
		owner: accountC, identity: one(allows("s3:PutObject", "arn:aws:s3:::b/in/*")),
		resourcePolicy: `{
  "Version": "2012-10-17",
  "Id": "Shared bucket",
  "Statement": [
    {
      "Sid": "TLS only",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "s3:*",
      "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    },
    {
      "Sid": "Partner",
      "Effect": "Allow",
      "Principal": {"AWS": "444455556666"},
      "Action": "s3:PutObject",
      "Resource": "arn:aws:s3:::b/in/*",
      "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    },
    {
      "Sid": "World",
      "Effect": "Allow",
      "Principal": {"AWS": "*"},
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::b/public/*"
    }
  ]
}`,
	},
	questions: []question{
		{action: "s3:GetObject", on: "arn:aws:s3:::b/public/a", by: nobody, want: allowed},
		{action: "s3:GetObject", on: "arn:aws:s3:::b/public/a", want: allowed},
		{
			action: "s3:GetObject", on: "arn:aws:s3:::b/public/a", by: nobody, want: resourceDeny,
			context: m{"aws:SecureTransport": "false"},
		},
		{action: "s3:GetObject", on: "arn:aws:s3:::b/in/a", by: nobody, want: "implicitDeny by resource-based policy"},
		{
			action: "s3:PutObject", on: "arn:aws:s3:::b/in/a", by: bob, want: allowed,
			context: m{"s3:x-amz-acl": "bucket-owner-full-control"},
		},
		{action: "s3:PutObject", on: "arn:aws:s3:::b/in/a", by: bob, want: "implicitDeny by resource-based policy"},
		{
			action: "s3:PutObject", on: "arn:aws:s3:::b/other", by: bob, want: "implicitDeny by resource-based policy",
			context: m{"s3:x-amz-acl": "bucket-owner-full-control"},
		},
		{action: "s3:GetObject", on: "arn:aws:s3:::b/public/a", by: bob, want: noIdentity},
	},
}
