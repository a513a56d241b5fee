package validate

// conditionSayings are about conditions, variables, and what a whole statement
// does.
var conditionSayings = []saying{
	{
		code:    "INVALID_CONDITION_OPERATOR",
		details: `There is no condition operator "StringEqual". Did you mean StringEquals?`,
		at: []string{
			`/Statement[0]/Condition/StringEqual! "StringEqual"`,
		},
	},
	{
		code:    "GATEHOUSE_CONDITION_OPERATOR_CASE",
		details: `Not every service takes an operator in other case than AWS's. Write "StringEquals".`,
		at: []string{
			`/Statement[0]/Condition/stringequals! "stringequals"`,
		},
	},
	{
		code:    "NULL_WITH_IF_EXISTS",
		details: `Null asks whether there is a key, so it has no IfExists. Write "Null".`,
		at: []string{
			`/Statement[0]/Condition/NullIfExists! "NullIfExists"`,
		},
	},
	{
		code:    "NULL_WITH_QUALIFIER",
		details: `Null asks whether there is a key, whatever number of values it has, and saving refuses it with ForAnyValue. Write "Null".`,
		at: []string{
			`/Statement[0]/Condition/ForAnyValue:Null! "ForAnyValue:Null"`,
		},
	},
	{
		code:    "EMPTY_OBJECT_CONDITION",
		details: "The Condition is empty, so it always holds. Fill it, or remove it.",
		at: []string{
			"/Statement[0]/Condition {}",
		},
	},
	{
		code:    "TYPE_MISMATCH",
		details: "aws:MultiFactorAuthPresent is of the type Bool, and StringEquals compares String. Use an operator of the key's type.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:MultiFactorAuthPresent! "aws:MultiFactorAuthPresent"`,
		},
	},
	{
		code:    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
		details: "A wildcard of StringLike runs over the parts of an ARN, so more of them match than it seems. Compare aws:PrincipalArn with ArnLike.",
		at: []string{
			`/Statement[0]/Condition/StringLike/aws:PrincipalArn! "aws:PrincipalArn"`,
		},
	},
	{
		code:    "MISSING_QUALIFIER",
		details: "aws:CalledVia has a list of values, with which StringEquals never holds. Write ForAnyValue:StringEquals, or ForAllValues:StringEquals.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:CalledVia! "aws:CalledVia"`,
		},
	},
	{
		code:    "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
		details: "aws:username has one value, and ForAllValues holds too when the request has none. Remove the prefix ForAllValues.",
		at: []string{
			`/Statement[0]/Condition/ForAllValues:StringEquals/aws:username! "aws:username"`,
		},
	},
	{
		code:    "GATEHOUSE_FORANYVALUE_WITH_SINGLE_VALUED_KEY",
		details: "aws:username has one value. Remove the prefix ForAnyValue.",
		at: []string{
			`/Statement[0]/Condition/ForAnyValue:StringEquals/aws:username! "aws:username"`,
		},
	},
	{
		code:    "GATEHOUSE_FORALLVALUES_WITHOUT_NULL_CHECK",
		details: `ForAllValues holds too when the request has no aws:TagKeys (C-06). Add "Null": {"aws:TagKeys": "false"} to allow only requests that have it.`,
		at: []string{
			`/Statement[0]/Condition/ForAllValues:StringEquals/aws:TagKeys! "aws:TagKeys"`,
		},
	},
	{
		code:    "INVALID_CONDITION_KEY_FORMAT",
		details: `"username" is no condition key: a key is a prefix, a colon and a name, as in aws:SourceIp.`,
		at: []string{
			`/Statement[0]/Condition/StringEquals/username! "username"`,
		},
	},
	{
		code:    "INVALID_GLOBAL_CONDITION_KEY",
		details: `There is no global condition key "aws:usernam". Did you mean aws:username?`,
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:usernam! "aws:usernam"`,
		},
	},
	{
		code:    "UNSUPPORTED_GLOBAL_CONDITION_KEY",
		details: "aws:ARN is no longer in requests. Use aws:PrincipalArn for the caller, or aws:SourceArn for the resource that a service acts for.",
		at: []string{
			`/Statement[0]/Condition/ArnEquals/aws:ARN! "aws:ARN"`,
		},
	},
	{
		code:    "INVALID_SERVICE_CONDITION_KEY",
		details: `s3 has no condition key "s3:prefixes". Did you mean s3:prefix?`,
		at: []string{
			`/Statement[0]/Condition/StringLike/s3:prefixes! "s3:prefixes"`,
		},
	},
	{
		code:    "MISSING_TAG_KEY_IN_CONDITION",
		details: "The key does not say which tag. Write aws:ResourceTag/ and the tag's key.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:ResourceTag! "aws:ResourceTag"`,
		},
	},
	{
		code:    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
		details: `The key "aws:UserName" stands here twice, and case makes no difference to keys. Put the values into one list.`,
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:UserName! "aws:UserName"`,
			`/Statement[0]/Condition/StringEquals/aws:username! "aws:username"`,
		},
	},
	{
		code:    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
		details: "Requests for s3:GetObject do not have the key s3:prefix. Move such actions to a statement of their own without this key.",
		at: []string{
			`/Statement[0]/Action[1] "s3:GetObject"`,
			`/Statement[0]/Condition/StringLike/s3:prefix "photos/*"`,
		},
	},
	{
		code:    "MISSING_PAIRED_CONDITION_KEYS",
		details: "Any VPC may have this address range. Compare aws:SourceVpc or aws:SourceVpce besides.",
		at: []string{
			`/Statement[0]/Condition/IpAddress/aws:VpcSourceIp! "aws:VpcSourceIp"`,
		},
	},
	{
		code:    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
		details: "The services of a2c:* have no aws:ResourceTag/${TagKey} in their requests, so the statement does not allow these actions.",
		at: []string{
			`/Statement[0]/Action[1] "a2c:*"`,
			`/Statement[0]/Condition/StringEquals/aws:ResourceTag/team! "aws:ResourceTag/team"`,
		},
	},
	{
		code:    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
		details: "The services of a2c:* have no aws:ResourceTag/${TagKey} in their requests, so the statement does not deny these actions.",
		at: []string{
			`/Statement[0]/Action[1] "a2c:*"`,
			`/Statement[0]/Condition/StringEquals/aws:ResourceTag/team! "aws:ResourceTag/team"`,
		},
	},
	{
		code:    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
		details: "NotAction takes in services whose requests never have aws:ResourceTag/${TagKey}, and the statement does not allow those actions. List in Action the services that have it.",
		at: []string{
			`/Statement[0]/NotAction! "NotAction"`,
			`/Statement[0]/Condition/StringEquals/aws:ResourceTag/team! "aws:ResourceTag/team"`,
		},
	},
	{
		code:    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
		details: "NotAction takes in services whose requests never have aws:ResourceTag/${TagKey}, and the statement does not deny those actions. List in Action the services that have it.",
		at: []string{
			`/Statement[0]/NotAction! "NotAction"`,
			`/Statement[0]/Condition/StringEquals/aws:ResourceTag/team! "aws:ResourceTag/team"`,
		},
	},
	{
		code:    "EMPTY_ARRAY_CONDITION",
		details: "There are no values for aws:username. List some, remove the key, or ask with Null whether the request has it.",
		at: []string{
			"/Statement[0]/Condition/StringEquals/aws:username []",
		},
	},
	{
		code:    "EMPTY_ARRAY_CONDITION_FORALLVALUES",
		details: "There are no values for aws:TagKeys. List some, remove the key, or ask with Null whether the request has it.",
		at: []string{
			"/Statement[0]/Condition/ForAllValues:StringEquals/aws:TagKeys []",
		},
	},
	{
		code:    "EMPTY_ARRAY_CONDITION_FORANYVALUE",
		details: "There are no values for aws:TagKeys. List some, remove the key, or ask with Null whether the request has it.",
		at: []string{
			"/Statement[0]/Condition/ForAnyValue:StringEquals/aws:TagKeys []",
		},
	},
	{
		code:    "EMPTY_ARRAY_CONDITION_IFEXISTS",
		details: "There are no values for aws:username. List some, remove the key, or ask with Null whether the request has it.",
		at: []string{
			"/Statement[0]/Condition/StringEqualsIfExists/aws:username []",
		},
	},
	{
		code:    "GATEHOUSE_EMPTY_CONDITION_VALUES",
		details: "Without values StringNotEquals on aws:username always holds (G-06), which is hardly what is meant.",
		at: []string{
			"/Statement[0]/Condition/StringNotEquals/aws:username []",
		},
	},
	{
		code:    "INVALID_CONDITION_DATA_TYPE",
		details: "The values are of several JSON types. Write all of them as strings.",
		at: []string{
			`/Statement[0]/Condition/NumericEquals/s3:max-keys [10, "20"]`,
		},
	},
	{
		code:    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
		details: "With both true and false Bool holds whatever the value. Keep one.",
		at: []string{
			`/Statement[0]/Condition/Bool/aws:SecureTransport ["true", "false"]`,
		},
	},
	{
		code:    "TYPE_MISMATCH_BOOLEAN",
		details: `Bool holds with true or false only, and this is "yes".`,
		at: []string{
			`/Statement[0]/Condition/Bool/aws:SecureTransport "yes"`,
		},
	},
	{
		code:    "TYPE_MISMATCH_NUMBER",
		details: `"1h" is no decimal number, so NumericLessThan never holds with it. Write one.`,
		at: []string{
			`/Statement[0]/Condition/NumericLessThan/aws:MultiFactorAuthAge "1h"`,
		},
	},
	{
		code:    "REDUNDANT_CONDITION_VALUE_NUM",
		details: "One value is enough, so of several bounds only the greatest counts. Keep 3600.",
		at: []string{
			`/Statement[0]/Condition/NumericLessThan/aws:MultiFactorAuthAge ["2700", "3600"]`,
		},
	},
	{
		code:    "TYPE_MISMATCH_DATE",
		details: `"1 May 2030" is no date, so saving refuses it. Write it as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.`,
		at: []string{
			`/Statement[0]/Condition/DateLessThan/aws:CurrentTime "1 May 2030"`,
		},
	},
	{
		code:    "INVALID_DATE_VALUE",
		details: "Digits alone are seconds since 1970, which is not what a year looks like it says. Write the date as YYYY-MM-DD, with a time if need be.",
		at: []string{
			`/Statement[0]/Condition/DateLessThan/aws:CurrentTime "2030"`,
		},
	},
	{
		code:    "TYPE_MISMATCH_STRING",
		details: "BinaryEquals compares bytes in base64, and this is no base64.",
		at: []string{
			`/Statement[0]/Condition/BinaryEquals/aws:username "not base64"`,
		},
	},
	{
		code:    "TYPE_MISMATCH_IP_RANGE",
		details: `"203.0.113.*" is no address and no range, so it matches nothing. Write 203.0.113.0/24 or 2001:db8::/32.`,
		at: []string{
			`/Statement[0]/Condition/IpAddress/aws:SourceIp "203.0.113.*"`,
		},
	},
	{
		code:    "IMPROVE_IP_RANGE",
		details: "Bits after the prefix are not looked at. Write 203.0.113.0/24.",
		at: []string{
			`/Statement[0]/Condition/IpAddress/aws:SourceIp "203.0.113.7/24"`,
		},
	},
	{
		code:    "PRIVATE_IP_ADDRESS",
		details: "On AWS aws:SourceIp is an address on the internet and never a private one; aws:VpcSourceIp is that of a caller behind a VPC endpoint. A Gatehouse server sees its peer's address, so on a private network it can match there.",
		at: []string{
			`/Statement[0]/Condition/IpAddress/aws:SourceIp "10.0.0.0/8"`,
		},
	},
	{
		code:    "PRIVATE_IP_ADDRESS_SUBSET",
		details: "On AWS aws:SourceIp is an address on the internet and never a private one; aws:VpcSourceIp is that of a caller behind a VPC endpoint. A Gatehouse server sees its peer's address, so on a private network it can match there.",
		at: []string{
			`/Statement[0]/Condition/IpAddress/aws:SourceIp ["10.0.0.0/8", "203.0.113.0/24"]`,
		},
	},
	{
		code:    "PRIVATE_NOT_IP_ADDRESS",
		details: "On AWS aws:SourceIp is an address on the internet and never a private one; aws:VpcSourceIp is that of a caller behind a VPC endpoint. A Gatehouse server sees its peer's address, so on a private network it can match there.",
		at: []string{
			`/Statement[0]/Condition/NotIpAddress/aws:SourceIp "10.0.0.0/8"`,
		},
	},
	{
		code:    "PRIVATE_NOT_IP_ADDRESS_SUBSET",
		details: "On AWS aws:SourceIp is an address on the internet and never a private one; aws:VpcSourceIp is that of a caller behind a VPC endpoint. A Gatehouse server sees its peer's address, so on a private network it can match there.",
		at: []string{
			`/Statement[0]/Condition/NotIpAddress/aws:SourceIp ["10.0.0.0/8", "203.0.113.0/24"]`,
		},
	},
	{
		code:    "WILDCARD_WITHOUT_LIKE_OPERATOR",
		details: "Under StringEquals a * or ? is a character like any other. Use StringLike if it is meant as a wildcard.",
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:PrincipalTag/team "red-*"`,
		},
	},
	{
		code:    "INVALID_REGION",
		details: `There is no region "eu-west-11". Did you mean eu-west-1?`,
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:RequestedRegion "eu-west-11"`,
		},
	},
	{
		code:    "INVALID_VPC_FORMAT",
		details: `"0a1b2c3d" is no VPC's id: that is vpc- and 8 or 17 letters and digits.`,
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:SourceVpc "0a1b2c3d"`,
		},
	},
	{
		code:    "INVALID_VPCE_FORMAT",
		details: `"vpc-0a1b2c3d" is no VPC endpoint's id: that is vpce- and 8 or 17 letters and digits.`,
		at: []string{
			`/Statement[0]/Condition/StringEquals/aws:SourceVpce "vpc-0a1b2c3d"`,
		},
	},
	{
		code:    "MISSING_BRACE_IN_VARIABLE",
		details: "The variable does not end, so it is literal text. Add } after its name.",
		at: []string{
			"/Statement[0]/Resource~15+14 ${aws:username",
		},
	},
	{
		code:    "EMPTY_VARIABLE",
		details: "The variable has no name, so it is literal text. Name a condition key in it, or remove it.",
		at: []string{
			"/Statement[0]/Resource~15+3 ${}",
		},
	},
	{
		code:    "MISSING_QUOTE_IN_VARIABLE",
		details: "A default stands after a comma and one space, between single quotes, as in ${aws:username, 'nobody'}. Without them the variable is literal text.",
		at: []string{
			"/Statement[0]/Resource~15+23 ${aws:username, nobody}",
		},
	},
	{
		code:    "UNSUPPORTED_SPACE_IN_VARIABLE",
		details: "No condition key has a space in its name, so the variable never has a value. Remove the space.",
		at: []string{
			"/Statement[0]/Resource~15+16 ${aws:user name}",
		},
	},
	{
		code:    "UNSUPPORTED_SYMBOL_IN_VARIABLE",
		details: `The name "aws:username!" has a character that no condition key has, so the variable never has a value. Remove it.`,
		at: []string{
			"/Statement[0]/Resource~15+16 ${aws:username!}",
		},
	},
	{
		code:    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
		details: "Variables are replaced in resources and in condition values, and not in Action. Write the text out.",
		at: []string{
			"/Statement[0]/Action~3+15 ${aws:username}",
		},
	},
	{
		code:    "VARIABLE_UNSUPPORTED_IN_VERSION",
		details: "Variables are of version 2012-10-17; in this document it is literal text. Set the Version.",
		at: []string{
			"/Statement[0]/Resource~15+15 ${aws:username}",
		},
	},
	{
		code:    "INVALID_VARIABLE_FOR_OPERATOR",
		details: "Variables are replaced under the operators of strings and ARNs, and NumericEquals is none.",
		at: []string{
			"/Statement[0]/Condition/NumericEquals/s3:max-keys~0+25 ${aws:PrincipalTag/limit}",
		},
	},
	{
		code:    "PASS_ROLE_WITH_STAR_IN_RESOURCE",
		details: "The statement lets its principals pass any role for any service. Name the roles in Resource, or compare iam:PassedToService in the Condition.",
		at: []string{
			`/Statement[0]/Action "iam:PassRole"`,
			`/Statement[0]/Resource "*"`,
		},
	},
	{
		code:    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
		details: "The statement lets its principals pass any role for any service. Name the roles in Resource, or compare iam:PassedToService in the Condition.",
		at: []string{
			`/Statement[0]/Action "iam:*"`,
			`/Statement[0]/Resource "*"`,
		},
	},
	{
		code:    "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
		details: "The statement lets its principals pass any role for any service. Name the roles in Resource, or compare iam:PassedToService in the Condition.",
		at: []string{
			`/Statement[0]/NotAction "s3:*"`,
			`/Statement[0]/Resource "*"`,
		},
	},
	{
		code:    "PASS_ROLE_WITH_NOT_RESOURCE",
		details: "The statement lets its principals pass every role that NotResource does not list. Name in Resource the roles that are meant.",
		at: []string{
			`/Statement[0]/Action "iam:PassRole"`,
			`/Statement[0]/NotResource "arn:aws:iam::*:role/admin"`,
		},
	},
	{
		code:    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
		details: "The statement lets its principals pass every role that NotResource does not list. Name in Resource the roles that are meant.",
		at: []string{
			`/Statement[0]/Action "iam:*"`,
			`/Statement[0]/NotResource "arn:aws:iam::*:role/admin"`,
		},
	},
	{
		code:    "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
		details: "The statement lets its principals pass every role that NotResource does not list. Name in Resource the roles that are meant.",
		at: []string{
			`/Statement[0]/NotAction "s3:*"`,
			`/Statement[0]/NotResource "arn:aws:iam::*:role/admin"`,
		},
	},
	{
		code:    "CREATE_SLR_WITH_STAR_IN_RESOURCE",
		details: "The statement lets its principals create any role for any service. Name the roles in Resource, or compare iam:AWSServiceName in the Condition.",
		at: []string{
			`/Statement[0]/Action "iam:CreateServiceLinkedRole"`,
			`/Statement[0]/Resource "*"`,
		},
	},
	{
		code:    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
		details: "The statement lets its principals create any role for any service. Name the roles in Resource, or compare iam:AWSServiceName in the Condition.",
		at: []string{
			`/Statement[0]/Action "iam:*"`,
			`/Statement[0]/Resource "*"`,
		},
	},
	{
		code:    "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
		details: "The statement lets its principals create any role for any service. Name the roles in Resource, or compare iam:AWSServiceName in the Condition.",
		at: []string{
			`/Statement[0]/NotAction "s3:*"`,
			`/Statement[0]/Resource "*"`,
		},
	},
	{
		code:    "CREATE_SLR_WITH_NOT_RESOURCE",
		details: "The statement lets its principals create every role that NotResource does not list. Name in Resource the roles that are meant.",
		at: []string{
			`/Statement[0]/Action "iam:CreateServiceLinkedRole"`,
			`/Statement[0]/NotResource "arn:aws:iam::*:role/admin"`,
		},
	},
	{
		code:    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
		details: "The statement lets its principals create every role that NotResource does not list. Name in Resource the roles that are meant.",
		at: []string{
			`/Statement[0]/Action "iam:*"`,
			`/Statement[0]/NotResource "arn:aws:iam::*:role/admin"`,
		},
	},
	{
		code:    "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
		details: "The statement lets its principals create every role that NotResource does not list. Name in Resource the roles that are meant.",
		at: []string{
			`/Statement[0]/NotAction "s3:*"`,
			`/Statement[0]/NotResource "arn:aws:iam::*:role/admin"`,
		},
	},
}
