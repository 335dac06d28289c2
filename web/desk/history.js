// How a person stands, their year as a line, and what happened to their record.
import {draw, el} from "../shared/dom.js";
import {placed} from "./districts.js";
import {table} from "./forms.js";
import {dayAfter, dayInWords, dayOf, daysFrom, momentInWords, say, today, word} from "./state.js";
import {facts, link} from "./view.js";

const WIDE = 720;
const HIGH = 118;
const AXIS = 62;
// Days shown before today, and after it.
const BEFORE = 400;
const AFTER = 380;
// What stands on the line, by what happened.
const MARKS = {
  certified: "certified", already_certified: "certified", reminder_due: "notice", notice_sent: "notice", notice_delivered: "notice",
  notice_recorded: "notice", lapsed: "lapsed", payment_held: "held", benefit_ended: "ended", terminated: "ended", corrected: "certified",
};
// Which details of an entry are told, in this order; the others are ids.
const TOLD = [
  ["method", "method"], ["outcome", "outcome"], ["ground", "ground"], ["kind", "kind"], ["way", "way"], ["result", "given"],
  ["reason", "reason"], ["cause", "cause"], ["document", "document"], ["place", "place"], ["asked", "askedFor"], ["attester", "attester"], ["witness", "witness"],
];
// The same detail is another list of codes for some entries.
const TOLD_OTHERWISE = {
  certified: {ground: "presence"}, already_certified: {ground: "presence"}, amended: {ground: "amend"}, start_corrected: {ground: "amend"}, withdrawal_undone: {ground: "undo"}, consent_given: {ground: "undo"},
  mandate_given: {kind: "mandate", ground: "mandateGround"}, mandate_ended: {kind: "mandate"}, visit_noted: {outcome: "visited"},
};
const DAYS = ["valid_until", "ended_on", "seen_on", "day", "given_on", "failed_on", "counts_on", "visited_on"];

export function statusOf(one) {
  return el("span", {class: `status ${one.payment_held ? "held" : one.status}`}, word("status", one.payment_held ? "held" : one.status));
}

export function standing(record) {
  return [
    facts([
      [say("factStatus"), statusOf(record)],
      [say("factValidUntil"), `${dayInWords(record.valid_until)} (${record.days_left ? say("daysLeft", {n: record.days_left}) : say("yearOver", {n: Math.max(0, daysFrom(record.valid_until, today()))})})`],
      [say("factHeldSince"), dayInWords(record.held_since)],
      [say("factTelling"), record.telling ? word("telling", record.telling) : ""],
      [say("factConsent"), consentOf(record.consent)],
      [say("factFacesGo"), dayInWords(record.consent.faces_go_on)],
      [say("factHelpLine"), record.help_line],
    ]),
    table(say("benefits"), [say("colBenefit"), say("colCategory"), say("colStatus"), say("colPayer"), say("colDistrict"), say("colStart"), say("colUnpaid"), say("colEnd")],
      record.benefits.map((one) => [
        one.benefit, word("category", one.category), statusOf(one), [one.payer, one.payer_reference].filter(Boolean).join(" "), placed(one.district), dayInWords(one.start),
        one.unpaid_since ? dayInWords(one.unpaid_since) : "", endOf(one),
      ])),
  ];
}

function endOf(benefit) {
  if (benefit.ended_on) return `${dayInWords(benefit.ended_on)} ${benefit.end_cause ? word("cause", benefit.end_cause) : ""}`;
  return benefit.planned_end ? say("plannedEnd", {day: dayInWords(benefit.planned_end)}) : "";
}

function consentOf(consent) {
  if (consent.withdrawn_on) return say("consentWithdrawn", {day: dayInWords(consent.withdrawn_on)});
  if (!consent.consent) return say("consentNone");
  return say(consent.consent.guardian ? "consentGuardian" : "consentGiven", {day: momentInWords(consent.consent.given_at)});
}

// The year as a line: what is covered, what is not, and what happened when. The table of the history says the same.
export function yearLine(record) {
  const first = dayAfter(today(), -BEFORE);
  const at = (day) => Math.max(0, Math.min(WIDE, (WIDE * daysFrom(first, day)) / (BEFORE + AFTER)));
  const proofs = record.history.filter((one) => MARKS[one.event] === "certified").map((one) => String(one.details.certified_on || dayOf(one.at)));
  const all = record.history.filter((one) => MARKS[one.event]).map((one) => ({kind: MARKS[one.event], day: dayOf(one.at)}));
  const marks = all.filter((one) => one.day >= first);
  const begun = at(record.benefits.map((one) => one.start).filter(Boolean).sort()[0] || first);
  const covered = Math.max(begun, at(record.valid_until));
  // What was not covered in between: from each lapse to the proof that came after it.
  const gaps = all.map((one, place) => [one, all.slice(place).find((later) => later.kind === "certified")])
    .filter(([one, proof]) => one.kind === "lapsed" && proof).map(([one, proof]) => [at(one.day), at(proof.day)]);
  const held = record.held_since ? at(record.held_since) : 0;
  const last = proofs.length ? proofs[proofs.length - 1] : "";
  const label = say("yearLabel", {until: dayInWords(record.valid_until), last: last ? dayInWords(last) : say("never")});
  const years = [0, 1, 2].map((n) => `${Number(first.slice(0, 4)) + n}-01-01`).filter((day) => day > first && at(day) < WIDE);
  const scrolls = el("div", {class: "scrolls", tabindex: "0", role: "group", "aria-label": say("theYear")},
    draw("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": label},
      draw("rect", {x: begun, y: AXIS - 7, width: covered - begun, height: 14, class: "covered"}),
      gaps.map(([from, to]) => draw("rect", {x: from, y: AXIS - 7, width: to - from, height: 14, class: "uncovered"})),
      covered < at(today()) ? draw("rect", {x: covered, y: AXIS - 7, width: at(today()) - covered, height: 14, class: "uncovered"}) : null,
      record.payment_held ? draw("rect", {x: held, y: AXIS + 9, width: Math.max(2, at(today()) - held), height: 6, class: "unpaid"}) : null,
      years.map((day) => draw("g", {}, draw("line", {x1: at(day), x2: at(day), y1: AXIS - 12, y2: AXIS + 12, class: "tick"}), draw("text", {x: at(day), y: AXIS + 30, "text-anchor": "middle"}, day.slice(0, 4)))),
      marks.map((one) => drawnMark(one, at(one.day))),
      draw("line", {x1: at(today()), x2: at(today()), y1: 24, y2: AXIS + 16, class: "today"}),
      draw("text", {x: at(today()), y: 18, "text-anchor": "middle", class: "today-text"}, say("todayMark")),
      covered < WIDE ? draw("text", {x: Math.min(covered, WIDE - 60), y: AXIS + 48, "text-anchor": "middle"}, record.valid_until) : null));
  // Where it is wider than the screen, today is in the middle.
  requestAnimationFrame(() => { scrolls.scrollLeft = (scrolls.scrollWidth * BEFORE) / (BEFORE + AFTER) - scrolls.clientWidth / 2; });
  return el("figure", {class: "year"}, scrolls,
    el("figcaption", {}, el("span", {class: "legend certified"}, say("legendCertified")), el("span", {class: "legend notice"}, say("legendNotice")),
      el("span", {class: "legend lapsed"}, say("legendLapsed")), el("span", {class: "legend held"}, say("legendHeld"))));
}

function drawnMark({kind, day}, x) {
  const shape = kind === "certified" ? {d: `M${x} ${AXIS - 24}l8 10h-16z`} : kind === "notice" ? {d: `M${x - 5} ${AXIS - 25}h10v9h-10z`} : {d: `M${x} ${AXIS - 26}l6 6-6 6-6-6z`};
  return draw("path", Object.assign({class: `at ${kind}`}, shape), draw("title", {}, `${day} ${word("legend", kind)}`));
}

function detailsOf(entry) {
  const {details} = entry;
  const groups = TOLD_OTHERWISE[entry.event] || {};
  const told = TOLD.filter(([name]) => details[name]).map(([name, group]) => word(groups[name] || group, details[name]));
  const days = DAYS.filter((name) => details[name]).map((name) => say(`detail_${name}`, {day: dayInWords(String(details[name]))}));
  const owed = entry.benefits.reduce((all, one) => all.concat([
    one.start_before && one.start !== one.start_before ? say("detailStart", {benefit: one.benefit, before: one.start_before, start: one.start}) : "",
    one.arrears_first_day ? say("detailDue", {benefit: one.benefit, first: one.arrears_first_day, last: one.arrears_last_day}) : "",
    one.reclaim_first_day ? say("detailBack", {benefit: one.benefit, first: one.reclaim_first_day, last: one.reclaim_last_day}) : "",
  ]), []);
  const helpers = details.helpers ? say("detailHelpers", {list: String(details.helpers).split(",").join(", ")}) : "";
  const text = [...told, ...days, ...owed, helpers].filter(Boolean).join(", ");
  if (!details.review_id) return text;
  return el("span", {}, text ? `${text} ` : "", link(say("theCase"), "case", String(details.review_id)));
}

export function timeline(record) {
  const rows = record.history.slice().reverse().map((one) => [
    momentInWords(one.at), word("event", one.event), word("role", one.actor.role), detailsOf(one),
  ]);
  return table(say("history"), [say("factWhen"), say("colWhat"), say("colBy"), say("colDetails")], rows);
}
