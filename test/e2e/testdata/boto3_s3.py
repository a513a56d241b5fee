"""Works in the bucket photos with boto3, as a role with temporary credentials."""
import hashlib
import io
import os
import threading
import unittest
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "photos"
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(retries={"max_attempts": 0}, signature_version="s3v4"))
KIB, MIB = 1 << 10, 1 << 20


def code(call, **parameters):
    try:
        call(**parameters)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return None


class Objects(unittest.TestCase):
    def setUp(self):
        self.prefix = self.id() + "/"

    def tearDown(self):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=self.prefix):
            keys = [{"Key": o["Key"]} for o in page.get("Contents", [])]
            if keys:
                left = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": keys, "Quiet": True})
                self.assertNotIn("Errors", left)

    def test_round_trip(self):
        key = self.prefix + "ä b+c%d&e='f\".txt"
        put = s3.put_object(Bucket=BUCKET, Key=key, Body=b"hello", ContentType="text/plain", CacheControl="no-cache", Metadata={"a": "1"})
        got = s3.get_object(Bucket=BUCKET, Key=key)
        self.assertEqual(got["Body"].read(), b"hello")
        self.assertEqual((got["ContentType"], got["CacheControl"], got["Metadata"], got["ETag"]), ("text/plain", "no-cache", {"a": "1"}, put["ETag"]))
        self.assertEqual(put["ETag"], '"%s"' % hashlib.md5(b"hello").hexdigest())
        head = s3.head_object(Bucket=BUCKET, Key=key)
        self.assertEqual(head["ContentLength"], 5)

    def test_ranges_and_conditions(self):
        key = self.prefix + "k"
        etag = s3.put_object(Bucket=BUCKET, Key=key, Body=b"0123456789")["ETag"]
        got = s3.get_object(Bucket=BUCKET, Key=key, Range="bytes=2-4")
        self.assertEqual((got["Body"].read(), got["ContentRange"], got["ResponseMetadata"]["HTTPStatusCode"]), (b"234", "bytes 2-4/10", 206))
        self.assertEqual(code(s3.get_object, Bucket=BUCKET, Key=key, Range="bytes=50-60"), "InvalidRange")
        self.assertEqual(code(s3.get_object, Bucket=BUCKET, Key=key, IfMatch='"other"'), "PreconditionFailed")
        self.assertEqual(code(s3.get_object, Bucket=BUCKET, Key=key, IfNoneMatch=etag), "304")
        self.assertEqual(code(s3.get_object, Bucket=BUCKET, Key=self.prefix + "none"), "NoSuchKey")
        self.assertEqual(code(s3.head_object, Bucket=BUCKET, Key=self.prefix + "none"), "404")

    def test_transfer_manager(self):
        body = os.urandom(18 * MIB)
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
        s3.upload_fileobj(io.BytesIO(body), BUCKET, self.prefix + "big", Config=config)
        into = io.BytesIO()
        s3.download_fileobj(BUCKET, self.prefix + "big", into, Config=config)
        self.assertEqual(into.getvalue(), body)
        self.assertTrue(s3.head_object(Bucket=BUCKET, Key=self.prefix + "big")["ETag"].endswith('-4"'))

    def test_multipart(self):
        key = self.prefix + "parts"
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        self.assertIn(key, [u["Key"] for u in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])])
        first = s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=b"a" * (5 * MIB))
        s3.put_object(Bucket=BUCKET, Key=self.prefix + "source", Body=b"b" * 100)
        second = s3.upload_part_copy(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=2, CopySource={"Bucket": BUCKET, "Key": self.prefix + "source"})
        self.assertEqual([p["PartNumber"] for p in s3.list_parts(Bucket=BUCKET, Key=key, UploadId=upload)["Parts"]], [1, 2])
        parts = [{"PartNumber": 1, "ETag": first["ETag"]}, {"PartNumber": 2, "ETag": second["CopyPartResult"]["ETag"]}]
        bad = [{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}]
        self.assertEqual(code(s3.complete_multipart_upload, Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": bad}), "InvalidPart")
        s3.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
        self.assertEqual(s3.head_object(Bucket=BUCKET, Key=key)["ContentLength"], 5 * MIB + 100)
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        s3.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload)
        self.assertEqual(code(s3.list_parts, Bucket=BUCKET, Key=key, UploadId=upload), "NoSuchUpload")

    def test_listing(self):
        for i in range(25):
            s3.put_object(Bucket=BUCKET, Key="%sd%d/f%02d ü" % (self.prefix, i % 3, i), Body=b"")
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=self.prefix, PaginationConfig={"PageSize": 10}))
        keys = [o["Key"] for p in pages for o in p["Contents"]]
        self.assertEqual((len(pages), len(keys), keys), (3, 25, sorted(keys)))
        folders = s3.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix, Delimiter="/")
        self.assertEqual([p["Prefix"] for p in folders["CommonPrefixes"]], [self.prefix + "d%d/" % i for i in range(3)])
        old = list(s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix=self.prefix, PaginationConfig={"PageSize": 7}))
        self.assertEqual([o["Key"] for p in old for o in p["Contents"]], keys)

    def test_copy_and_tags(self):
        a, b = self.prefix + "a+ ü", self.prefix + "b"
        s3.put_object(Bucket=BUCKET, Key=a, Body=b"x", Tagging="class=public&n=1", Metadata={"m": "1"})
        s3.copy_object(Bucket=BUCKET, Key=b, CopySource={"Bucket": BUCKET, "Key": a})
        self.assertEqual(s3.get_object(Bucket=BUCKET, Key=b)["Metadata"], {"m": "1"})
        self.assertEqual({t["Key"]: t["Value"] for t in s3.get_object_tagging(Bucket=BUCKET, Key=a)["TagSet"]}, {"class": "public", "n": "1"})

    def test_presigned(self):
        key = self.prefix + "p q"
        put = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
        urllib.request.urlopen(urllib.request.Request(put, data=b"presigned", method="PUT"))
        get = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
        self.assertEqual(urllib.request.urlopen(get).read(), b"presigned")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(get, method="DELETE"))
        self.assertEqual(refused.exception.code, 403)

    def test_an_answer_is_not_taken_for_the_next(self):
        # botocore awaits 100 behind the headers of a PUT, and keeps what came instead.
        s3.put_object(Bucket=BUCKET, Key=self.prefix + "empty", Body=b"")
        self.assertEqual(code(s3.put_object, Bucket=BUCKET, Key=self.prefix + "x", Body=b"x", ACL="public-read"), "AccessControlListNotSupported")
        self.assertEqual(code(s3.put_object, Bucket=BUCKET, Key=self.prefix + "x", Body=b"", ACL="public-read"), "AccessControlListNotSupported")
        s3.put_object(Bucket=BUCKET, Key=self.prefix + "x", Body=b"x")
        self.assertEqual(s3.get_object(Bucket=BUCKET, Key=self.prefix + "x")["Body"].read(), b"x")

    def test_at_once(self):
        bodies = {self.prefix + str(i): os.urandom(100 * KIB) for i in range(32)}
        threads = [threading.Thread(target=lambda k=k, b=b: s3.put_object(Bucket=BUCKET, Key=k, Body=b)) for k, b in bodies.items()]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for k, b in bodies.items():
            self.assertEqual(s3.get_object(Bucket=BUCKET, Key=k)["Body"].read(), b)

    def test_not_the_workers(self):
        self.assertEqual(code(s3.list_buckets), "AccessDenied")
        self.assertEqual(code(s3.get_object, Bucket=BUCKET + "-none", Key="k"), "NoSuchBucket")
        self.assertEqual(code(s3.delete_bucket, Bucket=BUCKET), "AccessDenied")
        self.assertEqual(code(s3.put_bucket_policy, Bucket=BUCKET, Policy="{}"), "AccessDenied")
        self.assertEqual(code(s3.put_object, Bucket=BUCKET, Key=self.prefix + "x", Body=b"", ACL="public-read"), "AccessControlListNotSupported")


if __name__ == "__main__":
    unittest.main()
