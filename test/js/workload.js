// A program on an instance: the SDK's default credential chain and the environment are
// all that it is given. For each line on stdin it calls, and prints a line of JSON: who
// it is, with which access key, and how a call that its role must allow ended.
import * as readline from "node:readline";
import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";

const STS = new STSClient({ maxAttempts: 1 });
const IAM = new IAMClient({ maxAttempts: 1, credentials: STS.config.credentials });

for await (const line of readline.createInterface({ input: process.stdin })) {
  const said = { line };
  try {
    said.arn = (await STS.send(new GetCallerIdentityCommand({}))).Arn;
    said.key = (await STS.config.credentials()).accessKeyId;
    await IAM.send(new ListUsersCommand({}));
  } catch (e) {
    said.code = e.name;
  }
  console.log(JSON.stringify(said));
}
