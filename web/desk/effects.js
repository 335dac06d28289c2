// What a decision will do, said before it is taken: status, dates, days owed, and who is told. In days, never in amounts.
import {dayAfter, dayInWords, dayOf, daysFrom, knows, say, today, word, yearAfter} from "./state.js";

// What nobody of the office saw, and within how many days a sighting needs no word of why it is told only now.
export const PAPERS = ["attestation", "paper_form"];
const LATE_DAYS = 7;

function period(key, first, last) {
  return first && last && first <= last ? say(key, {first: dayInWords(first), last: dayInWords(last), n: daysFrom(first, last) + 1}) : "";
}

function named(benefit) {
  return `${benefit.benefit} (${word("category", benefit.category)})`;
}

function living(record, benefit = "") {
  return record.benefits.filter((one) => one.status !== "terminated" && (!benefit || one.benefit === benefit));
}

// Of a proof of life on a day: the year, and the days that are due after all. A hold ends the day it is known.
export function ofCertifying(record, day) {
  if (!record) return [];
  const until = [yearAfter(day), record.valid_until].sort()[1];
  const held = living(record).filter((one) => one.unpaid_since && one.unpaid_since < today());
  return [
    until === record.valid_until ? say("effectYearStays", {day: dayInWords(until)}) : say("effectYear", {day: dayInWords(until)}),
    record.status === "lapsed" ? say("effectActive") : "",
    ...held.map((one) => `${say("effectHoldEnds", {benefit: named(one)})} ${period("effectDue", one.unpaid_since, dayAfter(today(), -1))}`),
    say("effectTold"),
  ];
}

// Whether a ground must be given: of whoever was seen long ago, and of whoever showed nothing at the counter.
function lacksGround({method, seen_on, document, ground}) {
  if (ground || method === "video" || PAPERS.includes(method)) return false;
  return (method === "in_person" && document === "known_personally") || Boolean(seen_on && daysFrom(seen_on, today()) > LATE_DAYS);
}

// Earlier papers, of whichever kind, that certified the person as of another day: who brings the next one compares them.
function papersBefore(record, {method, seen_on}) {
  if (!record || !PAPERS.includes(method)) return "";
  const errors = record.history.filter(({event, details}) => event === "certificate_revoked" && details.cause === "error").map(({details}) => details.certificate_id);
  const days = record.history.filter(({event, details}) => event === "certified" && PAPERS.includes(details.method) && details.certified_on !== seen_on && !errors.includes(details.certificate_id)).map(({details}) => dayInWords(details.certified_on));
  return days.length ? say("effectPapersBefore", {days: days.slice(-5).join("; ")}) : "";
}

// Of what a clerk states about somebody: who was seen is certified, and a paper waits for a second clerk.
export function ofSighting(record, stated) {
  const paper = PAPERS.includes(stated.method);
  return [
    papersBefore(record, stated), paper ? say("effectPaperCase") : "", paper ? say("effectPaper") : "",
    ...(stated.seen_on ? ofCertifying(record, stated.seen_on) : []),
    paper ? "" : say("effectIfOpen"),
    lacksGround(stated) ? say("effectGroundNeeded") : "",
  ];
}

// Of an end on a day: days before it that were not paid are due, days from it on that were paid are taken back.
export function ofEnding(record, day, benefit) {
  if (!record || !day) return [];
  return [
    ...living(record, benefit).map((one) => {
      const settled = [one.unpaid_since || today(), one.start || ""].sort()[1];
      const due = period("effectDue", settled, dayAfter(day, -1));
      const back = period("effectBack", day, dayAfter(settled, -1));
      return [say("effectEnds", {benefit: named(one), day: dayInWords(day)}), due, back].filter(Boolean).join(" ");
    }),
    say("effectNobodyTold"),
    say("effectFacesGo"),
  ];
}

// Since when a benefit was held in the year that ended on a day; empty where it was not.
function heldBefore(record, benefit, validUntil) {
  const entry = record.history.find((one) => one.event === "payment_held" && one.details.valid_until === validUntil && one.benefits.some((fact) => fact.benefit === benefit));
  return entry ? entry.benefits.find((fact) => fact.benefit === benefit).held_since : "";
}

// Whether it was held when it ended, and nobody has certified the person since: a correction brings that back.
function heldAtItsEnd(record, benefit) {
  const last = record.history.filter((one) => one.event === "certified" || one.benefits.some((fact) => fact.benefit === benefit && fact.payment_was_held && fact.status === "terminated")).pop();
  return Boolean(last) && last.event !== "certified";
}

// What registers told of the person's death since the end, and nobody has looked into: a correction makes it a case.
function deathsNoted(record) {
  const cases = record.history.map(({details}) => details.signal_id);
  const noted = record.history.filter(({event, details}) => event === "death_noted" && !cases.includes(details.review_id));
  return record.status === "terminated" && noted.length ? [say("effectDeathNoted", {days: noted.map(({details}) => dayInWords(details.day)).join("; ")})] : [];
}

// Of a correction of an end: what was not paid for it is due. Of a benefit held before, the days until its hold alone.
export function ofCorrecting(record, benefit = "") {
  if (!record) return [];
  const ended = record.benefits.filter((one) => one.status === "terminated" && (!benefit || one.benefit === benefit));
  const over = living(record).length ? record.status === "lapsed" : record.valid_until < today();
  return deathsNoted(record).concat(ended.map((one) => {
    const held = over && heldAtItsEnd(record, one.benefit) ? heldBefore(record, one.benefit, record.valid_until) : "";
    const due = period("effectDue", one.unpaid_since || one.ended_on, dayAfter(held || today(), -1));
    return [say(over ? "effectBackLapsed" : "effectBackActive", {benefit: named(one)}), due].filter(Boolean).join(" ");
  }));
}

// What covers somebody without a certificate, and without those that were revoked before it.
function coveredWithout(record, certificateId) {
  const left = {};
  let registered = "";
  record.history.forEach(({event, details}) => {
    const id = details.certificate_id;
    if (event === "registered") registered = details.valid_until || "";
    if (event === "certified") left[id] = details.certified_on ? yearAfter(details.certified_on) : details.valid_until;
    if (event === "certificate_revoked") delete left[id];
  });
  delete left[certificateId];
  return [registered, ...Object.values(left)].sort().pop() || record.valid_until;
}

// Of a certificate that does not count: what covers the person then, and what was paid for it.
export function ofRevoking(record, certificateId) {
  if (!record) return [];
  const [until] = [coveredWithout(record, certificateId), record.valid_until].sort();
  if (until === record.valid_until) return [say("effectYearStays", {day: dayInWords(until)})];
  const lapsed = record.status === "lapsed" || until < today();
  const days = living(record).map((one) => {
    const held = lapsed ? heldBefore(record, one.benefit, until) : "";
    if (!held) return period("effectDue", one.unpaid_since, dayAfter(today(), -1));
    const settled = [one.unpaid_since || today(), one.start || ""].sort()[1];
    const unpaid = [settled, [held, one.start || ""].sort()[1]].sort()[0];
    return `${say("effectHeldAgain", {benefit: named(one)})} ${period("effectBack", unpaid, dayAfter(settled, -1))}`;
  });
  return [say("effectCoveredUntil", {day: dayInWords(until)}), lapsed ? say("effectLapses") : "", ...days];
}

// Of another start: days that come to be due and have passed are paid, days that were paid and are not due are taken back.
export function ofStarting(record, benefit, start) {
  const one = record && record.benefits.find((known) => known.benefit === benefit);
  if (!one || !one.start || !start) return [];
  const [first, last] = [one.start, start].sort();
  const settled = [one.unpaid_since || today(), one.start].sort()[1];
  // Of one that was held before it began nothing was paid yet.
  const held = one.held_since && settled === one.start ? one.held_since : settled;
  const now = one.ended_on || [one.unpaid_since ? held : today(), start].sort()[1];
  const changed = last === one.start ? period("effectDue", first, dayAfter([one.start, now].sort()[0], -1)) : period("effectBack", first, dayAfter([start, settled].sort()[0], -1));
  return [[say("effectStarts", {benefit: named(one), day: dayInWords(start), before: dayInWords(one.start)}), changed].filter(Boolean).join(" "), say("effectYearNearer"), say(one.ended_on ? "effectStartEnded" : "effectTold")];
}

// Of a review and an outcome (`accept`, `refuse`, `needs_more`; of a proposal `confirm`, `reject`), as sentences.
export function effectsOf(review, record, outcome, attempt) {
  if (!outcome) return [];
  const own = `${review.kind}_${outcome}`;
  const general = knows("effect", own) ? word("effect", own) : say("effectUnknown");
  if (own === "verification_accept") return [general, ...ofCertifying(record, dayOf(attempt ? attempt.opened_at : Date.now()))];
  if (own === "presence_confirm") return [general, ...ofCertifying(record, review.day || today())];
  if (own === "end_confirm") return [general, ...ofEnding(record, review.day)];
  if (own === "benefit_start_confirm") return [general, ...ofStarting(record, review.benefit, review.day)];
  if (own === "correction_confirm") return [general, ...ofCorrecting(record)];
  if (own === "revocation_confirm") return [general, ...ofRevoking(record, review.related_id)];
  return [general];
}
