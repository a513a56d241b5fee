"""Walks every operation that the server implements, with boto3.

Environment: the usual AWS variables of an administrator, AWS_ENDPOINT_URL, and
OPERATIONS, the output of `gatehouse operations --output json`.
"""
import json
import os
import re
import unittest
import urllib.parse
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
ELSEWHERE = {"s3", "ec2", "gatehouse-workload", "gatehouse-s3"}  # have walks of their own
CALLED = set()  # "service:Operation" of every answered call


def note(http_response, parsed, model, **_):
    if http_response.status_code < 300:
        CALLED.add(model.service_model.signing_name + ":" + model.name)


def client(service, credentials=None):
    keys = {}
    if credentials:
        keys = dict(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
        )
    # Debian's boto3 1.26 does not read AWS_ENDPOINT_URL. Every call is sent once:
    # a retry would hide a fault.
    made = boto3.client(service, endpoint_url=ENDPOINT, config=Config(retries={"total_max_attempts": 1}), **keys)
    made.meta.events.register("after-call", note)
    return made


IAM, STS, ORGANIZATIONS = client("iam"), client("sts"), client("organizations")
ACCOUNT = STS.get_caller_identity()["Account"]
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}],
}
TEAM = [{"Key": "team", "Value": "blue + green/7 @home=1"}, {"Key": "näme", "Value": "ø"}]


def text(document):
    return json.dumps(document, indent=1)


def arn(kind, name):
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


class Case(unittest.TestCase):
    maxDiff = None

    def same_tags(self, got, want):
        key = lambda tag: tag["Key"]
        self.assertEqual(sorted(got, key=key), sorted(want, key=key))

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        self.assertEqual(error["Error"]["Code"], code, error)
        self.assertTrue(error["ResponseMetadata"]["RequestId"])
        return error["Error"]["Message"]

    def policy(self, name, document=None, **more):
        made = IAM.create_policy(PolicyName=name, PolicyDocument=text(document or READ), **more)["Policy"]
        return made["Arn"]


class Users(Case):
    def test_life(self):
        made = IAM.create_user(UserName="ann", Path="/staff/", Tags=TEAM)["User"]
        self.assertEqual((made["Arn"], made["Path"]), (arn("user", "staff/ann"), "/staff/"))
        self.assertTrue(made["UserId"].startswith("AIDA"))
        IAM.get_waiter("user_exists").wait(UserName="ann", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
        got = IAM.get_user(UserName="ann")["User"]
        self.assertEqual({k: got[k] for k in ("UserId", "CreateDate")}, {k: made[k] for k in ("UserId", "CreateDate")})
        self.same_tags(got["Tags"], TEAM)
        IAM.update_user(UserName="ann", NewUserName="anna", NewPath="/")
        self.assertEqual(IAM.get_user(UserName="anna")["User"]["Arn"], arn("user", "anna"))
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            IAM.get_user(UserName="ann")
        IAM.delete_user(UserName="anna")
        with self.assertRaises(WaiterError):
            IAM.get_waiter("user_exists").wait(UserName="anna", WaiterConfig={"Delay": 1, "MaxAttempts": 1})

    def test_own(self):
        self.assertEqual(IAM.get_user()["User"]["UserName"], "admin")

    def test_tags(self):
        IAM.create_user(UserName="tagged")
        IAM.tag_user(UserName="tagged", Tags=TEAM + [{"Key": "more", "Value": ""}])
        pages = IAM.get_paginator("list_user_tags").paginate(UserName="tagged", PaginationConfig={"PageSize": 2})
        listed = [tag for page in pages for tag in page["Tags"]]
        self.same_tags(listed, TEAM + [{"Key": "more", "Value": ""}])
        IAM.untag_user(UserName="tagged", TagKeys=["more", "absent"])
        self.same_tags(IAM.list_user_tags(UserName="tagged")["Tags"], TEAM)
        self.refused("InvalidInput", IAM.tag_user, UserName="tagged", Tags=[{"Key": "A", "Value": "1"}, {"Key": "a", "Value": "2"}])

    def test_pages(self):
        names = [f"page{i:02}" for i in range(23)]
        for name in names:
            IAM.create_user(UserName=name, Path="/pages/")
        pages = list(IAM.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 5}))
        self.assertEqual([len(page["Users"]) for page in pages], [5, 5, 5, 5, 3])
        self.assertEqual([user["UserName"] for page in pages for user in page["Users"]], names)
        resumed = IAM.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 5, "MaxItems": 7})
        first = resumed.build_full_result()
        rest = IAM.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"StartingToken": first["NextToken"]})
        self.assertEqual([u["UserName"] for u in first["Users"] + rest.build_full_result()["Users"]], names)

    def test_boundary(self):
        boundary = self.policy("boundary")
        IAM.create_user(UserName="bounded", PermissionsBoundary=boundary)
        want = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        self.assertEqual(IAM.get_user(UserName="bounded")["User"]["PermissionsBoundary"], want)
        self.assertEqual(IAM.get_policy(PolicyArn=boundary)["Policy"]["PermissionsBoundaryUsageCount"], 1)
        IAM.delete_user_permissions_boundary(UserName="bounded")
        self.assertNotIn("PermissionsBoundary", IAM.get_user(UserName="bounded")["User"])
        IAM.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=boundary)
        users = IAM.list_entities_for_policy(PolicyArn=boundary, PolicyUsageFilter="PermissionsBoundary")["PolicyUsers"]
        self.assertEqual([user["UserName"] for user in users], ["bounded"])

    def test_exceptions(self):
        IAM.create_user(UserName="once")
        with self.assertRaises(IAM.exceptions.EntityAlreadyExistsException):
            IAM.create_user(UserName="ONCE")
        IAM.create_access_key(UserName="once")
        with self.assertRaises(IAM.exceptions.DeleteConflictException) as caught:
            IAM.delete_user(UserName="once")
        self.assertEqual(caught.exception.response["Error"]["Message"], "Cannot delete entity, must delete access keys first.")
        with self.assertRaises(IAM.exceptions.InvalidInputException):
            IAM.create_user(UserName="twice", Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])
        self.refused("ValidationError", IAM.create_user, UserName="no blanks")
        self.refused("ValidationError", IAM.create_user, UserName="x" * 65)


class AccessKeys(Case):
    def test_life(self):
        IAM.create_user(UserName="keyed")
        keys = [IAM.create_access_key(UserName="keyed")["AccessKey"] for _ in range(2)]
        with self.assertRaises(IAM.exceptions.LimitExceededException) as caught:
            IAM.create_access_key(UserName="keyed")
        self.assertEqual(caught.exception.response["Error"]["Message"], "Cannot exceed quota for AccessKeysPerUser: 2")
        pages = IAM.get_paginator("list_access_keys").paginate(UserName="keyed", PaginationConfig={"PageSize": 1})
        listed = [key for page in pages for key in page["AccessKeyMetadata"]]
        self.assertEqual({key["AccessKeyId"] for key in listed}, {key["AccessKeyId"] for key in keys})
        self.assertNotIn("SecretAccessKey", listed[0])
        own = client("sts", keys[0])
        self.assertEqual(own.get_caller_identity()["Arn"], arn("user", "keyed"))
        used = IAM.get_access_key_last_used(AccessKeyId=keys[0]["AccessKeyId"])
        self.assertEqual((used["UserName"], used["AccessKeyLastUsed"]["ServiceName"]), ("keyed", "sts"))
        unused = IAM.get_access_key_last_used(AccessKeyId=keys[1]["AccessKeyId"])["AccessKeyLastUsed"]
        self.assertEqual(unused, {"ServiceName": "N/A", "Region": "N/A"})
        self.assertEqual(STS.get_access_key_info(AccessKeyId=keys[1]["AccessKeyId"])["Account"], ACCOUNT)
        self.stops(keys[0], own)
        IAM.delete_access_key(UserName="keyed", AccessKeyId=keys[0]["AccessKeyId"])
        self.assertEqual(self.refused("InvalidClientTokenId", own.get_caller_identity), "The security token included in the request is invalid.")
        IAM.delete_access_key(UserName="keyed", AccessKeyId=keys[1]["AccessKeyId"])
        IAM.delete_user(UserName="keyed")

    def stops(self, key, own):
        change = lambda status: IAM.update_access_key(UserName="keyed", AccessKeyId=key["AccessKeyId"], Status=status)
        change("Inactive")
        self.refused("InvalidClientTokenId", own.get_caller_identity)
        self.assertIn("Inactive", {k["Status"] for k in IAM.list_access_keys(UserName="keyed")["AccessKeyMetadata"]})
        change("Active")
        own.get_caller_identity()


class OtherCredentials(Case):
    """What tools ask for before they delete a user, and no user here has."""

    def test_lists_are_empty(self):
        IAM.create_user(UserName="bare")
        for call, member in (
            (IAM.list_mfa_devices, "MFADevices"), (IAM.list_signing_certificates, "Certificates"),
            (IAM.list_ssh_public_keys, "SSHPublicKeys"), (IAM.list_service_specific_credentials, "ServiceSpecificCredentials"),
        ):
            self.assertEqual(call(UserName="bare")[member], [])
            with self.assertRaises(IAM.exceptions.NoSuchEntityException):
                call(UserName="never")
        self.assertEqual(IAM.list_virtual_mfa_devices()["VirtualMFADevices"], [])


class LoginProfiles(Case):
    def test_life(self):
        IAM.create_user(UserName="login")
        IAM.create_login_profile(UserName="login", Password="First-Password-1", PasswordResetRequired=True)
        self.assertTrue(IAM.get_login_profile(UserName="login")["LoginProfile"]["PasswordResetRequired"])
        IAM.update_login_profile(UserName="login", Password="Second-Password-2", PasswordResetRequired=False)
        with self.assertRaises(IAM.exceptions.EntityAlreadyExistsException):
            IAM.create_login_profile(UserName="login", Password="First-Password-1")
        IAM.put_user_policy(UserName="login", PolicyName="own", PolicyDocument=text(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "arn:aws:iam::*:user/${aws:username}"}}))
        own = client("iam", IAM.create_access_key(UserName="login")["AccessKey"])
        own.change_password(OldPassword="Second-Password-2", NewPassword="Third-Password-3")
        with self.assertRaises(ClientError):
            own.change_password(OldPassword="Second-Password-2", NewPassword="Fourth-Password-4")
        IAM.delete_login_profile(UserName="login")
        with self.assertRaises(IAM.exceptions.NoSuchEntityException) as caught:
            IAM.get_login_profile(UserName="login")
        self.assertEqual(caught.exception.response["Error"]["Message"], "Login Profile for User login cannot be found.")


class Groups(Case):
    def test_life(self):
        made = IAM.create_group(GroupName="crew", Path="/ships/")["Group"]
        self.assertTrue(made["GroupId"].startswith("AGPA"))
        names = [f"sailor{i}" for i in range(5)]
        for name in names:
            IAM.create_user(UserName=name)
            IAM.add_user_to_group(GroupName="crew", UserName=name)
        IAM.update_group(GroupName="crew", NewGroupName="fleet", NewPath="/")
        pages = IAM.get_paginator("get_group").paginate(GroupName="fleet", PaginationConfig={"PageSize": 2})
        self.assertEqual(sorted(user["UserName"] for page in pages for user in page["Users"]), names)
        pages = IAM.get_paginator("list_groups_for_user").paginate(UserName="sailor0", PaginationConfig={"PageSize": 1})
        self.assertEqual([group["GroupName"] for page in pages for group in page["Groups"]], ["fleet"])
        self.assertIn("fleet", [g["GroupName"] for g in IAM.get_paginator("list_groups").paginate().build_full_result()["Groups"]])
        with self.assertRaises(IAM.exceptions.DeleteConflictException):
            IAM.delete_group(GroupName="fleet")
        for name in names:
            IAM.remove_user_from_group(GroupName="fleet", UserName=name)
        IAM.delete_group(GroupName="fleet")
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            IAM.get_group(GroupName="fleet")


class InlinePolicies(Case):
    def walk(self, kind, owner):
        """The four operations of one kind of owner."""
        member = kind.capitalize() + "Name"
        put, get, delete = (getattr(IAM, f"{verb}_{kind}_policy") for verb in ("put", "get", "delete"))
        document = text(READ) + "\n"
        for name in ("b", "a", "c"):
            put(**{member: owner}, PolicyName=name, PolicyDocument=document)
        got = get(**{member: owner}, PolicyName="a")
        self.assertEqual((got["PolicyName"], got[member], got["PolicyDocument"]), ("a", owner, READ))
        pages = IAM.get_paginator(f"list_{kind}_policies").paginate(**{member: owner}, PaginationConfig={"PageSize": 2})
        self.assertEqual([name for page in pages for name in page["PolicyNames"]], ["a", "b", "c"])
        for name in ("a", "b", "c"):
            delete(**{member: owner}, PolicyName=name)
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            get(**{member: owner}, PolicyName="a")
        with self.assertRaises(IAM.exceptions.MalformedPolicyDocumentException) as caught:
            put(**{member: owner}, PolicyName="bad", PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}')
        self.assertEqual(caught.exception.response["Error"]["Message"], "Policy statement must contain resources.")

    def test_user(self):
        IAM.create_user(UserName="inline")
        self.walk("user", "inline")

    def test_group(self):
        IAM.create_group(GroupName="inline")
        self.walk("group", "inline")

    def test_role(self):
        IAM.create_role(RoleName="inline", AssumeRolePolicyDocument=text(TRUST))
        self.walk("role", "inline")


class ManagedPolicies(Case):
    def test_versions(self):
        made = IAM.create_policy(PolicyName="versions", Path="/v/", Description="of tests", PolicyDocument=text(READ), Tags=TEAM)["Policy"]
        policy = made["Arn"]
        self.assertEqual((policy, made["DefaultVersionId"], made["AttachmentCount"]), (arn("policy", "v/versions"), "v1", 0))
        IAM.get_waiter("policy_exists").wait(PolicyArn=policy, WaiterConfig={"Delay": 1, "MaxAttempts": 2})
        other = dict(READ, Statement=[dict(READ["Statement"][0], Action="s3:*")])
        for i in range(4):
            made = IAM.create_policy_version(PolicyArn=policy, PolicyDocument=text(other), SetAsDefault=i == 1)["PolicyVersion"]
            self.assertEqual(made["VersionId"], f"v{i + 2}")
        with self.assertRaises(IAM.exceptions.LimitExceededException):
            IAM.create_policy_version(PolicyArn=policy, PolicyDocument=text(other))
        got = IAM.get_policy(PolicyArn=policy)["Policy"]
        self.assertEqual((got["DefaultVersionId"], got["Description"]), ("v3", "of tests"))
        self.assertEqual(IAM.get_policy_version(PolicyArn=policy, VersionId="v1")["PolicyVersion"]["Document"], READ)
        with self.assertRaises(IAM.exceptions.DeleteConflictException):
            IAM.delete_policy_version(PolicyArn=policy, VersionId="v3")
        IAM.set_default_policy_version(PolicyArn=policy, VersionId="v1")
        pages = IAM.get_paginator("list_policy_versions").paginate(PolicyArn=policy, PaginationConfig={"PageSize": 2})
        versions = {v["VersionId"]: v["IsDefaultVersion"] for page in pages for v in page["Versions"]}
        self.assertEqual(versions, {"v1": True, "v2": False, "v3": False, "v4": False, "v5": False})
        with self.assertRaises(IAM.exceptions.DeleteConflictException):
            IAM.delete_policy(PolicyArn=policy)
        for version in ("v2", "v3", "v4", "v5"):
            IAM.delete_policy_version(PolicyArn=policy, VersionId=version)
        IAM.delete_policy(PolicyArn=policy)
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            IAM.get_policy(PolicyArn=policy)

    def test_tags(self):
        policy = self.policy("tags")
        IAM.tag_policy(PolicyArn=policy, Tags=TEAM)
        self.same_tags(IAM.list_policy_tags(PolicyArn=policy)["Tags"], TEAM)
        IAM.untag_policy(PolicyArn=policy, TagKeys=["team"])
        self.same_tags(IAM.get_policy(PolicyArn=policy)["Policy"]["Tags"], TEAM[1:])

    def test_attachments(self):
        policy = self.policy("attached")
        IAM.create_user(UserName="holder")
        IAM.create_group(GroupName="holder")
        IAM.create_role(RoleName="holder", AssumeRolePolicyDocument=text(TRUST))
        for kind in ("user", "group", "role"):
            name = {kind.capitalize() + "Name": "holder"}
            getattr(IAM, f"attach_{kind}_policy")(**name, PolicyArn=policy)
            getattr(IAM, f"attach_{kind}_policy")(**name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
            pages = IAM.get_paginator(f"list_attached_{kind}_policies").paginate(**name, PaginationConfig={"PageSize": 1})
            listed = [p["PolicyArn"] for page in pages for p in page["AttachedPolicies"]]
            self.assertEqual(sorted(listed), sorted([policy, "arn:aws:iam::aws:policy/ReadOnlyAccess"]))
        pages = IAM.get_paginator("list_entities_for_policy").paginate(PolicyArn=policy, PaginationConfig={"PageSize": 1})
        found = [entity for page in pages for list in ("PolicyGroups", "PolicyRoles", "PolicyUsers") for entity in page[list]]
        self.assertEqual(len(found), 3)
        with self.assertRaises(IAM.exceptions.DeleteConflictException) as caught:
            IAM.delete_policy(PolicyArn=policy)
        self.assertEqual(caught.exception.response["Error"]["Message"], "Cannot delete a policy attached to entities.")
        for left, kind in ((2, "user"), (1, "group"), (0, "role")):
            getattr(IAM, f"detach_{kind}_policy")(**{kind.capitalize() + "Name": "holder"}, PolicyArn=policy)
            self.assertEqual(IAM.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"], left)
        IAM.delete_policy(PolicyArn=policy)
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            IAM.detach_user_policy(UserName="holder", PolicyArn=policy)

    def test_aws_managed(self):
        listed = IAM.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 500}).build_full_result()["Policies"]
        self.assertGreater(len(listed), 1000)
        admin = "arn:aws:iam::aws:policy/AdministratorAccess"
        self.assertIn(admin, {policy["Arn"] for policy in listed})
        version = IAM.get_policy(PolicyArn=admin)["Policy"]["DefaultVersionId"]
        document = IAM.get_policy_version(PolicyArn=admin, VersionId=version)["PolicyVersion"]["Document"]
        self.assertEqual(document["Statement"], [{"Effect": "Allow", "Action": "*", "Resource": "*"}])

    def test_local_pages(self):
        for i in range(7):
            self.policy(f"local{i}", Path="/local/")
        pages = list(IAM.get_paginator("list_policies").paginate(Scope="Local", PathPrefix="/local/", PaginationConfig={"PageSize": 3}))
        self.assertEqual([len(page["Policies"]) for page in pages], [3, 3, 1])

    def test_malformed(self):
        for document, message in (
            ("not json", "Syntax errors in policy."),
            ('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}', "Policy document must be version 2012-10-17 or greater."),
            (text(dict(READ, Statement=[dict(READ["Statement"][0], Principal="*")])), "Policy document should not specify a principal."),
        ):
            with self.assertRaises(IAM.exceptions.MalformedPolicyDocumentException) as caught:
                IAM.create_policy(PolicyName="malformed", PolicyDocument=document)
            self.assertEqual(caught.exception.response["Error"]["Message"], message)
        with self.assertRaises(IAM.exceptions.LimitExceededException):
            big = dict(READ, Statement=[dict(READ["Statement"][0], Action=["s3:" + "x" * 120] * 60)])
            IAM.create_policy(PolicyName="big", PolicyDocument=text(big))


class Roles(Case):
    def test_life(self):
        made = IAM.create_role(
            RoleName="deployer", Path="/ci/", AssumeRolePolicyDocument=text(TRUST), Description="deploys",
            MaxSessionDuration=7200, PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess", Tags=TEAM)["Role"]
        self.assertTrue(made["RoleId"].startswith("AROA"))
        IAM.get_waiter("role_exists").wait(RoleName="deployer", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
        got = IAM.get_role(RoleName="deployer")["Role"]
        self.assertEqual(got["AssumeRolePolicyDocument"], TRUST)
        self.assertEqual((got["Arn"], got["MaxSessionDuration"], got["Description"]), (arn("role", "ci/deployer"), 7200, "deploys"))
        self.same_tags(got["Tags"], TEAM)
        IAM.update_role(RoleName="deployer", Description="", MaxSessionDuration=3600)
        IAM.update_role_description(RoleName="deployer", Description="again")
        trust = dict(TRUST, Statement=[dict(TRUST["Statement"][0], Principal={"Service": "ec2.amazonaws.com"})])
        IAM.update_assume_role_policy(RoleName="deployer", PolicyDocument=text(trust))
        got = IAM.get_role(RoleName="deployer")["Role"]
        self.assertEqual((got["Description"], got["MaxSessionDuration"], got["AssumeRolePolicyDocument"]), ("again", 3600, trust))
        IAM.delete_role_permissions_boundary(RoleName="deployer")
        IAM.put_role_permissions_boundary(RoleName="deployer", PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")
        self.assertEqual(IAM.get_role(RoleName="deployer")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"], "arn:aws:iam::aws:policy/ReadOnlyAccess")
        listed = IAM.get_paginator("list_roles").paginate(PathPrefix="/ci/", PaginationConfig={"PageSize": 1}).build_full_result()["Roles"]
        self.assertEqual([role["RoleName"] for role in listed], ["deployer"])
        IAM.delete_role(RoleName="deployer")
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            IAM.get_role(RoleName="deployer")

    def test_tags(self):
        IAM.create_role(RoleName="tagged", AssumeRolePolicyDocument=text(TRUST))
        IAM.tag_role(RoleName="tagged", Tags=TEAM)
        self.same_tags(IAM.list_role_tags(RoleName="tagged")["Tags"], TEAM)
        IAM.untag_role(RoleName="tagged", TagKeys=["team"])
        self.same_tags(IAM.list_role_tags(RoleName="tagged")["Tags"], TEAM[1:])

    def test_unknown_principal(self):
        gone = arn("user", "nobody-has-this-name")
        trust = dict(TRUST, Statement=[dict(TRUST["Statement"][0], Principal={"AWS": gone})])
        with self.assertRaises(IAM.exceptions.MalformedPolicyDocumentException) as caught:
            IAM.create_role(RoleName="lost", AssumeRolePolicyDocument=text(trust))
        self.assertEqual(caught.exception.response["Error"]["Message"], f'Invalid principal in policy: "AWS":"{gone}"')


class InstanceProfiles(Case):
    def test_life(self):
        IAM.create_role(RoleName="machine", AssumeRolePolicyDocument=text(TRUST))
        made = IAM.create_instance_profile(InstanceProfileName="machine", Path="/m/", Tags=TEAM)["InstanceProfile"]
        self.assertTrue(made["InstanceProfileId"].startswith("AIPA"))
        IAM.get_waiter("instance_profile_exists").wait(InstanceProfileName="machine", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
        IAM.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
        with self.assertRaises(IAM.exceptions.LimitExceededException):
            IAM.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
        got = IAM.get_instance_profile(InstanceProfileName="machine")["InstanceProfile"]
        self.assertEqual([role["AssumeRolePolicyDocument"] for role in got["Roles"]], [TRUST])
        for paginator, arguments in (("list_instance_profiles", {"PathPrefix": "/m/"}), ("list_instance_profiles_for_role", {"RoleName": "machine"})):
            listed = IAM.get_paginator(paginator).paginate(**arguments, PaginationConfig={"PageSize": 1}).build_full_result()["InstanceProfiles"]
            self.assertEqual([profile["InstanceProfileName"] for profile in listed], ["machine"])
        IAM.tag_instance_profile(InstanceProfileName="machine", Tags=[{"Key": "more", "Value": "1"}])
        IAM.untag_instance_profile(InstanceProfileName="machine", TagKeys=["team"])
        self.same_tags(IAM.list_instance_profile_tags(InstanceProfileName="machine")["Tags"], TEAM[1:] + [{"Key": "more", "Value": "1"}])
        for delete, arguments in ((IAM.delete_role, {"RoleName": "machine"}), (IAM.delete_instance_profile, {"InstanceProfileName": "machine"})):
            with self.assertRaises(IAM.exceptions.DeleteConflictException):
                delete(**arguments)
        IAM.remove_role_from_instance_profile(InstanceProfileName="machine", RoleName="machine")
        IAM.delete_instance_profile(InstanceProfileName="machine")
        IAM.delete_role(RoleName="machine")


class Account(Case):
    def test_alias(self):
        IAM.create_account_alias(AccountAlias="walk-alias")
        self.assertEqual(IAM.get_paginator("list_account_aliases").paginate().build_full_result()["AccountAliases"], ["walk-alias"])
        IAM.delete_account_alias(AccountAlias="walk-alias")
        self.assertEqual(IAM.list_account_aliases()["AccountAliases"], [])

    def test_password_policy(self):
        with self.assertRaises(IAM.exceptions.NoSuchEntityException) as caught:
            IAM.get_account_password_policy()
        self.assertEqual(caught.exception.response["Error"]["Message"], f"The Password Policy with domain name {ACCOUNT} cannot be found.")
        IAM.update_account_password_policy(MinimumPasswordLength=10, RequireSymbols=True, MaxPasswordAge=90)
        policy = IAM.get_account_password_policy()["PasswordPolicy"]
        self.assertEqual((policy["MinimumPasswordLength"], policy["RequireSymbols"], policy["ExpirePasswords"]), (10, True, True))
        IAM.create_user(UserName="weak")
        with self.assertRaises(IAM.exceptions.PasswordPolicyViolationException):
            IAM.create_login_profile(UserName="weak", Password="longenough1A")
        IAM.delete_account_password_policy()

    def test_summary(self):
        before = IAM.get_account_summary()["SummaryMap"]
        IAM.create_user(UserName="counted")
        after = IAM.get_account_summary()["SummaryMap"]
        self.assertEqual(after["Users"], before["Users"] + 1)
        self.assertEqual((after["UsersQuota"], after["AccessKeysPerUserQuota"], after["PolicySizeQuota"]), (5000, 2, 6144))

    def test_authorization_details(self):
        policy = self.policy("details")
        IAM.create_group(GroupName="details")
        IAM.put_group_policy(GroupName="details", PolicyName="inline", PolicyDocument=text(READ))
        IAM.create_user(UserName="details", Tags=TEAM, PermissionsBoundary=policy)
        IAM.add_user_to_group(GroupName="details", UserName="details")
        IAM.attach_user_policy(UserName="details", PolicyArn=policy)
        IAM.put_user_policy(UserName="details", PolicyName="inline", PolicyDocument=text(READ))
        IAM.create_role(RoleName="details", AssumeRolePolicyDocument=text(TRUST))
        IAM.create_instance_profile(InstanceProfileName="details")
        IAM.add_role_to_instance_profile(InstanceProfileName="details", RoleName="details")
        paginate = IAM.get_paginator("get_account_authorization_details").paginate
        pages = list(paginate(PaginationConfig={"PageSize": 3}))
        self.assertGreater(len(pages), 1)
        full = paginate().build_full_result()
        for list_name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            self.assertEqual([entity for page in pages for entity in page[list_name]], full[list_name])
        user = [u for u in full["UserDetailList"] if u["UserName"] == "details"][0]
        self.assertEqual(user["UserPolicyList"], [{"PolicyName": "inline", "PolicyDocument": READ}])
        self.assertEqual((user["GroupList"], user["AttachedManagedPolicies"]), (["details"], [{"PolicyName": "details", "PolicyArn": policy}]))
        self.same_tags(user["Tags"], TEAM)
        role = [r for r in full["RoleDetailList"] if r["RoleName"] == "details"][0]
        self.assertEqual(role["AssumeRolePolicyDocument"], TRUST)
        self.assertEqual([p["InstanceProfileName"] for p in role["InstanceProfileList"]], ["details"])
        managed = [p for p in full["Policies"] if p["Arn"] == policy][0]
        self.assertEqual([v["Document"] for v in managed["PolicyVersionList"]], [READ])
        self.assertEqual((managed["AttachmentCount"], managed["PermissionsBoundaryUsageCount"]), (1, 1))
        groups = paginate(Filter=["Group"]).build_full_result()
        self.assertEqual((groups["UserDetailList"], groups["RoleDetailList"]), ([], []))
        self.assertIn({"PolicyName": "inline", "PolicyDocument": READ}, [p for g in groups["GroupDetailList"] for p in g["GroupPolicyList"]])


class Sessions(Case):
    def role(self, name, statements, **trust):
        document = dict(TRUST, Statement=[dict(TRUST["Statement"][0], **trust)])
        IAM.create_role(RoleName=name, AssumeRolePolicyDocument=text(document))
        IAM.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=text({"Version": "2012-10-17", "Statement": statements}))
        return arn("role", name)

    def assume(self, role, session="walk", using=STS, **more):
        answer = using.assume_role(RoleArn=role, RoleSessionName=session, **more)
        self.assertTrue(answer["Credentials"]["AccessKeyId"].startswith("ASIA"))
        return answer

    def test_role(self):
        role = self.role("plain", [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}])
        answer = self.assume(role)
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/plain/walk")
        identity = client("sts", answer["Credentials"]).get_caller_identity()
        self.assertEqual((identity["Arn"], identity["UserId"]), (answer["AssumedRoleUser"]["Arn"], answer["AssumedRoleUser"]["AssumedRoleId"]))
        session = client("iam", answer["Credentials"])
        session.list_users(MaxItems=1)
        self.refused("AccessDenied", session.list_roles)
        IAM.delete_role_policy(RoleName="plain", PolicyName="own")
        self.refused("AccessDenied", session.list_users)
        IAM.delete_role(RoleName="plain")
        self.refused("InvalidClientTokenId", session.list_users)

    def test_session_policy(self):
        role = self.role("limited", [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}])
        only = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}]}
        limited = client("iam", self.assume(role, Policy=text(only))["Credentials"])
        limited.list_users(MaxItems=1)
        message = self.refused("AccessDenied", limited.list_groups)
        self.assertRegex(message, r"because no session policy allows the iam:ListGroups action\. Go to http.*#/authorization-details/([0-9a-z]{25}) for .* id: \1$")
        by_arn = client("iam", self.assume(role, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}])["Credentials"])
        by_arn.list_groups(MaxItems=1)
        self.refused("AccessDenied", by_arn.create_user, UserName="never")

    def test_session_tags(self):
        role = self.role("tagged-session", [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}}])
        blue = client("iam", self.assume(role, Tags=[{"Key": "team", "Value": "blue"}], TransitiveTagKeys=["team"])["Credentials"])
        blue.list_users(MaxItems=1)
        red = client("iam", self.assume(role, Tags=[{"Key": "team", "Value": "red"}])["Credentials"])
        self.refused("AccessDenied", red.list_users)

    def test_external_id(self):
        IAM.create_role(RoleName="external", AssumeRolePolicyDocument=text(
            dict(TRUST, Statement=[dict(TRUST["Statement"][0], Condition={"StringEquals": {"sts:ExternalId": "partner-7"}})])))
        role = arn("role", "external")
        self.refused("AccessDenied", STS.assume_role, RoleArn=role, RoleSessionName="walk")
        self.refused("AccessDenied", STS.assume_role, RoleArn=role, RoleSessionName="walk", ExternalId="partner-8")
        self.assume(role, ExternalId="partner-7")

    def test_duration_and_chaining(self):
        role = self.role("chain", [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}])
        self.refused("ValidationError", STS.assume_role, RoleArn=role, RoleSessionName="walk", DurationSeconds=7200)
        IAM.update_role(RoleName="chain", MaxSessionDuration=7200)
        answer = self.assume(role, DurationSeconds=7200)
        chained = client("sts", answer["Credentials"])
        message = self.refused("ValidationError", chained.assume_role, RoleArn=role, RoleSessionName="again", DurationSeconds=7200)
        self.assertEqual(message, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
        self.assume(role, "again", chained)

    def test_source_identity(self):
        IAM.create_role(RoleName="sourced", AssumeRolePolicyDocument=text(
            dict(TRUST, Statement=[dict(TRUST["Statement"][0], Action=["sts:AssumeRole", "sts:SetSourceIdentity"])])))
        self.assertEqual(self.assume(arn("role", "sourced"), SourceIdentity="ann")["SourceIdentity"], "ann")

    def test_session_token(self):
        credentials = STS.get_session_token(DurationSeconds=900)["Credentials"]
        self.assertEqual(client("sts", credentials).get_caller_identity()["Arn"], arn("user", "admin"))
        # IAM needs MFA of a session token [API_GetSessionToken].
        self.refused("InvalidClientTokenId", client("iam", credentials).list_users)
        self.refused("AccessDenied", client("sts", credentials).get_session_token)

    def test_federation_token(self):
        answer = STS.get_federation_token(Name="visitor", Policy=text(READ))
        self.assertEqual(answer["FederatedUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:federated-user/visitor")
        self.assertEqual(client("sts", answer["Credentials"]).get_caller_identity()["Arn"], answer["FederatedUser"]["Arn"])

    def test_exceptions(self):
        role = self.role("excepted", [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}])
        with self.assertRaises(STS.exceptions.MalformedPolicyDocumentException):
            STS.assume_role(RoleArn=role, RoleSessionName="walk", Policy="{}")
        self.refused("ValidationError", STS.assume_role, RoleArn="arn:aws:iam::123456789012:oidc-provider/x", RoleSessionName="walk")


class Simulator(Case):
    """The simulator says of a principal what its calls then show."""

    def decisions(self, answer):
        return {result["EvalActionName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}

    def test_principal(self):
        IAM.create_user(UserName="simulated", Path="/staff/")
        IAM.attach_user_policy(UserName="simulated", PolicyArn=self.policy("simulated", READ))
        mine = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*"}, {
            "Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/*/${aws:username}",
            "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}]}
        IAM.put_user_policy(UserName="simulated", PolicyName="mine", PolicyDocument=text(mine))
        source = arn("user", "staff/simulated")
        simulate = IAM.get_paginator("simulate_principal_policy").paginate
        actions = ["iam:ListUsers", "iam:ListRoles", "iam:DeleteUser"]
        pages = list(simulate(PolicySourceArn=source, ActionNames=actions, PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["EvaluationResults"]) for page in pages], [2, 1])
        full = simulate(PolicySourceArn=source, ActionNames=actions).build_full_result()
        self.assertEqual(self.decisions(full), dict(zip(actions, ("allowed", "explicitDeny", "implicitDeny"))))
        listed, denied, silent = full["EvaluationResults"]
        self.assertEqual([(s["SourcePolicyId"], s["SourcePolicyType"]) for s in listed["MatchedStatements"]], [("simulated", "IAM Policy")])
        self.assertEqual([s["SourcePolicyId"] for s in denied["MatchedStatements"]], ["user_simulated_mine"])
        self.assertEqual(silent["MatchedStatements"], [])
        key = client("iam", IAM.create_access_key(UserName="simulated")["AccessKey"])
        key.list_users(MaxItems=1)
        self.assertIn("explicit deny", self.refused("AccessDenied", key.list_roles))
        self.refused("AccessDenied", key.delete_user, UserName="simulated")
        wanted = IAM.get_context_keys_for_principal_policy(PolicySourceArn=source)["ContextKeyNames"]
        self.assertEqual(wanted, ["aws:SourceIp", "aws:username"])
        create = dict(PolicySourceArn=source, ActionNames=["iam:CreateAccessKey"], ResourceArns=[source])
        part = IAM.simulate_principal_policy(**create)["EvaluationResults"][0]["ResourceSpecificResults"][0]
        self.assertEqual((part["EvalResourceDecision"], part["MissingContextValues"]), ("implicitDeny", ["aws:SourceIp"]))
        address = {"ContextKeyName": "aws:SourceIp", "ContextKeyType": "ip", "ContextKeyValues": ["192.0.2.7"]}
        self.assertEqual(self.decisions(IAM.simulate_principal_policy(ContextEntries=[address], **create)), {"iam:CreateAccessKey": "allowed"})

    def test_custom(self):
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        bucket = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"}]}
        answer = IAM.simulate_custom_policy(
            PolicyInputList=[json.dumps(allow)], PermissionsBoundaryPolicyInputList=[json.dumps(allow)], ResourcePolicy=json.dumps(bucket),
            ActionNames=["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"], ResourceArns=["arn:aws:s3:::b/k", "arn:aws:s3:::b/l"],
            CallerArn=arn("user", "nobody"))
        self.assertEqual(self.decisions(answer), {"s3:GetObject": "allowed", "s3:DeleteObject": "explicitDeny", "sqs:SendMessage": "implicitDeny"})
        for result in answer["EvaluationResults"]:
            self.assertEqual(result["PermissionsBoundaryDecisionDetail"], {"AllowedByPermissionsBoundary": result["EvalActionName"].startswith("s3:")})
            self.assertEqual([part["EvalResourceName"] for part in result["ResourceSpecificResults"]], ["arn:aws:s3:::b/k", "arn:aws:s3:::b/l"])
        denied = answer["EvaluationResults"][1]["ResourceSpecificResults"][0]["MatchedStatements"]
        self.assertEqual(denied, [{"SourcePolicyId": "ResourcePolicy", "SourcePolicyType": "Resource Policy",
            "StartPosition": {"Line": 1, "Column": 41}, "EndPosition": {"Line": 1, "Column": len(json.dumps(bucket)) - 1}}])
        self.assertEqual(IAM.get_context_keys_for_custom_policy(PolicyInputList=[text(READ)])["ContextKeyNames"], [])
        with self.assertRaises(IAM.exceptions.InvalidInputException) as caught:
            IAM.simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["s3:GetObject"])
        self.assertEqual(caught.exception.response["Error"]["Message"], "Syntax errors in policy.")
        with self.assertRaises(IAM.exceptions.NoSuchEntityException):
            IAM.simulate_principal_policy(PolicySourceArn=arn("user", "nobody"), ActionNames=["s3:GetObject"])

    def test_trust(self):
        """AWS's own simulator does not evaluate trust policies (aws/aws-cli issue 10314)."""
        IAM.create_user(UserName="assumer")
        IAM.attach_user_policy(UserName="assumer", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        user, role = arn("user", "assumer"), arn("role", "trusting")
        deny = {"Version": "2012-10-17", "Statement": [dict(TRUST["Statement"][0]), {"Effect": "Deny", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"}]}
        for document, decision in ((TRUST, "allowed"), (deny, "explicitDeny")):
            answer = IAM.simulate_principal_policy(PolicySourceArn=user, ActionNames=["sts:AssumeRole"], ResourceArns=[role], ResourcePolicy=text(document))
            self.assertEqual(self.decisions(answer), {"sts:AssumeRole": decision})
        IAM.create_role(RoleName="trusting", AssumeRolePolicyDocument=text(deny))
        own = client("sts", IAM.create_access_key(UserName="assumer")["AccessKey"])
        self.refused("AccessDenied", own.assume_role, RoleArn=role, RoleSessionName="walk")
        IAM.update_assume_role_policy(RoleName="trusting", PolicyDocument=text(TRUST))
        own.assume_role(RoleArn=role, RoleSessionName="walk")


class Organization(Case):
    def test_life(self):
        with self.assertRaises(ORGANIZATIONS.exceptions.AWSOrganizationsNotInUseException):
            ORGANIZATIONS.describe_organization()
        made = ORGANIZATIONS.create_organization(FeatureSet="ALL")["Organization"]
        self.assertEqual(ORGANIZATIONS.describe_organization()["Organization"], made)
        with self.assertRaises(ORGANIZATIONS.exceptions.AlreadyInOrganizationException):
            ORGANIZATIONS.create_organization(FeatureSet="ALL")
        self.assertEqual(len(ORGANIZATIONS.get_paginator("list_roots").paginate().build_full_result()["Roots"]), 1)
        accounts = {ACCOUNT}
        for i in range(3):
            status = ORGANIZATIONS.create_account(Email=f"member{i}@example.com", AccountName=f"member {i}")["CreateAccountStatus"]
            status = ORGANIZATIONS.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
            self.assertEqual(status["State"], "SUCCEEDED")
            accounts.add(status["AccountId"])
            described = ORGANIZATIONS.describe_account(AccountId=status["AccountId"])["Account"]
            self.assertEqual((described["Name"], described["Status"]), (f"member {i}", "ACTIVE"))
        pages = list(ORGANIZATIONS.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["Accounts"]) for page in pages], [2, 2])
        self.assertEqual({account["Id"] for page in pages for account in page["Accounts"]}, accounts)
        statuses = ORGANIZATIONS.get_paginator("list_create_account_status").paginate().build_full_result()["CreateAccountStatuses"]
        self.assertEqual(len(statuses), 3)
        with self.assertRaises(ORGANIZATIONS.exceptions.AccountNotFoundException):
            ORGANIZATIONS.describe_account(AccountId="123456789012")
        member = (accounts - {ACCOUNT}).pop()
        session = STS.assume_role(RoleArn=f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole", RoleSessionName="walk")["Credentials"]
        self.delegate(member, client("organizations", session))

    def delegate(self, member, organizations):
        """A member reads the organization as long as the resource policy delegates."""
        self.assertEqual(organizations.describe_organization()["Organization"]["MasterAccountId"], ACCOUNT)
        with self.assertRaises(ORGANIZATIONS.exceptions.AccessDeniedException) as caught:
            organizations.list_accounts()
        message = caught.exception.response["Error"]["Message"]
        self.assertTrue(message.startswith("You don't have permissions to access this resource"), message)
        with self.assertRaises(ORGANIZATIONS.exceptions.ResourcePolicyNotFoundException):
            ORGANIZATIONS.describe_resource_policy()
        content = text({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{member}:root"}, "Action": "organizations:List*", "Resource": "*"}]})
        made = ORGANIZATIONS.put_resource_policy(Content=content, Tags=TEAM)["ResourcePolicy"]
        self.assertEqual(ORGANIZATIONS.describe_resource_policy()["ResourcePolicy"], made)
        self.assertEqual(made["Content"], content)
        self.assertEqual(len(organizations.list_accounts()["Accounts"]), 4)
        self.refused("AccessDeniedException", organizations.describe_resource_policy)
        with self.assertRaises(ORGANIZATIONS.exceptions.InvalidInputException) as caught:
            ORGANIZATIONS.put_resource_policy(Content=content.replace("List*", "*"))
        self.assertEqual(caught.exception.response["Reason"], "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY")
        ORGANIZATIONS.delete_resource_policy()
        self.refused("AccessDeniedException", organizations.list_accounts)


class Denials(Case):
    def toolbox(self, operation, path):
        """Calls the IAM toolbox, which this boto3 does not have."""
        request = AWSRequest("GET", ENDPOINT + "/authorization-details/" + path)
        SigV4Auth(boto3.Session().get_credentials(), "iam", IAM.meta.region_name).add_auth(request)
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers))) as answer:
            CALLED.add("iam-toolbox:" + operation)
            return json.load(answer)

    def test_details(self):
        IAM.create_user(UserName="denied")
        only = {"Version": "2012-10-17", "Statement": [{"Sid": "Own", "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}
        IAM.put_user_policy(UserName="denied", PolicyName="own", PolicyDocument=text(only))
        message = self.refused("AccessDenied", client("iam", IAM.create_access_key(UserName="denied")["AccessKey"]).list_users)
        name = re.search(r"authorization id: ([0-9a-z]{25})$", message).group(1)
        details = self.toolbox("GetRequestAuthorizationDetails", name)
        evaluation = details["evaluations"][0]
        self.assertEqual((evaluation["action"], evaluation["evaluatedEffect"]), ("iam:ListUsers", "IMPLICIT_DENY"))
        uri = urllib.parse.quote(details["policies"][0]["uri"], safe="")
        self.assertEqual(self.toolbox("GetRequestAuthorizationPolicy", f"{name}/policy?policyUri={uri}")["policyDocument"], only)
        decoded = json.loads(STS.decode_authorization_message(EncodedMessage=name)["DecodedMessage"])
        self.assertEqual((decoded["allowed"], decoded["context"]["principal"]["arn"]), (False, arn("user", "denied")))
        self.refused("InvalidAuthorizationMessageException", STS.decode_authorization_message, EncodedMessage="forged")

    def test_validation(self):
        analyzer = client("accessanalyzer")
        findings = analyzer.validate_policy(policyDocument=text(READ), policyType="IDENTITY_POLICY")["findings"]
        self.assertEqual(findings, [])
        pages = analyzer.get_paginator("validate_policy").paginate(
            policyDocument=text(READ).replace("iam:Get*", "iam:Gett").replace("iam:List*", "iam:Lisst"), policyType="IDENTITY_POLICY", PaginationConfig={"PageSize": 1})
        self.assertEqual([[f["issueCode"] for f in page["findings"]] for page in pages], [["INVALID_ACTION"], ["INVALID_ACTION"]])


class ZCoverage(Case):
    """Runs last: classes run in the order of their names."""

    def test_every_implemented_operation_was_answered(self):
        with open(os.environ["OPERATIONS"]) as file:
            operations = [o for o in json.load(file) if o["implemented"] and o["service"] not in ELSEWHERE]
        implemented = {o["service"] + ":" + o["operation"] for o in operations}
        self.assertGreater(len(implemented), 100)
        self.assertEqual(implemented - CALLED, set())

    def test_an_operation_that_is_not_implemented_says_so(self):
        self.refused("NotImplemented", IAM.generate_credential_report)


if __name__ == "__main__":
    unittest.main(verbosity=2)
