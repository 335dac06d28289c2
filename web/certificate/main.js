// What lifecert-verify does, in the reader's own browser: WebCrypto and the published keys, nothing else.

function bytes(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
}

function json(part) {
  return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(bytes(part)));
}

// The claims of a statement (JWS in compact form) that one of the keys signed; throws for every other.
async function check(statement, keySet) {
  const [head, body, signature, ...rest] = statement.split(".");
  if (signature === undefined || rest.length) throw new Error("not a statement");
  const header = json(head);
  if (header.alg !== "ES256" || header.typ !== "lifecert+jws" || "crit" in header) throw new Error("another kind");
  const key = keySet.keys.find((one) => one.kid === header.kid && one.kty === "EC" && one.crv === "P-256");
  if (!key) throw new Error("unknown key");
  const kind = {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"};
  const {kty, crv, x, y} = key;
  const published = await crypto.subtle.importKey("jwk", {kty, crv, x, y}, kind, false, ["verify"]);
  const signed = new TextEncoder().encode(head + "." + body);
  if (!await crypto.subtle.verify(kind, published, bytes(signature), signed)) throw new Error("another signature");
  return json(body);
}

// "genuine", "forged" when the statement is not, or says another thing than the page, "unchecked" without the keys.
async function judge(statement, shown, fetchKeys) {
  let keySet;
  try {
    keySet = await fetchKeys();
    if (!crypto.subtle || !Array.isArray(keySet.keys)) return "unchecked";
  } catch (error) {
    return "unchecked";
  }
  try {
    const claims = await check(statement, keySet);
    return shown.every(([name, value]) => String(claims[name]) === value) ? "genuine" : "forged";
  } catch (error) {
    return "forged";
  }
}

async function checkThisPage() {
  const result = document.getElementById("check");
  if (!result) return;
  const shown = [...document.querySelectorAll("[data-claim]")].map((one) => [one.dataset.claim, one.dataset.value]);
  const keys = async () => (await fetch("../.well-known/jwks.json", {credentials: "omit"})).json();
  const judged = await judge(result.dataset.statement, shown, keys);
  result.textContent = result.dataset[judged];
  result.dataset.result = judged;
}

if (typeof document !== "undefined") checkThisPage();
