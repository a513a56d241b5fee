package validate

import (
	"maps"
	"slices"
	"strings"
)

// Code is an issue code: one thing that findings can be about.
type Code struct {
	Name  string
	Type  FindingType
	Ours  bool   // AWS has none for it; the name begins with GATEHOUSE_
	Learn string // where AWS documents the check, or the fact that ours stands on
}

// Codes are all codes that findings can have, in the order of their names.
// docs/findings.md shows each with an example and the fix.
func Codes() []Code {
	var all []Code
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		c := codes[name]
		all = append(all, Code{Name: name, Type: c.Type, Ours: c.page != "", Learn: c.learn(name)})
	}
	return all
}

// check is what a code stands for.
type check struct {
	Type FindingType
	page string // of AWS's user guide, for the codes that are ours
}

const userGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

// anchors are how AWS's page of checks names the types in its anchors.
var anchors = map[FindingType]string{
	Error: "error", SecurityWarning: "security-warning", Warning: "general-warning", Suggestion: "suggestion",
}

// learn is the anchor of AWS's check, which is made from its code.
func (c check) learn(name string) string {
	if c.page != "" {
		return userGuide + c.page
	}
	const page = "access-analyzer-reference-policy-checks"
	return userGuide + page + ".html#" + page + "-" + anchors[c.Type] + "-" + strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// codes are AWS's (access-analyzer-reference-policy-checks) and ours.
var codes = map[string]check{
	// The grammar.
	"DATA_TYPE_MISMATCH":                          {Type: Error},
	"EMPTY_OBJECT_CONDITION":                      {Type: Suggestion},
	"EMPTY_SID_VALUE":                             {Type: Suggestion},
	"GATEHOUSE_CHECKS_LEFT_OUT":                   {Warning, "reference_iam-quotas.html"},
	"GATEHOUSE_REFUSED_WHEN_SAVED":                {Error, "troubleshoot_policies.html"},
	"GATEHOUSE_UNUSED_ID":                         {Suggestion, "reference_policies_elements_id.html"},
	"INVALID_EFFECT":                              {Type: Error},
	"INVALID_POLICY_ELEMENT":                      {Type: Error},
	"INVALID_VERSION":                             {Type: Error},
	"JSON_SYNTAX_ERROR":                           {Type: Error},
	"MISSING_ACTION":                              {Type: Error},
	"MISSING_EFFECT":                              {Type: Error},
	"MISSING_PRINCIPAL":                           {Type: Error},
	"MISSING_RESOURCE":                            {Type: Error},
	"MISSING_STATEMENT":                           {Type: Error},
	"MISSING_VERSION":                             {Type: Warning},
	"RCP_SYNTAX_ERROR_ACTION":                     {Type: Error},
	"RCP_SYNTAX_ERROR_ALLOW":                      {Type: Error},
	"RCP_SYNTAX_ERROR_NOTACTION":                  {Type: Error},
	"RCP_SYNTAX_ERROR_PRINCIPAL":                  {Type: Error},
	"ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL": {Type: Error},
	"ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE":     {Type: Error},
	"SCP_SYNTAX_ERROR_PRINCIPAL":                  {Type: Error},
	"UNIQUE_SIDS_REQUIRED":                        {Type: Error},
	"UNSUPPORTED_ELEMENT_COMBINATION":             {Type: Error},
	"UNSUPPORTED_PRINCIPAL":                       {Type: Error},
	"UNSUPPORTED_SID":                             {Type: Error},

	// Sizes.
	"POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA":   {Type: Warning},
	"POLICY_SIZE_EXCEEDS_RCP_QUOTA":               {Type: Error},
	"POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA":   {Type: Warning},
	"POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": {Type: Warning},
	"POLICY_SIZE_EXCEEDS_SCP_QUOTA":               {Type: Error},

	// Actions.
	"EMPTY_ARRAY_ACTION":           {Type: Suggestion},
	"INVALID_ACTION":               {Type: Error},
	"INVALID_SERVICE_IN_ACTION":    {Type: Error},
	"REDUNDANT_ACTION":             {Type: Suggestion},
	"UNSUPPORTED_ACTION_IN_POLICY": {Type: Error},

	// Resources.
	"ARN_ACCOUNT_NOT_ALLOWED":                   {Type: Error},
	"ARN_REGION_NOT_ALLOWED":                    {Type: Error},
	"EMPTY_ARRAY_RESOURCE":                      {Type: Suggestion},
	"GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION": {Warning, "reference_policies_elements_resource.html"},
	"INVALID_ARN_ACCOUNT":                       {Type: Error},
	"INVALID_ARN_PREFIX":                        {Type: Error},
	"INVALID_ARN_REGION":                        {Type: Error},
	"INVALID_ARN_RESOURCE":                      {Type: Error},
	"INVALID_ARN_SERVICE_CASE":                  {Type: Error},
	"INVALID_PARTITION":                         {Type: Error},
	"INVALID_SERVICE":                           {Type: Error},
	"MISSING_ARN_ACCOUNT":                       {Type: Error},
	"MISSING_ARN_FIELD":                         {Type: Error},
	"MISSING_ARN_REGION":                        {Type: Error},
	"REDUNDANT_RESOURCE":                        {Type: Suggestion},
	"UNSUPPORTED_RESOURCE_ARN_IN_POLICY":        {Type: Error},
	"WILDCARD_IN_SERVICE_NAME":                  {Type: Suggestion},

	// Principals and role trust.
	"ALLOW_WITH_NOT_PRINCIPAL":                                {Type: SecurityWarning},
	"CONFIRM_AUDIENCE_CLAIM_TYPE":                             {Type: Suggestion},
	"EMPTY_ARRAY_PRINCIPAL":                                   {Type: Suggestion},
	"EMPTY_OBJECT_PRINCIPAL":                                  {Type: Suggestion},
	"FEDERATED_PRINCIPAL_NOT_SUPPORTED":                       {Type: Error},
	"GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER":               {Error, "id_roles_providers_oidc_secure-by-default.html"},
	"INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY": {Type: Error},
	"INVALID_PRINCIPAL_FORMAT":                                {Type: Error},
	"INVALID_PRINCIPAL_KEY":                                   {Type: Error},
	"INVALID_ROLE_REFERENCE":                                  {Type: Warning},
	"INVALID_SERVICE_PRINCIPAL_FORMAT":                        {Type: Error},
	"INVALID_USER_REFERENCE":                                  {Type: Warning},
	"MISMATCHED_ACTION_FOR_PRINCIPAL":                         {Type: Error},
	"MISSING_ACTION_FOR_CONDITION_KEY":                        {Type: Error},
	"MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY":          {Type: Error},
	"MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL":                {Type: SecurityWarning},
	"MISSING_GITHUB_REPO_CONDITION_KEY":                       {Type: SecurityWarning},
	"REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY":                {Type: Suggestion},
	"RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL":                    {Type: SecurityWarning},
	"ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL":     {Type: Error},
	"SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED":             {Type: Warning},
	"UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL":         {Type: Error},
	"UNSUPPORTED_WILDCARD_IN_PRINCIPAL":                       {Type: Error},

	// Condition operators and keys.
	"ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": {Type: Suggestion},
	"ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE":           {Type: Suggestion},
	"DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE":  {Type: SecurityWarning},
	"DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE":            {Type: SecurityWarning},
	"DUPLICATE_KEYS_WITH_DIFFERENT_CASE":                             {Type: Error},
	"FORALLVALUES_WITH_SINGLE_VALUED_KEY":                            {Type: SecurityWarning},
	"GATEHOUSE_CONDITION_OPERATOR_CASE":                              {Warning, "reference_policies_elements_condition_operators.html"},
	"GATEHOUSE_FORALLVALUES_WITHOUT_NULL_CHECK":                      {SecurityWarning, "reference_policies_condition-single-vs-multi-valued-context-keys.html"},
	"GATEHOUSE_FORANYVALUE_WITH_SINGLE_VALUED_KEY":                   {Warning, "reference_policies_condition-single-vs-multi-valued-context-keys.html"},
	"INVALID_CONDITION_KEY_FORMAT":                                   {Type: Error},
	"INVALID_CONDITION_OPERATOR":                                     {Type: Error},
	"INVALID_GLOBAL_CONDITION_KEY":                                   {Type: Error},
	"INVALID_SERVICE_CONDITION_KEY":                                  {Type: Error},
	"MISSING_PAIRED_CONDITION_KEYS":                                  {Type: SecurityWarning},
	"MISSING_QUALIFIER":                                              {Type: Error},
	"MISSING_TAG_KEY_IN_CONDITION":                                   {Type: Error},
	"NULL_WITH_IF_EXISTS":                                            {Type: Error},
	"NULL_WITH_QUALIFIER":                                            {Type: Suggestion},
	"RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY":                    {Type: Warning},
	"RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY":            {Type: Warning},
	"RCP_MISSING_SERVICE_PRINCIPAL_CONDITION_KEY_NULL_CHECK":         {Type: Warning},
	"STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS":                   {Type: SecurityWarning},
	"TYPE_MISMATCH":                                                  {Type: Warning},
	"UNSUPPORTED_ACTION_FOR_CONDITION_KEY":                           {Type: Error},
	"UNSUPPORTED_GLOBAL_CONDITION_KEY":                               {Type: Error},

	// Condition values.
	"EMPTY_ARRAY_CONDITION":              {Type: Suggestion},
	"EMPTY_ARRAY_CONDITION_FORALLVALUES": {Type: Suggestion},
	"EMPTY_ARRAY_CONDITION_FORANYVALUE":  {Type: Suggestion},
	"EMPTY_ARRAY_CONDITION_IFEXISTS":     {Type: Suggestion},
	"GATEHOUSE_EMPTY_CONDITION_VALUES":   {Error, "reference_policies_elements_condition.html"},
	"IMPROVE_IP_RANGE":                   {Type: Suggestion},
	"INVALID_CONDITION_DATA_TYPE":        {Type: Error},
	"INVALID_CONDITION_MULTIPLE_BOOLEAN": {Type: Error},
	"INVALID_DATE_VALUE":                 {Type: Warning},
	"INVALID_REGION":                     {Type: Error},
	"INVALID_VPC_FORMAT":                 {Type: Error},
	"INVALID_VPCE_FORMAT":                {Type: Error},
	"PRIVATE_IP_ADDRESS":                 {Type: Error},
	"PRIVATE_IP_ADDRESS_SUBSET":          {Type: Suggestion},
	"PRIVATE_NOT_IP_ADDRESS":             {Type: Error},
	"PRIVATE_NOT_IP_ADDRESS_SUBSET":      {Type: Suggestion},
	"REDUNDANT_CONDITION_VALUE_NUM":      {Type: Suggestion},
	"TYPE_MISMATCH_BOOLEAN":              {Type: Warning},
	"TYPE_MISMATCH_DATE":                 {Type: Warning},
	"TYPE_MISMATCH_IP_RANGE":             {Type: Error},
	"TYPE_MISMATCH_NUMBER":               {Type: Warning},
	"TYPE_MISMATCH_STRING":               {Type: Warning},
	"WILDCARD_WITHOUT_LIKE_OPERATOR":     {Type: Warning},

	// Variables.
	"EMPTY_VARIABLE":                  {Type: Error},
	"INVALID_VARIABLE_FOR_OPERATOR":   {Type: Error},
	"MISSING_BRACE_IN_VARIABLE":       {Type: Error},
	"MISSING_QUOTE_IN_VARIABLE":       {Type: Error},
	"UNSUPPORTED_SPACE_IN_VARIABLE":   {Type: Error},
	"UNSUPPORTED_SYMBOL_IN_VARIABLE":  {Type: Error},
	"VARIABLE_UNSUPPORTED_IN_ELEMENT": {Type: Error},
	"VARIABLE_UNSUPPORTED_IN_VERSION": {Type: Error},

	// What a whole statement does.
	"CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE":     {Type: Warning},
	"CREATE_SLR_WITH_NOT_RESOURCE":                    {Type: Warning},
	"CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": {Type: Warning},
	"CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE":     {Type: Warning},
	"CREATE_SLR_WITH_STAR_IN_RESOURCE":                {Type: Warning},
	"CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": {Type: Warning},
	"GATEHOUSE_ALLOW_WITH_NOT_RESOURCE":               {SecurityWarning, "reference_policies_elements_notresource.html"},
	"PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE":      {Type: SecurityWarning},
	"PASS_ROLE_WITH_NOT_RESOURCE":                     {Type: SecurityWarning},
	"PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE":  {Type: SecurityWarning},
	"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE":      {Type: SecurityWarning},
	"PASS_ROLE_WITH_STAR_IN_RESOURCE":                 {Type: SecurityWarning},
	"PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION":  {Type: SecurityWarning},
	"REDUNDANT_STATEMENT":                             {Type: Suggestion},
}
