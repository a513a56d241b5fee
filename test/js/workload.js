// A program on an instance: the SDK's default credential chain and the environment are
// all that it is given. For each line on stdin it calls, and prints a line of JSON: who
// it is, with which access key, and how reading an object that its role must allow ended.
import * as readline from "node:readline";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";

const STS = new STSClient({ maxAttempts: 1 });
const S3 = new S3Client({ maxAttempts: 1, forcePathStyle: true, credentials: STS.config.credentials });

for await (const line of readline.createInterface({ input: process.stdin })) {
  const said = { line };
  try {
    said.arn = (await STS.send(new GetCallerIdentityCommand({}))).Arn;
    said.key = (await STS.config.credentials()).accessKeyId;
    const object = await S3.send(new GetObjectCommand({ Bucket: "photos", Key: "cat" }));
    said.read = await object.Body.transformToString();
  } catch (e) {
    said.code = e.name;
    said.message = e.message;
  }
  console.log(JSON.stringify(said));
}
