// Certify somebody by camera, look how they stand, and check the certificate: what an app does.
import {compactVerify, createLocalJWKSet} from "jose";
import {ANYBODY, drawn, expected, once, signedIn, STACK, upload, type Client, type Schemas} from "./stack.js";

// Open a session, send a frame for each step, and have it decided.
async function certify(user: Client, name: string, id_number: string): Promise<Schemas["Session"]> {
  const {version} = expected(await ANYBODY.GET("/config")).consent;
  const {session_id, slots} = expected(
    await user.POST("/sessions", {
      body: {beneficiary: {name, id_number}, on_behalf: true, consent: {version}},
      params: {header: once()},
    }),
  );
  const photos = drawn(`SESSION=${session_id}`);
  await Promise.all(slots.map((slot) => upload(slot, photos[slot.number - 1]!)));
  return expected(await user.POST("/sessions/{session_id}/verify", {params: {path: {session_id}}}));
}

// The claims of a certificate's statement, if one of the published keys signed it.
async function genuine(statement: string) {
  const keys = createLocalJWKSet(expected(await ANYBODY.GET("/.well-known/jwks.json")));
  const {payload, protectedHeader} = await compactVerify(statement, keys, {algorithms: ["ES256"]});
  if (protectedHeader.typ !== "lifecert+jws") throw new Error("this is another kind of statement");
  return JSON.parse(new TextDecoder().decode(payload));
}

const user = await signedIn("user@example.org");
const person = STACK.people[1];
const session = await certify(user, person.name, person.id_number);
console.log("outcome", session.outcome);
if (session.outcome !== "accepted" || !session.certificate) {
  throw new Error(session.reason?.instruction ?? session.other_ways);
}
const {beneficiary_id, certificate_id} = session.certificate;
const standing = expected(await user.GET("/beneficiaries/{beneficiary_id}", {params: {path: {beneficiary_id}}}));
console.log("status", standing.status, "until", standing.valid_until);
const {people} = expected(await user.GET("/me/people"));
if (!people.some((one) => one.beneficiary_id === beneficiary_id)) throw new Error("they are not among my people");
const certificate = expected(await ANYBODY.GET("/certificates/{certificate_id}", {params: {path: {certificate_id}}}));
console.log("certificate", certificate.state, "for", (await genuine(certificate.statement)).masked_name);
