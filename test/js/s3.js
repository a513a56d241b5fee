// Works in the bucket photos with the AWS SDK for JavaScript v3, which takes everything
// from the environment. Prints a line "ok NAME" for each test that held.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const Bucket = "photos";
const S3 = new s3.S3Client({ maxAttempts: 1, forcePathStyle: true });
const read = async (Key, more) => Buffer.from(await (await S3.send(new s3.GetObjectCommand({ Bucket, Key, ...more }))).Body.transformToByteArray());

const tests = {
  async "round trip"() {
    const Key = "js/ä b+c%.txt";
    await S3.send(new s3.PutObjectCommand({ Bucket, Key, Body: "hello", ContentType: "text/plain", Metadata: { a: "1" } }));
    assert.equal((await read(Key)).toString(), "hello");
    const head = await S3.send(new s3.HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    assert.deepEqual([head.ContentType, head.ContentLength, head.Metadata.a], ["text/plain", 5, "1"]);
  },
  async "checksums"() {
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
      try {
        await S3.send(new s3.PutObjectCommand({ Bucket, Key: "js/" + ChecksumAlgorithm, Body: "summed", ChecksumAlgorithm }));
      } catch (e) {
        if (ChecksumAlgorithm === "CRC64NVME" && !e.$metadata?.httpStatusCode) continue; // it needs a package of its own
        throw e;
      }
      assert.equal((await read("js/" + ChecksumAlgorithm)).toString(), "summed");
    }
  },
  async "a stream with a trailer"() {
    const body = randomBytes(300_000);
    await S3.send(new s3.PutObjectCommand({ Bucket, Key: "js/stream", Body: Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]), ContentLength: body.length }));
    assert.ok((await read("js/stream")).equals(body));
  },
  async "an upload in parts"() {
    const Body = randomBytes(12 << 20);
    await new Upload({ client: S3, params: { Bucket, Key: "js/big", Body }, partSize: 5 << 20 }).done();
    assert.ok((await read("js/big")).equals(Body));
  },
  async "presigned"() {
    const url = await getSignedUrl(S3, new s3.PutObjectCommand({ Bucket, Key: "js/presigned" }), { expiresIn: 60 });
    assert.equal((await fetch(url, { method: "PUT", body: "by url" })).status, 200);
    assert.equal((await read("js/presigned")).toString(), "by url");
  },
  // What the presigner puts into the query counts as it does in the header.
  async "presigned, with headers in the query"() {
    const by = async (command, init) => fetch(await getSignedUrl(S3, command, { expiresIn: 60 }), { method: "PUT", ...init });
    const named = { Bucket, Key: "js/hoisted" };
    assert.equal((await by(new s3.PutObjectCommand({ ...named, Metadata: { kind: "of a url" } }), { body: "hoisted" })).status, 200);
    assert.equal((await S3.send(new s3.HeadObjectCommand(named))).Metadata.kind, "of a url");
    assert.equal((await by(new s3.CopyObjectCommand({ Bucket, Key: "js/copied", CopySource: Bucket + "/js/hoisted" }))).status, 200);
    assert.equal((await read("js/copied")).toString(), "hoisted");
    assert.equal((await by(new s3.PutObjectCommand({ ...named, ACL: "public-read" }), { body: "open" })).status, 400);
    assert.equal((await by(new s3.PutObjectCommand({ ...named, ExpectedBucketOwner: "000000000001" }), { body: "other" })).status, 403);
    assert.equal((await read("js/hoisted")).toString(), "hoisted");
  },
  async "refusals"() {
    await assert.rejects(read("js/none"), { name: "NoSuchKey" });
    await assert.rejects(S3.send(new s3.ListBucketsCommand({})), { name: "AccessDenied" });
    await assert.rejects(S3.send(new s3.DeleteBucketCommand({ Bucket })), { name: "AccessDenied" });
  },
  async "listing and deleting"() {
    const { Contents } = await S3.send(new s3.ListObjectsV2Command({ Bucket, Prefix: "js/" }));
    const { Errors } = await S3.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } }));
    assert.equal(Errors, undefined);
    assert.equal((await S3.send(new s3.ListObjectsV2Command({ Bucket, Prefix: "js/" }))).KeyCount, 0);
  },
};

for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
  } catch (e) {
    console.error("failed", name, e);
    process.exit(1);
  }
  console.log("ok", name);
}
