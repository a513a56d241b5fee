package validate

// elementSayings are about the form, actions, resources and principals.
var elementSayings = []saying{
	{
		code:    "JSON_SYNTAX_ERROR",
		details: `This is no JSON that a policy can be: "," or "}" is expected here. Correct the text here; more may show after that.`,
		at: []string{
			" ",
		},
	},
	{
		code:    "DATA_TYPE_MISMATCH",
		details: "Here the grammar has a string, and this is a number. Write a string.",
		at: []string{
			"/Statement[0]/Action 7",
		},
	},
	{
		code:    "INVALID_POLICY_ELEMENT",
		details: `A statement has no element "Actions". Did you mean Action? Element names are compared with their case.`,
		at: []string{
			`/Statement[0]/Actions! "Actions"`,
		},
	},
	{
		code:    "MISSING_VERSION",
		details: `Without a Version this is the language of 2008-10-17, in which ${…} is no variable. Add "Version": "2012-10-17".`,
		at: []string{
			" {\"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}\n]}",
		},
	},
	{
		code:    "INVALID_VERSION",
		details: `There is no version "2012-10-18" of the language. Write "2012-10-17", or "2008-10-17" for its older form.`,
		at: []string{
			`/Version "2012-10-18"`,
		},
	},
	{
		code:    "GATEHOUSE_UNUSED_ID",
		details: "Id belongs to resource-based policies; in this type it is kept and means nothing. Remove it.",
		at: []string{
			`/Id "photos"`,
		},
	},
	{
		code:    "MISSING_STATEMENT",
		details: "The list of statements is empty. Add a statement.",
		at: []string{
			"/Statement []",
		},
	},
	{
		code:    "MISSING_EFFECT",
		details: `The statement does not say whether it allows or denies. Add an Effect. Write "Allow" or "Deny", in this case.`,
		at: []string{
			`/Statement[0] {"Action": "s3:GetObject", "Resource": "*"}`,
		},
	},
	{
		code:    "INVALID_EFFECT",
		details: `There is no effect "allow". Write "Allow" or "Deny", in this case.`,
		at: []string{
			`/Statement[0]/Effect "allow"`,
		},
	},
	{
		code:    "MISSING_ACTION",
		details: "The statement names no action. Add an Action or NotAction element.",
		at: []string{
			`/Statement[0] {"Effect": "Allow", "Resource": "*"}`,
		},
	},
	{
		code:    "MISSING_RESOURCE",
		details: `The statement names no resource. Add a Resource or NotResource element; "*" is every resource.`,
		at: []string{
			`/Statement[0] {"Effect": "Allow", "Action": "s3:GetObject"}`,
		},
	},
	{
		code:    "UNSUPPORTED_ELEMENT_COMBINATION",
		details: "Action and NotAction exclude each other. Keep one, and make the other a statement of its own.",
		at: []string{
			`/Statement[0]/Action! "Action"`,
			`/Statement[0]/NotAction! "NotAction"`,
		},
	},
	{
		code:    "UNSUPPORTED_SID",
		details: "A Sid of this type of policy is made of the letters A to Z, a to z and digits. Remove what else is in it.",
		at: []string{
			`/Statement[0]/Sid "read photos"`,
		},
	},
	{
		code:    "UNIQUE_SIDS_REQUIRED",
		details: `Another statement has the Sid "A". Give each its own.`,
		at: []string{
			`/Statement[1]/Sid "A"`,
			`/Statement[0]/Sid "A"`,
		},
	},
	{
		code:    "EMPTY_SID_VALUE",
		details: "An empty Sid is as good as none. Name the statement, or remove the element.",
		at: []string{
			`/Statement[0]/Sid ""`,
		},
	},
	{
		code:    "REDUNDANT_STATEMENT",
		details: "Another statement says the same. Remove one of them.",
		at: []string{
			`/Statement[1] {"Effect": "Allow", "Action": ["s3:putobject", "s3:GetObject"], "Resource": ["*"]}`,
			`/Statement[0] {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}`,
		},
	},
	{
		code:    "GATEHOUSE_REFUSED_WHEN_SAVED",
		details: "Saving refuses this document, in the words “Syntax errors in policy.”: a character that IAM's policies may not hold.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:PrincipalTag/team "日本"`,
		},
	},
	{
		code:    "GATEHOUSE_CHECKS_LEFT_OUT",
		details: "The document is so large that not every entry was compared with the others and with the tables of AWS's services. Validate it in parts.",
		at: []string{
			" …",
		},
	},
	{
		code:    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
		details: "The policy counts 6320 characters without white space, and a managed policy holds at most 6144. Use several smaller policies, or fewer and wider entries.",
		at: []string{
			" …",
		},
	},
	{
		code:    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
		details: "The policy counts 2227 characters without white space, and a role's trust policy holds, unless the quota was raised, at most 2048. Use several smaller policies, or fewer and wider entries.",
		at: []string{
			" …",
		},
	},
	{
		code:    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
		details: "The policy counts 20672 bytes, and the largest of the resource policies, a bucket's, holds at most 20480. Use several smaller policies, or fewer and wider entries.",
		at: []string{
			" …",
		},
	},
	{
		code:    "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
		details: "The policy counts 5334 characters, and a service control policy holds at most 5120. Use several smaller policies, or fewer and wider entries.",
		at: []string{
			" …",
		},
	},
	{
		code:    "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
		details: "The policy counts 5351 characters, and a resource control policy holds at most 5120. Use several smaller policies, or fewer and wider entries.",
		at: []string{
			" …",
		},
	},
	{
		code:    "SCP_SYNTAX_ERROR_PRINCIPAL",
		details: "A service control policy is about the principals of the accounts it is attached to. Remove the element, and compare aws:PrincipalArn in the Condition.",
		at: []string{
			`/Statement[0]/Principal! "Principal"`,
		},
	},
	{
		code:    "RCP_SYNTAX_ERROR_ALLOW",
		details: "A resource control policy only denies. Change the Effect to Deny; what it does not deny is left to the other policies.",
		at: []string{
			`/Statement[0]/Effect "Allow"`,
		},
	},
	{
		code:    "RCP_SYNTAX_ERROR_NOTACTION",
		details: "A resource control policy has no NotAction. List the actions in Action.",
		at: []string{
			`/Statement[0]/NotAction! "NotAction"`,
		},
	},
	{
		code:    "RCP_SYNTAX_ERROR_ACTION",
		details: `An action of a resource control policy names its service. Write "s3:*" and so on for each service that is meant.`,
		at: []string{
			`/Statement[0]/Action "*"`,
		},
	},
	{
		code:    "RCP_SYNTAX_ERROR_PRINCIPAL",
		details: `The principal of a resource control policy is "*". Narrow it in the Condition.`,
		at: []string{
			`/Statement[0]/Principal {"AWS": "111122223333"}`,
		},
	},
	{
		code:    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
		details: `A service that calls for itself has no aws:PrincipalOrgID, so this denies it. Add "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}.`,
		at: []string{
			`/Statement[0]/Condition/StringNotEquals/aws:PrincipalOrgID! "aws:PrincipalOrgID"`,
		},
	},
	{
		code:    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
		details: `Only services' requests have aws:SourceOrgID, so this denies all others. Add "Bool": {"aws:PrincipalIsAWSService": "true"}.`,
		at: []string{
			`/Statement[0]/Condition/StringNotEquals/aws:SourceOrgID! "aws:SourceOrgID"`,
		},
	},
	{
		code:    "RCP_MISSING_SERVICE_PRINCIPAL_CONDITION_KEY_NULL_CHECK",
		details: `A service does not always say for whom it acts. Add "Null": {"aws:SourceOrgID": "false"}.`,
		at: []string{
			`/Statement[0]/Condition/StringNotEquals/aws:SourceOrgID! "aws:SourceOrgID"`,
		},
	},
	{
		code:    "INVALID_ACTION",
		details: `s3 has no action "GetObjekt". Did you mean s3:GetObject?`,
		at: []string{
			`/Statement[0]/Action "s3:GetObjekt"`,
		},
	},
	{
		code:    "INVALID_SERVICE_IN_ACTION",
		details: `There is no service "s4".`,
		at: []string{
			"/Statement[0]/Action~0+2 s4",
		},
	},
	{
		code:    "EMPTY_ARRAY_ACTION",
		details: "The list of actions is empty, so the statement does nothing, and saving refuses it. Fill it, or remove the statement.",
		at: []string{
			"/Statement[0]/Action []",
		},
	},
	{
		code:    "REDUNDANT_ACTION",
		details: "Other entries of the list take in s3:GetObject. Remove what is not needed.",
		at: []string{
			`/Statement[0]/Action[1] "s3:GetObject"`,
		},
	},
	{
		code:    "UNSUPPORTED_ACTION_IN_POLICY",
		details: "A policy on AWS::S3::Bucket is about the actions of s3. Remove sqs:SendMessage.",
		at: []string{
			`/Statement[0]/Action "sqs:SendMessage"`,
		},
	},
	{
		code:    "INVALID_ARN_PREFIX",
		details: `"b/photos/*" is neither "*" nor an ARN. Begin it with "arn:" and name the partition, the service, the region, the account and the resource.`,
		at: []string{
			`/Statement[0]/Resource "b/photos/*"`,
		},
	},
	{
		code:    "MISSING_ARN_FIELD",
		details: `The ARN has 4 of its six parts. Write all of arn:partition:service:region:account:resource; a part may be empty or "*".`,
		at: []string{
			`/Statement[0]/Resource "arn:aws:s3:*"`,
		},
	},
	{
		code:    "INVALID_PARTITION",
		details: `AWS has no partition "amazon". Use one of aws, aws-cn, aws-us-gov, aws-eusc, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f, or "*".`,
		at: []string{
			"/Statement[0]/Resource~4+6 amazon",
		},
	},
	{
		code:    "INVALID_SERVICE",
		details: `There is no service "s4".`,
		at: []string{
			"/Statement[0]/Resource~8+2 s4",
		},
	},
	{
		code:    "INVALID_ARN_SERVICE_CASE",
		details: `ARNs are compared with their case. Write the service as "s3".`,
		at: []string{
			"/Statement[0]/Resource~8+2 S3",
		},
	},
	{
		code:    "WILDCARD_IN_SERVICE_NAME",
		details: "A wildcard in the service takes in services that do not exist yet, and saving refuses it. Write each service out.",
		at: []string{
			"/Statement[0]/Resource~8+2 s*",
		},
	},
	{
		code:    "INVALID_ARN_REGION",
		details: `There is no region "eu-west-11". Did you mean eu-west-1?`,
		at: []string{
			"/Statement[0]/Resource~12+10 eu-west-11",
		},
	},
	{
		code:    "MISSING_ARN_REGION",
		details: `The resources of sqs are in a region, and the ARN names none. Name it in the fourth part, or write "*".`,
		at: []string{
			`/Statement[0]/Resource "arn:aws:sqs::111122223333:jobs"`,
		},
	},
	{
		code:    "ARN_REGION_NOT_ALLOWED",
		details: "The resources of iam are in no region. Leave the fourth part of the ARN empty.",
		at: []string{
			"/Statement[0]/Resource~12+9 us-east-1",
		},
	},
	{
		code:    "INVALID_ARN_ACCOUNT",
		details: `"1111-2222-3333" is no account id: that is 12 digits.`,
		at: []string{
			"/Statement[0]/Resource~13+14 1111-2222-3333",
		},
	},
	{
		code:    "MISSING_ARN_ACCOUNT",
		details: `The resources of iam belong to an account, and the ARN names none. Name it in the fifth part, or write "*".`,
		at: []string{
			`/Statement[0]/Resource "arn:aws:iam:::user/ana"`,
		},
	},
	{
		code:    "ARN_ACCOUNT_NOT_ALLOWED",
		details: "ARNs of this kind name no account: arn:${Partition}:s3:::${BucketName}.",
		at: []string{
			"/Statement[0]/Resource~12+12 111122223333",
		},
	},
	{
		code:    "INVALID_ARN_RESOURCE",
		details: "No resource of dynamodb has such an ARN. The service has arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/backup/${BackupName}, arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/export/${ExportName}, arn:${Partition}:dynamodb::${Account}:global-table/${GlobalTableName}, arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/import/${ImportName} and 3 more.",
		at: []string{
			`/Statement[0]/Resource "arn:aws:dynamodb:eu-west-1:111122223333:tables/jobs"`,
		},
	},
	{
		code:    "EMPTY_ARRAY_RESOURCE",
		details: "The list of resources is empty, so the statement does nothing, and saving refuses it. Fill it, or remove the statement.",
		at: []string{
			"/Statement[0]/Resource []",
		},
	},
	{
		code:    "REDUNDANT_RESOURCE",
		details: "Other entries of the list take in arn:aws:s3:::b/photos/*. Remove what is not needed, or the wider entry if it is wider than meant.",
		at: []string{
			`/Statement[0]/Resource[1] "arn:aws:s3:::b/photos/*"`,
		},
	},
	{
		code:    "GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION",
		details: "None of the statement's resources can be one of s3:GetObject. It is on arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName}/object/${ObjectName}, arn:${Partition}:s3:::${BucketName}/${ObjectName}.",
		at: []string{
			`/Statement[0]/Action[0] "s3:GetObject"`,
			`/Statement[0]/Resource "arn:aws:dynamodb:*:*:table/jobs"`,
		},
	},
	{
		code:    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
		details: "A policy on AWS::S3::Bucket is about ARNs like arn:${Partition}:s3:::${BucketName}.",
		at: []string{
			`/Statement[0]/Resource "arn:aws:sqs:*:*:jobs"`,
		},
	},
	{
		code:    "GATEHOUSE_ALLOW_WITH_NOT_RESOURCE",
		details: "Allow with NotResource lets in every resource that is not listed, those of other services and accounts and actions without a resource too (X-29). List what is meant in Resource, or deny what is not.",
		at: []string{
			`/Statement[0]/NotResource! "NotResource"`,
		},
	},
	{
		code:    "UNSUPPORTED_PRINCIPAL",
		details: "A policy of this type has no Principal. Remove the element.",
		at: []string{
			`/Statement[0]/Principal! "Principal"`,
		},
	},
	{
		code:    "MISSING_PRINCIPAL",
		details: "The statement does not say whom it is about. Add a Principal element.",
		at: []string{
			`/Statement[0] {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}`,
		},
	},
	{
		code:    "INVALID_PRINCIPAL_FORMAT",
		details: `Only "*" may stand alone. Write for example {"AWS": "arn:aws:iam::111122223333:user/ana"}.`,
		at: []string{
			`/Statement[0]/Principal "arn:aws:iam::111122223333:user/ana"`,
		},
	},
	{
		code:    "INVALID_PRINCIPAL_KEY",
		details: `There is no kind of principal "aws". Did you mean AWS? It is AWS, Service, Federated or CanonicalUser, in this case.`,
		at: []string{
			`/Statement[0]/Principal/aws! "aws"`,
		},
	},
	{
		code:    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
		details: "A wildcard is not replaced in a principal of the kind AWS. Name the principal, or name the account and compare aws:PrincipalArn in the Condition.",
		at: []string{
			`/Statement[0]/Principal/AWS "arn:aws:iam::111122223333:role/*"`,
		},
	},
	{
		code:    "EMPTY_OBJECT_PRINCIPAL",
		details: "The element names nobody, so the statement does nothing, and saving refuses it. Name somebody, or remove the statement.",
		at: []string{
			"/Statement[0]/Principal {}",
		},
	},
	{
		code:    "EMPTY_ARRAY_PRINCIPAL",
		details: "The list of principals is empty, so the statement does nothing, and saving refuses it. Fill it, or remove the statement.",
		at: []string{
			"/Statement[0]/Principal/AWS []",
		},
	},
	{
		code:    "INVALID_USER_REFERENCE",
		details: "AIDAEXAMPLEEXAMPLE123 is the id of a user. Write the user's ARN; saving turns it into the id.",
		at: []string{
			`/Statement[0]/Principal/AWS "AIDAEXAMPLEEXAMPLE123"`,
		},
	},
	{
		code:    "INVALID_ROLE_REFERENCE",
		details: "AROAEXAMPLEEXAMPLE123 is the id of a role. Write the role's ARN; saving turns it into the id.",
		at: []string{
			`/Statement[0]/Principal/AWS "AROAEXAMPLEEXAMPLE123"`,
		},
	},
	{
		code:    "INVALID_SERVICE_PRINCIPAL_FORMAT",
		details: `"ec2" is no service principal: those look like ec2.amazonaws.com.`,
		at: []string{
			`/Statement[0]/Principal/Service "ec2"`,
		},
	},
	{
		code:    "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
		details: "Only a trust policy names a provider. Name the roles that its users assume.",
		at: []string{
			`/Statement[0]/Principal/Federated "accounts.google.com"`,
		},
	},
	{
		code:    "ALLOW_WITH_NOT_PRINCIPAL",
		details: "Allow with NotPrincipal lets in everyone who is not listed, anonymous callers too. List in Principal who is meant.",
		at: []string{
			`/Statement[0]/NotPrincipal! "NotPrincipal"`,
		},
	},
	{
		code:    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
		details: "The service acts for everyone who uses it, of other accounts too. Compare aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths.",
		at: []string{
			`/Statement[0]/Principal/Service "cloudtrail.amazonaws.com"`,
		},
	},
	{
		code:    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
		details: "A service that calls for itself has no aws:PrincipalOrgID. Compare aws:SourceArn or aws:SourceAccount.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:PrincipalOrgID! "aws:PrincipalOrgID"`,
			`/Statement[0]/Principal/Service "cloudtrail.amazonaws.com"`,
		},
	},
	{
		code:    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
		details: "A trust policy is about the role that it belongs to. Remove the Resource element.",
		at: []string{
			`/Statement[0]/Resource! "Resource"`,
		},
	},
	{
		code:    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
		details: "A trust policy has no NotPrincipal. List in Principal who may assume the role.",
		at: []string{
			`/Statement[0]/NotPrincipal! "NotPrincipal"`,
		},
	},
	{
		code:    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
		details: `A trust policy takes no bare "*". Name who may assume the role; everyone would be {"AWS": "*"}.`,
		at: []string{
			`/Statement[0]/Principal "*"`,
		},
	},
	{
		code:    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
		details: `"arn:aws:iam::111122223333:user/ana" is no provider: that is the ARN of an oidc-provider or saml-provider, or an issuer's host name that AWS knows.`,
		at: []string{
			`/Statement[0]/Principal/Federated "arn:aws:iam::111122223333:user/ana"`,
		},
	},
	{
		code:    "MISMATCHED_ACTION_FOR_PRINCIPAL",
		details: "None of the principals can call sts:AssumeRoleWithSAML: a SAML provider goes with sts:AssumeRoleWithSAML, an OIDC provider with sts:AssumeRoleWithWebIdentity, all others with sts:AssumeRole.",
		at: []string{
			`/Statement[0]/Action "sts:AssumeRoleWithSAML"`,
			`/Statement[0]/Principal/Service "ec2.amazonaws.com"`,
		},
	},
	{
		code:    "MISSING_ACTION_FOR_CONDITION_KEY",
		details: "A request has sts:SourceIdentity only when it asks for sts:SetSourceIdentity too, which no action here allows. Add it.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/sts:SourceIdentity! "sts:SourceIdentity"`,
			`/Statement[0]/Action "sts:AssumeRole"`,
		},
	},
	{
		code:    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
		details: "IAM Roles Anywhere needs sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity, and sts:TagSession is missing. Add it.",
		at: []string{
			`/Statement[0]/Principal/Service "rolesanywhere.amazonaws.com"`,
		},
	},
	{
		code:    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
		details: "The role of this session is a principal already. Remove the session, or the role if only the session is meant.",
		at: []string{
			`/Statement[0]/Principal/AWS[1] "arn:aws:sts::111122223333:assumed-role/app/one"`,
			`/Statement[0]/Principal/AWS[0] "arn:aws:iam::111122223333:role/app"`,
		},
	},
	{
		code:    "GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER",
		details: "All customers of token.actions.githubusercontent.com have tokens of the same issuer, and only token.actions.githubusercontent.com:sub tells them apart. Compare it with a value that is not a wildcard alone; saving refuses the policy without.",
		at: []string{
			`/Statement[0]/Principal/Federated "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"`,
		},
	},
	{
		code:    "MISSING_GITHUB_REPO_CONDITION_KEY",
		details: "Without token.actions.githubusercontent.com:sub every repository on GitHub is let in. Compare it with the repository and branch.",
		at: []string{
			`/Statement[0]/Principal/Federated "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"`,
		},
	},
	{
		code:    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
		details: "The value takes in more than one branch of one repository. Write repo:OWNER/NAME:ref:refs/heads/BRANCH if one is meant.",
		at: []string{
			`/Statement[0]/Condition/StringLike/token.actions.githubusercontent.com:sub "repo:o/r:*"`,
		},
	},
	{
		code:    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
		details: "Every token of the provider is let in. Compare its claims, at least id.example.com:aud and id.example.com:sub.",
		at: []string{
			`/Statement[0]/Principal/Federated "arn:aws:iam::111122223333:oidc-provider/id.example.com"`,
		},
	},
	{
		code:    "CONFIRM_AUDIENCE_CLAIM_TYPE",
		details: "A token's audience is one value or a list, as its issuer pleases. With a list use ForAnyValue or ForAllValues, without one neither.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/accounts.google.com:aud! "accounts.google.com:aud"`,
		},
	},
}
