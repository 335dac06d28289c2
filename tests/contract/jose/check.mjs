// Reads {statements, jwks, page} on standard input. Prints what the library `jose` and the page's own script say of
// each statement, and statements that `jose` itself signed, with their key set.
import {readFileSync} from "node:fs";
import {compactVerify, createLocalJWKSet, CompactSign, exportJWK, generateKeyPair} from "jose";

const {statements, jwks, page} = JSON.parse(readFileSync(0, "utf-8"));
const {genuineClaims, judge} = new Function(`${page}; return {genuineClaims, judge};`)();

async function byLibrary(statement, keySet) {
  try {
    const {payload, protectedHeader} = await compactVerify(statement, createLocalJWKSet(keySet), {algorithms: ["ES256"]});
    return protectedHeader.typ === "lifecert+jws" ? JSON.parse(new TextDecoder().decode(payload)) : null;
  } catch {
    return null;
  }
}

async function byPage(statement, keySet) {
  const judged = await judge(statement, [], async () => keySet);
  return judged === "genuine" ? await genuineClaims(statement, keySet) : null;
}

const found = [];
for (const statement of statements) {
  found.push({library: await byLibrary(statement, jwks), page: await byPage(statement, jwks)});
}

const {publicKey, privateKey} = await generateKeyPair("ES256");
const published = {keys: [{...await exportJWK(publicKey), alg: "ES256", use: "sig", kid: "of-node"}]};
const certificate = {jti: "1", masked_name: "王*明", certified_on: "2026-03-01", valid_until: "2027-03-01"};
const claims = new TextEncoder().encode(JSON.stringify(certificate));
const header = {alg: "ES256", kid: "of-node", typ: "lifecert+jws"};
const signed = await new CompactSign(claims).setProtectedHeader(header).sign(privateKey);
console.log(JSON.stringify({found, signed: {statement: signed, jwks: published}}));
