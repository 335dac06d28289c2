// What an office does: register, enrol a photo, certify in person, decide a case, end an entitlement by two clerks.
import {drawn, expected, once, signedIn, STACK, upload, type Client, type Schemas} from "./stack.js";

// Somebody whom nobody has registered yet; the last character of an ID number is a check digit (GB 11643).
export function invented(): Schemas["Person"] {
  const number = (below: number, digits: number) => String(Math.floor(Math.random() * below)).padStart(digits, "0");
  const digits = `33010619501${number(3, 1)}1${number(10, 1)}${number(1000, 3)}`;
  const total = [...digits].reduce((sum, digit, place) => sum + Number(digit) * 2 ** (17 - place), 0);
  return {name: "赵春梅", id_number: digits + "10X98765432"[total % 11]};
}

// Register a person and enrol a photo of them, after which the camera can be used.
export async function register(clerk: Client, person: Schemas["Person"]): Promise<string> {
  const body = {...person, category: "resident_pension", district: "330106", benefit_start: "2025-09-01"} as const;
  const {beneficiary_id} = expected(await clerk.POST("/staff/beneficiaries", {body, params: {header: once()}}));
  const path = {beneficiary_id};
  const consent = {version: STACK.consent_version}; // which the clerk has before them, on paper or screen
  const slot = await clerk.POST("/staff/beneficiaries/{beneficiary_id}/references", {params: {path}, body: {consent}});
  const begun = expected(slot);
  await upload(begun.slot, drawn("STEPS=neutral")[0]!);
  expected(
    await clerk.POST("/staff/beneficiaries/{beneficiary_id}/references/{reference_id}/enrol", {
      params: {path: {...path, reference_id: begun.reference_id}},
    }),
  );
  return beneficiary_id;
}

// Find a case in the queue, look at it, and decide it.
async function decide(clerk: Client, review_id: string): Promise<Schemas["Review"]> {
  const {reviews} = expected(await clerk.GET("/staff/reviews", {params: {query: {kind: "death_report"}}}));
  if (!reviews.some((review) => review.review_id === review_id)) throw new Error("the case is not in the queue");
  const {review} = expected(await clerk.GET("/staff/reviews/{review_id}", {params: {path: {review_id}}}));
  console.log("case of", review.kind, "opened by", review.opened_by_role);
  const body = {outcome: "refuse", ground: "unfounded"} as const;
  return expected(await clerk.POST("/staff/reviews/{review_id}/decision", {params: {path: {review_id}}, body}));
}

// What another clerk proposed is so.
async function confirm(second: Client, proposal_id: string): Promise<void> {
  const confirmed = expected(
    await second.POST("/staff/proposals/{proposal_id}/confirmation", {
      params: {path: {proposal_id}},
      body: {confirm: true},
    }),
  );
  console.log("proposal", confirmed.kind, confirmed.decision?.outcome);
}

export async function main() {
  const [user, auditor] = [await signedIn("user@example.org"), await signedIn("auditor@example.org")];
  const [clerk, second] = [await signedIn("clerk@example.org"), await signedIn("second-clerk@example.org")];
  const person = invented();
  const path = {beneficiary_id: await register(clerk, person)};
  // Days are days of the deployment.
  const yesterday = new Date(Date.now() - 86_400_000).toLocaleDateString("sv", {timeZone: "Asia/Shanghai"});
  const certified = expected(
    await clerk.POST("/staff/beneficiaries/{beneficiary_id}/certifications", {
      params: {path, header: once()},
      body: {seen_on: yesterday, document: "id_card"},
    }),
  );
  // A case is open that doubts the person, as of whomever one clerk registered by hand: a second clerk confirms.
  if ("proposal_id" in certified) await confirm(second, certified.proposal_id);
  else if ("review_id" in certified) console.log("case", certified.state);
  else console.log("certified", certified.method, "until", certified.valid_until);
  const {report_id} = expected(await user.POST("/reports", {body: {beneficiary: person}}));
  console.log("case", (await decide(second, report_id)).state);
  const {proposal_id} = expected(
    await clerk.POST("/staff/beneficiaries/{beneficiary_id}/end", {
      params: {path, header: once()},
      body: {ended_on: yesterday, cause: "deceased"},
    }),
  );
  await confirm(second, proposal_id);
  console.log("open cases", expected(await auditor.GET("/staff/statistics")).reviews_open);
  console.log("hold batches", expected(await auditor.GET("/staff/hold-batches")).batches.length);
}

if (process.argv[1] === import.meta.filename) await main();
