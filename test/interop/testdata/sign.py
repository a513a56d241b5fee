"""Signs requests with botocore and sends them as they were signed.

usage: sign.py REQUESTS URL REGION KEY SECRET TOKEN
"""
import http.client
import json
import sys
from urllib.parse import quote, urlsplit

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNERS = {
    ("sts", False): auth.SigV4Auth,
    ("s3", False): auth.S3SigV4Auth,
    ("sts", True): auth.SigV4QueryAuth,
    ("s3", True): auth.S3SigV4QueryAuth,
}


def encoded(pairs):
    """The query as botocore's serializers encode it."""
    parts = []
    for name, value in pairs:
        part = quote(name, safe="-_.~")
        if value is not None:
            part += "=" + quote(value, safe="-_.~")
        parts.append(part)
    return "&".join(parts)


def signed(case, base, region, credentials):
    url = base + case["path"]
    if case.get("query"):
        url += "?" + encoded(case["query"])
    # A presigned URL is made before the body is known.
    body = "" if case.get("presign") else case.get("body", "")
    request = AWSRequest(method=case["method"], url=url, data=body.encode())
    for name, value in case.get("headers", []):
        request.headers[name] = value
    SIGNERS[case["service"], case.get("presign", False)](credentials, case["service"], region).add_auth(request)
    return request


def send(case, request):
    parts = urlsplit(request.url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest(case["method"], target, skip_accept_encoding=True)
    for name, value in request.headers.items():
        connection.putheader(name, value.encode() if isinstance(value, str) else value)
    connection.putheader("Rule", case["rule"])
    body = case.get("body", "").encode()
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    connection.getresponse().read()
    connection.close()


def main(requests, base, region, key, secret, token):
    with open(requests, encoding="utf-8") as f:
        cases = json.load(f)
    for case in cases:
        if "botocore" in case.get("not", []):
            continue
        credentials = Credentials(key, secret, token if case.get("token") else None)
        send(case, signed(case, base, region, credentials))


if __name__ == "__main__":
    main(*sys.argv[1:])
