// Signs requests with the AWS SDK for JavaScript's signer and sends them as they
// were signed.
//
// usage: node sign.js REQUESTS URL REGION KEY SECRET TOKEN
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { buildQueryString } from "@smithy/querystring-builder";
import { SignatureV4 } from "@smithy/signature-v4";

const [requests, base, region, accessKeyId, secretAccessKey, sessionToken] = process.argv.slice(2);
const url = new URL(base);

function unsigned(c) {
  const query = {};
  for (const [name, value] of c.query ?? []) {
    const text = value ?? "";
    query[name] = name in query ? [].concat(query[name], text) : text;
  }
  const headers = { host: url.host };
  for (const [name, value] of c.headers ?? []) headers[name] = value;
  return new HttpRequest({
    method: c.method, protocol: url.protocol, hostname: url.hostname, port: Number(url.port),
    path: c.path, query, headers, body: c.body,
  });
}

function sign(c) {
  const s3 = c.service === "s3";
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, sessionToken: c.token ? sessionToken : undefined },
    region, service: c.service, sha256: Sha256, uriEscapePath: !s3, applyChecksum: true,
  });
  const request = unsigned(c);
  if (!c.presign) return signer.sign(request);
  // The S3 client leaves the payload of a presigned request unsigned with this header.
  if (s3) request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
  return signer.presign(request, { expiresIn: 60 });
}

function send(c, signed) {
  const query = buildQueryString(signed.query);
  return new Promise((resolve, reject) => {
    const out = httpRequest({
      host: url.hostname, port: url.port, method: signed.method,
      path: signed.path + (query ? "?" + query : ""),
      headers: { ...signed.headers, Rule: c.rule },
    }, (response) => response.resume().on("end", resolve));
    out.on("error", reject);
    out.end(signed.body);
  });
}

for (const c of JSON.parse(readFileSync(requests, "utf8"))) {
  if (c.not?.includes("js")) continue;
  await send(c, await sign(c));
}
