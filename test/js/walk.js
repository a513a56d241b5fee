// Administers with the AWS SDK for JavaScript v3, which takes everything from the
// environment: the usual AWS variables of an administrator, AWS_ENDPOINT_URL too.
// Prints a line "ok NAME" for each test that held; ends non-zero where one did not.
import assert from "node:assert/strict";
import * as iam from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import * as sts from "@aws-sdk/client-sts";

const once = { maxAttempts: 1 }; // a retry would hide a fault
const IAM = new iam.IAMClient(once);
const STS = new sts.STSClient(once);
const Organizations = new organizations.OrganizationsClient(once);
const { Account } = await STS.send(new sts.GetCallerIdentityCommand({}));

const statement = (Action, more) => ({ Effect: "Allow", Action, Resource: "*", ...more });
const policy = (...Statement) => JSON.stringify({ Version: "2012-10-17", Statement });
const trust = policy({ Effect: "Allow", Principal: { AWS: Account }, Action: ["sts:AssumeRole", "sts:TagSession"] });
const stored = (document) => decodeURIComponent(document);

function as(Client, { AccessKeyId, SecretAccessKey, SessionToken }) {
  return new Client({ ...once, credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } });
}

const tests = {
  async "users, tags and keys"() {
    const Tags = [{ Key: "team", Value: "blue + green" }, { Key: "näme", Value: "ø" }];
    const { User } = await IAM.send(new iam.CreateUserCommand({ UserName: "js", Path: "/web/", Tags }));
    assert.equal(User.Arn, `arn:aws:iam::${Account}:user/web/js`);
    assert.ok(User.CreateDate instanceof Date);
    const got = (await IAM.send(new iam.GetUserCommand({ UserName: "js" }))).User;
    assert.deepEqual(new Set(got.Tags.map((t) => t.Key + "=" + t.Value)), new Set(["team=blue + green", "näme=ø"]));
    const { AccessKey } = await IAM.send(new iam.CreateAccessKeyCommand({ UserName: "js" }));
    const own = as(sts.STSClient, AccessKey);
    assert.equal((await own.send(new sts.GetCallerIdentityCommand({}))).Arn, User.Arn);
    await IAM.send(new iam.DeleteAccessKeyCommand({ UserName: "js", AccessKeyId: AccessKey.AccessKeyId }));
    await assert.rejects(own.send(new sts.GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
  },

  async "documents come back as they were sent"() {
    const PolicyDocument = policy(statement(["s3:*", "iam:Get*"], { Condition: { StringEquals: { "aws:PrincipalTag/team": "a+b %&<\"é" } } }));
    const { Policy } = await IAM.send(new iam.CreatePolicyCommand({ PolicyName: "js", PolicyDocument }));
    const version = await IAM.send(new iam.GetPolicyVersionCommand({ PolicyArn: Policy.Arn, VersionId: Policy.DefaultVersionId }));
    assert.equal(stored(version.PolicyVersion.Document), PolicyDocument);
  },

  async "paginators"() {
    const names = [...Array(11).keys()].map((i) => `page-${String(i).padStart(2, "0")}`);
    for (const RoleName of names) {
      await IAM.send(new iam.CreateRoleCommand({ RoleName, Path: "/pages/", AssumeRolePolicyDocument: trust }));
    }
    const got = [];
    let pages = 0;
    for await (const page of iam.paginateListRoles({ client: IAM, pageSize: 4 }, { PathPrefix: "/pages/" })) {
      pages++;
      got.push(...page.Roles.map((role) => role.RoleName));
    }
    assert.deepEqual([pages, got], [3, names]);
  },

  async "waiters"() {
    await IAM.send(new iam.CreateUserCommand({ UserName: "waited" }));
    const waited = await iam.waitUntilUserExists({ client: IAM, maxWaitTime: 2, minDelay: 1, maxDelay: 1 }, { UserName: "waited" });
    assert.equal(waited.state, "SUCCESS");
  },

  async "errors have their classes"() {
    await assert.rejects(IAM.send(new iam.GetUserCommand({ UserName: "never" })), (e) => {
      assert.ok(e instanceof iam.NoSuchEntityException);
      assert.equal(e.message, "The user with name never cannot be found.");
      assert.deepEqual([e.$fault, e.$metadata.httpStatusCode], ["client", 404]);
      return Boolean(e.$metadata.requestId);
    });
    await IAM.send(new iam.CreateUserCommand({ UserName: "twice" }));
    await assert.rejects(IAM.send(new iam.CreateUserCommand({ UserName: "Twice" })), iam.EntityAlreadyExistsException);
    await assert.rejects(IAM.send(new iam.PutUserPolicyCommand({ UserName: "twice", PolicyName: "p", PolicyDocument: "{}" })), iam.MalformedPolicyDocumentException);
    await assert.rejects(IAM.send(new iam.CreateUserCommand({ UserName: "a b" })), { name: "ValidationError" });
  },

  async "a role's session is limited by its policies"() {
    const { Role } = await IAM.send(new iam.CreateRoleCommand({ RoleName: "js", AssumeRolePolicyDocument: trust }));
    await IAM.send(new iam.PutRolePolicyCommand({ RoleName: "js", PolicyName: "own", PolicyDocument: policy(statement("iam:*")) }));
    const assumed = await STS.send(new sts.AssumeRoleCommand({
      RoleArn: Role.Arn, RoleSessionName: "js", Policy: policy(statement("iam:ListUsers")), Tags: [{ Key: "team", Value: "blue" }],
    }));
    assert.ok(assumed.Credentials.Expiration > new Date());
    const session = as(iam.IAMClient, assumed.Credentials);
    await session.send(new iam.ListUsersCommand({ MaxItems: 1 }));
    await assert.rejects(session.send(new iam.ListGroupsCommand({})), {
      name: "AccessDenied",
      message: new RegExp(`^User: arn:aws:sts::${Account}:assumed-role/js/js is not authorized to perform: iam:ListGroups on resource: ` +
        `arn:aws:iam::${Account}:group/ because no session policy allows the iam:ListGroups action\\. Go to http.*#/authorization-details/([0-9a-z]{25}) for .* id: \\1$`),
    });
    await IAM.send(new iam.DeleteRolePolicyCommand({ RoleName: "js", PolicyName: "own" }));
    await IAM.send(new iam.DeleteRoleCommand({ RoleName: "js" }));
    await assert.rejects(session.send(new iam.ListUsersCommand({})), { name: "InvalidClientTokenId" });
  },

  async "a second account"() {
    await assert.rejects(Organizations.send(new organizations.DescribeOrganizationCommand({})), organizations.AWSOrganizationsNotInUseException);
    const { Organization } = await Organizations.send(new organizations.CreateOrganizationCommand({}));
    assert.equal(Organization.MasterAccountId, Account);
    const { CreateAccountStatus } = await Organizations.send(new organizations.CreateAccountCommand({ AccountName: "js", Email: "js@example.com" }));
    const done = await Organizations.send(new organizations.DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus.Id }));
    const member = done.CreateAccountStatus.AccountId;
    const assumed = await STS.send(new sts.AssumeRoleCommand({ RoleArn: `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`, RoleSessionName: "js" }));
    const inside = as(iam.IAMClient, assumed.Credentials);
    assert.deepEqual((await inside.send(new iam.ListUsersCommand({}))).Users, []);
    const listed = [];
    for await (const page of organizations.paginateListAccounts({ client: Organizations, pageSize: 1 }, {})) listed.push(...page.Accounts.map((a) => a.Id));
    assert.deepEqual(listed.sort(), [Account, member].sort());
  },
};

for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log("ok " + name);
  } catch (e) {
    process.exitCode = 1;
    console.log(`not ok ${name}\n${e.stack}`);
  }
}
