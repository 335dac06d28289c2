// Meet a refusal of every class, and what a client reads of it: each is a typed `Problem`, the gateway's own included.
// `node refusals.js SESSION` meets 410 too, with a session of user@example.org that was opened ten minutes ago or more.
import {invented, register} from "./office.js";
import {client, expected, signedIn, STACK, upload, type Client, type Problem, type Schemas} from "./stack.js";

// The refusal. Its `code` is what a client goes by; `detail` is for people. By its type `code` may be any text, for codes
// may be added: the parameter's type has the compiler find one that is misspelt.
function met(answer: {error?: Problem}, code: Schemas["ProblemCode"]): Problem {
  if (answer.error?.code !== code) throw new Error(`${code} was expected, and not ${JSON.stringify(answer)}`);
  console.log(answer.error.status, answer.error.code, "-", answer.error.detail);
  return answer.error;
}

// Open a session on behalf of somebody.
function start(user: Client, beneficiary: Schemas["Person"], version: string = STACK.consent_version, key?: string) {
  const params = key ? {header: {"Idempotency-Key": key}} : {};
  return user.POST("/sessions", {params, body: {beneficiary, on_behalf: true, consent: {version}}});
}

const verify = (user: Client, session_id: string) =>
  user.POST("/sessions/{session_id}/verify", {params: {path: {session_id}}});

const [user, person, expired] = [await signedIn("user@example.org"), invented(), process.argv[2]];
met(await start(user, person, STACK.consent_version, "short"), "idempotency_key_invalid");
met(await client("of yesterday").GET("/me/sessions"), "signed_out");
met(await user.GET("/staff/statistics"), "not_allowed");
console.log("    call", met(await start(user, person), "beneficiary_not_found").help_line);
console.log("    agree to", met(await start(user, person, "2020-1"), "consent_missing").consent_version);
const mistyped = met(await start(user, {...person, id_number: "330106195108043718"}), "invalid_request");
console.log("    mend", ...(mistyped.errors ?? []).map((fault) => fault.field));
if (expired) met(await verify(user, expired), "session_expired");
await register(await signedIn("clerk@example.org"), person);
const {session_id} = expected(await start(user, person));
console.log("    send", ...(met(await verify(user, session_id), "frames_missing").missing ?? []));
for (let tries = 0; tries < 5; tries++) { // failed ones, after which the camera pauses for this person
  const session = expected(await start(user, person));
  for (const slot of session.slots) await upload(slot, "no photo");
  await verify(user, session.session_id);
}
console.log("    come again after", met(await start(user, person), "camera_paused").paused_until);
