// Somebody's chain of the ledger computed again: each hash from what the entry says, each link from the hash before it.
// Whoever answers is trusted in nothing that can be computed here.
import {genuineClaims} from "../shared/statement.js";

const FIRST_LINK = "0".repeat(64);
// What an entry's hash is of (design.md, section 6).
const HASHED = ["actor_id", "at", "beneficiary_id", "details", "event", "prev_hash", "role", "seq"];
// What an entry says of its certificate, and the certificate of itself.
const SAME = ["certified_on", "method", "policy_version", "model_version", "calibration_version", "evidence_digest"];

// Canonical JSON: keys in order, no spaces. Codes are ASCII, so that any order of letters is the same.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

export async function hashOf(entry) {
  const content = HASHED.reduce((all, name) => Object.assign(all, {[name]: entry[name]}), {});
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(content)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What is wrong with each entry, an empty text for nothing: `foreign`, `missing`, `unlinked`, `altered`. `end` is what is
// wrong with the last one, held against the person's record: `cut` for entries that are not there, `other` for another.
export async function judged(chain, beneficiaryId) {
  const faults = [];
  let link = FIRST_LINK;
  for (const [place, entry] of chain.entries.entries()) {
    const own = await hashOf(entry);
    if (entry.beneficiary_id !== beneficiaryId) faults.push("foreign");
    else if (entry.seq !== place + 1) faults.push("missing");
    else if (entry.prev_hash !== link) faults.push("unlinked");
    else faults.push(entry.hash === own ? "" : "altered");
    link = entry.hash;
  }
  const end = chain.version !== chain.entries.length ? "cut" : chain.head !== link ? "other" : "";
  return {faults, end, whole: !end && chain.entries.length > 0 && faults.every((one) => !one)};
}

// What a certificate is worth beside the entry that names it: `genuine`, `forged`, or `differs` where it says another thing.
export async function certificateOf(entry, certificate, keySet) {
  let claims;
  try {
    claims = await genuineClaims(certificate.statement, keySet);
  } catch (error) {
    return "forged";
  }
  const {details} = entry;
  // Entries of the first releases name fewer facts, and these two always.
  const known = SAME.filter((name) => name in details || name === "evidence_digest");
  const same = claims.jti === details.certificate_id && known.every((name) => claims[name] === details[name]);
  return same ? "genuine" : "differs";
}
