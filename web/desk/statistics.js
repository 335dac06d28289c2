// Figures of a district, month by month, drawn and as tables; and what the nightly runs did.
import {el} from "../shared/dom.js";
import {ask, query} from "./calls.js";
import {bars} from "./chart.js";
import {placed} from "./districts.js";
import {csvButton, printButton, table} from "./forms.js";
import {districtForm} from "./lists.js";
import {dayInWords, desk, say, today, word} from "./state.js";
import {facts, screen, section} from "./view.js";

const MONTHS = 6;
const WAITED = ["within_1_day", "within_3_days", "within_7_days", "within_14_days", "later"];

function lastMonths() {
  const [year, month] = today().split("-").map(Number);
  return Array.from({length: MONTHS}, (_, n) => new Date(Date.UTC(year, month - MONTHS + n, 1)).toISOString().slice(0, 7));
}

function share(value) {
  return value === null ? say("noShare") : `${Math.round(1000 * value) / 10} %`;
}

// What is counted by codes, as a table of codes by months; the most frequent first.
function byCode(caption, group, months, numbersOf) {
  const sums = {};
  months.forEach((one) => Object.entries(numbersOf(one)).forEach(([code, n]) => { sums[code] = (sums[code] || 0) + n; }));
  const codes = group === "waited" ? WAITED.filter((one) => sums[one]) : Object.keys(sums).sort((a, b) => sums[b] - sums[a]);
  const heads = [caption, ...months.map((one) => one.month)];
  const rows = codes.map((code) => [word(group, code), ...months.map((one) => numbersOf(one)[code] || 0)]);
  return {heads, rows, node: section(caption, table(caption, heads, rows), rows.length ? csvButton(group, heads, rows) : null)};
}

function runsTable(runs) {
  return table(say("runs"), [say("factWhen"), say("colState"), say("colDone"), say("colFailed")], runs.map((one) => [
    dayInWords(one.run_date), word("run", one.state),
    Object.entries(one.kinds).filter(([, tally]) => tally.total).map(([kind, tally]) => `${word("job", kind)}: ${tally.total}`).join(", "),
    one.failed === null ? "" : one.failed,
  ]), say("runsNone"));
}

screen("statistics", async (district = "") => {
  const whose = district || desk.district;
  const told = await ask("GET", `staff/statistics${query({runs: 7})}`);
  const waits = section(say("waitsNow"),
    facts([
      [say("reviewsOpen"), told.more_reviews ? say("atLeast", {n: told.reviews_open}) : String(told.reviews_open)],
      [say("batchesOpen"), `${told.hold_batches_open} (${say("peopleN", {n: told.hold_candidates_open})})`],
      [say("peopleWithFaces"), told.people_with_faces === null ? "" : String(told.people_with_faces)],
    ]), el("h3", {}, say("runs")), runsTable(told.runs));
  if (!whose) return {title: say("place_statistics"), content: [districtForm("figures-of", "statistics"), waits]};
  desk.district = whose;
  const months = [];
  // One after another: a function that sleeps is woken once, and not six times.
  for (const month of lastMonths()) months.push(await ask("GET", `staff/statistics/${month}${query({district: whose})}`));
  const series = [{name: say("inTime"), kind: "good"}, {name: say("late"), kind: "late"}, {name: say("lapsedStill"), kind: "bad"}];
  const groups = months.map(({month, years_ended: one}) => ({label: month, values: [one.in_time, one.late, Math.max(0, one.lapsed - one.late)]}));
  const heads = [say("colMonth"), say("inTime"), say("lapsedAll"), say("late"), say("shareInTime"), say("shareAtAll")];
  const rows = months.map(({month, years_ended: one}) => [month, one.in_time, one.lapsed, one.late, share(one.certified_in_time), share(one.certified_at_all)]);
  const methods = byCode(say("byMethod"), "method", months, (one) => one.certified);
  return {
    title: say("place_statistics"),
    kind: "figures",
    content: [
      districtForm("figures-of", "statistics"),
      el("p", {class: "lead"}, say("figuresOf", {district: placed(whose)})),
      section(say("yearsEnded"), el("p", {class: "hint"}, say("yearsEndedText")), el("div", {class: "beside"}, bars(say("yearsEnded"), series, groups), table(say("yearsEnded"), heads, rows)), el("p", {}, csvButton(`years-${whose}`, heads, rows), printButton())),
      methods.node,
      byCode(say("retriesBy"), "reason", months, (one) => one.retries).node,
      byCode(say("toReviewers"), "reason", months, (one) => one.to_reviewers).node,
      byCode(say("timeToDecide"), "waited", months, (one) => one.cases_decided).node,
      waits,
    ],
  };
});
