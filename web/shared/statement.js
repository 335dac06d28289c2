// A signed statement (JWS in compact form) and the published keys, by WebCrypto and nothing else: what lifecert-verify does.

function decodedBytes(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
}

function decodedJson(part) {
  return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(decodedBytes(part)));
}

// The claims of a statement that one of the keys signed; throws for every other.
export async function genuineClaims(statement, keySet) {
  const [head, body, signature, ...rest] = statement.split(".");
  if (signature === undefined || rest.length) throw new Error("not a statement");
  const header = decodedJson(head);
  if (header.alg !== "ES256" || header.typ !== "lifecert+jws" || "crit" in header) throw new Error("another kind");
  const key = keySet.keys.find((one) => one.kid === header.kid && one.kty === "EC" && one.crv === "P-256");
  if (!key) throw new Error("unknown key");
  const kind = {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"};
  const {kty, crv, x, y} = key;
  const published = await crypto.subtle.importKey("jwk", {kty, crv, x, y}, kind, false, ["verify"]);
  const signed = new TextEncoder().encode(head + "." + body);
  if (!await crypto.subtle.verify(kind, published, decodedBytes(signature), signed)) throw new Error("another signature");
  return decodedJson(body);
}
