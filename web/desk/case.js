// One case: what is asked, what there is to judge it by, what each decision will do, and the decision.
import {Problem} from "../shared/api.js";
import {el, fill} from "../shared/dom.js";
import {SCANS} from "./acting.js";
import {ask, configured, digestOf, wordsFor} from "./calls.js";
import {placed} from "./districts.js";
import {PAPERS, effectsOf} from "./effects.js";
import {form, idNumberFault, optionsOf, table} from "./forms.js";
import {ABOUT_FACES, groundsFor} from "./grounds.js";
import {standing, timeline} from "./history.js";
import {comparison, frameLabel, mark} from "./photos.js";
import {PROPOSED, giveBack, next, waitedFor} from "./queue.js";
import {can, dayInWords, desk, momentInWords, say, word} from "./state.js";
import {again, button, facts, link, paragraphs, screen, section, tell} from "./view.js";

const OF_A_DEATH = ["death_report", "data_signal"];
const RENEW_MS = 600000;

// Why nobody here may decide, if that is so already now.
function whyNot(review, claimed) {
  if (!can("clerk")) return say("auditorsRead");
  if (review.opened_by === desk.user.id) return say(PROPOSED.includes(review.kind) ? "ownProposal" : "ownCaseText");
  return claimed;
}

async function claimOf(reviewId) {
  if (!can("clerk")) return "";
  try {
    await ask("POST", `staff/reviews/${reviewId}/claim`, {take: true});
    return "";
  } catch (error) {
    // Taken by somebody else, decided, or their own: it is shown all the same, and says so.
    if (error instanceof Problem && [403, 409].includes(error.status)) return wordsFor(error);
    throw error;
  }
}

async function recordOf(id) {
  try {
    return await ask("GET", `beneficiaries/${id}`);
  } catch (error) {
    // Moved to another district since: the case stays here, the record does not.
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

function findingsOf(attempt) {
  const doubtful = attempt.findings.filter((one) => one.verdict !== "passed");
  const rows = doubtful.map((one) => [
    el("span", {class: "verdict"}, mark(one.verdict), word("verdict", one.verdict)),
    one.reason ? word("reason", one.reason) : word("measure", one.name),
    one.step ? word("step", one.step) : say("acrossFrames"),
  ]);
  const fine = attempt.findings.length - doubtful.length;
  return [
    table(say("findings"), [say("colVerdict"), say("colFinding"), say("colFrame")], rows, say("findingsNone")),
    fine ? el("p", {class: "hint"}, say("findingsFine", {n: fine})) : null,
  ];
}

function attemptSection(attempt, number, several) {
  return section(several ? say("tryNumber", {n: number}) : say("theTry"),
    facts([
      [say("factWhen"), momentInWords(attempt.opened_at)],
      [say("factWho"), say(attempt.by_invitation ? "byInvitation" : (attempt.on_behalf ? "byHelper" : "bySelf"))],
      [say("factHelper"), attempt.helper_name ? say("helperSays", {name: attempt.helper_name}) : ""],
      [say("factCannot"), attempt.cannot.map((one) => word("cannot", one)).join(", ")],
      [say("factCamera"), attempt.observations && attempt.observations.layer ? word("layer", attempt.observations.layer) : ""],
    ]), ...findingsOf(attempt));
}

function decisionForm(review, attempts, record, reports) {
  const effects = el("div", {class: "effects", "aria-live": "polite"});
  const certifies = review.kind === "verification";
  const group = certifies ? "choiceFace" : (["death_report", "data_signal", "sign_of_life"].includes(review.kind) ? "choiceTrue" : "choiceRight");
  const groundsOf = groundsFor(review.kind);
  const outcomes = Object.keys(groundsOf);
  const tries = attempts.map((one, place) => [one.session_id, `${say("tryNumber", {n: place + 1})}, ${momentInWords(one.opened_at)}`]);
  const grounds = [].concat(...Object.values(groundsOf));
  const made = form(`decide-${review.review_id}`, [
    {id: "outcome", label: say("yourAnswer"), kind: "radio", required: true, options: outcomes.map((one) => [one, word(group, one)])},
    certifies && tries.length > 1 ? {id: "session_id", label: say("whichTry"), kind: "select", required: true, options: tries, value: tries[tries.length - 1][0]} : null,
    {id: "ground", label: say("ground"), kind: "radio", required: true, options: optionsOf("ground", grounds, word), check: (ground, given) => ((groundsOf[given.outcome] || []).includes(ground) ? "" : say("groundUnfit"))},
  ], say("decide"), async (values) => {
    // Of what was told since this was shown nobody has judged, and it would not be told again.
    if (OF_A_DEATH.includes(review.kind) && (await ask("GET", `staff/reviews/${review.review_id}`)).reports.length > reports.length) {
      return async () => {
        await again();
        tell(say("toldMeanwhile"));
      };
    }
    const body = {outcome: values.outcome, ground: values.ground};
    if (certifies && tries.length) body.session_id = values.session_id || tries[0][0];
    await ask("POST", `staff/reviews/${review.review_id}/decision`, body);
    return () => next(review.review_id);
  }, {changed});

  function changed(values) {
    const chosen = groundsOf[values.outcome] || [];
    // Only grounds that fit are to be chosen; where the usual one fits, it is chosen.
    made.querySelectorAll("[data-field=ground] .choice").forEach((one) => {
      const input = one.querySelector("input");
      one.hidden = !chosen.includes(input.value);
      if (one.hidden) input.checked = false;
    });
    const fit = Array.from(made.querySelectorAll("[data-field=ground] .choice:not([hidden]) input"));
    if (chosen.length && !fit.some((one) => one.checked)) fit[0].checked = true;
    made.querySelector("[data-field=ground]").hidden = !chosen.length;
    const attempt = attempts.find((one) => one.session_id === (values.session_id || (tries[0] || [])[0]));
    fill(effects, values.outcome ? el("h3", {}, say("effectTitle")) : null, el("ul", {}, effectsOf(review, record, values.outcome, attempt).filter(Boolean).map((one) => el("li", {}, one))));
  }

  made.insertBefore(effects, made.querySelector(".summary"));
  const choose = (outcome) => {
    const input = made.querySelector(`[data-option=${outcome}]`);
    input.checked = true;
    input.focus();
    input.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const keys = outcomes.reduce((all, one, place) => Object.assign(all, {[place + 1]: [word(group, one), () => choose(one)]}), {});
  const send = () => document.getElementById(`decide-${review.review_id}-send`).click();
  return {node: made, keys: Object.assign(keys, {d: [say("decide"), send]})};
}

function confirmForm(review, record, papers) {
  const effects = el("div", {class: "effects", "aria-live": "polite"});
  const byNumber = review.kind === "id_number";
  const confirmed = ({answer}) => answer === "confirm";
  const made = form(`confirm-${review.review_id}`, [
    {id: "answer", label: say("yourAnswer"), kind: "radio", required: true, options: [["confirm", say("confirmIt")], ["reject", say("rejectIt")]]},
    papers.some((one) => !one.entered_by_mistake) ? {id: "copies", label: say("papersCopies"), hint: say("papersCopiesHint"), kind: "file", multiple: true, required: true, accept: SCANS, when: (values) => confirmed(values) && !values.copies_missing} : null,
    papers.some((one) => !one.entered_by_mistake) ? {id: "copies_missing", label: say("papersMissing"), kind: "check", when: confirmed} : null,
    byNumber ? {id: "id_number", label: say("idNumberFromDocument"), hint: say("idNumberOnceMore"), check: idNumberFault} : null,
  ], say("decide"), async (values) => {
    const proposal = review.review_id;
    if (byNumber && values.answer === "confirm") await ask("POST", `staff/proposals/${proposal}/id-number`, {id_number: values.id_number});
    else {
      const body = {confirm: confirmed(values), copies: await Promise.all(Array.from(values.copies || []).map(digestOf)), copies_missing: Boolean(values.copies_missing)};
      await ask("POST", `staff/proposals/${proposal}/confirmation`, body);
    }
    return () => next(review.review_id);
  }, {changed: (values) => fill(effects, values.answer ? el("h3", {}, say("effectTitle")) : null, el("ul", {}, [...effectsOf(review, record, values.answer), values.copies_missing ? say("papersMissingEffect") : ""].filter(Boolean).map((one) => el("li", {}, one))))});
  made.insertBefore(effects, made.querySelector(".summary"));
  return {node: made, keys: {d: [say("decide"), () => document.getElementById(`confirm-${review.review_id}-send`).click()]}};
}

function decided(decision) {
  return facts([
    [say("decision"), word("outcome", decision.outcome)], [say("ground"), word("ground", decision.ground)],
    [say("factWhen"), momentInWords(decision.decided_at)],
  ]);
}

// What a clerk or a paper states of somebody, for whoever confirms it: the codes in words, the rest as it is.
const STATED = [["method", "method"], ["place", "place"], ["asked", "askedFor"], ["document", "document"], ["attester", "attester"], ["witness", "witness"]];

function statedOf(stated) {
  const said = stated || {};
  return [
    ...STATED.map(([name, group]) => [say(`stated_${name}`), said[name] ? word(group, said[name]) : ""]),
    [say("stated_country"), said.country || ""], [say("stated_letter"), said.letter || ""], [say("stated_scan"), said.scan ? el("code", {}, said.scan) : ""],
  ];
}

// Which benefit a registration is about, where it is not the person: the one that was added.
function addedBenefit(review, record) {
  if (review.kind !== "registration" || !/^[1-8]$/.test(review.related_id || "")) return "";
  const one = record && record.benefits.find(({benefit}) => benefit === review.related_id);
  return one ? [`${one.benefit}: ${word("category", one.category)}`, placed(one.district), one.payer, one.payer_reference, say("beginsOn", {day: dayInWords(one.start)})].filter(Boolean).join(", ") : review.related_id;
}

function aboutReview(review, record) {
  return facts([
    [say("factOpened"), `${momentInWords(review.opened_at)} (${waitedFor(review.opened_at)})`],
    [say("factOpenedBy"), word("role", review.opened_by_role)],
    [say("colWhy"), review.reason ? word("reason", review.reason) : ""],
    [say("factAdded"), addedBenefit(review, record)],
    [say("factDay"), dayInWords(review.day)],
    [say("factStartBefore"), review.kind === "benefit_start" ? dayInWords(review.related_id) : ""],
    ...statedOf(review.stated),
    [say("factCause"), review.cause ? word("cause", review.cause) : ""],
    [say("factUntil"), review.expires_at ? momentInWords(review.expires_at) : ""],
  ]);
}

// What else was told of a death; of a correction, what registers told since the end.
function reportsOf(review, reports) {
  const since = review.kind === "correction";
  const last = (one) => (since ? one.reported_by : say(one.is_believed ? "yes" : "no"));
  const title = say(since ? "deathsNoted" : "reports");
  return section(title, table(title, [say("factWhen"), say("factDay"), say(since ? "toldBy" : "colBelieved")],
    reports.map((one) => [momentInWords(one.reported_at), dayInWords(one.died_on), last(one)])));
}

// What lies beside a paper: whoever confirms it opens these copies.
function papersOf(papers) {
  const title = say("papersBefore");
  return section(title, table(title, [say("factDay"), say("factWhen"), say("papersSame"), say("stated_scan")],
    papers.map((one) => [dayInWords(one.seen_on), momentInWords(one.certified_at), one.same.map((name) => word("same", name)).join(", "), el("code", {}, one.scan)])),
  ...papers.filter((one) => one.entered_by_mistake).map((one) => el("p", {}, say("papersMistaken", {day: dayInWords(one.seen_on)}))),
  papers.some((one) => !one.entered_by_mistake) ? el("p", {class: "hint"}, say("papersBeforeHint")) : null);
}

screen("case", async (reviewId) => {
  const [claimed] = await Promise.all([claimOf(reviewId), configured()]);
  const found = await ask("GET", `staff/reviews/${reviewId}`);
  const {review, attempts} = found;
  const record = await recordOf(review.beneficiary_id);
  const several = attempts.length > 1;
  const frames = attempts.reduce((all, one, number) => all.concat(one.frames.map((url, place) => ({link: url, label: frameLabel(one, place, several && number + 1)}))), []);
  const enrolled = found.references.map((one) => ({
    link: one.link,
    label: [one.captured_on ? dayInWords(one.captured_on) : word("source", one.source), one.beneficiary_id === review.beneficiary_id ? "" : say("ofTheOther")].filter(Boolean).join(", "),
  }));
  const photos = ABOUT_FACES.includes(review.kind) && !review.decision ? comparison(enrolled, frames.length ? frames : enrolled.slice().reverse(), again) : null;
  const reason = review.decision ? "" : whyNot(review, claimed);
  const deciding = review.decision || reason ? null : (PROPOSED.includes(review.kind) ? confirmForm(review, record, PAPERS.includes((review.stated || {}).method) ? found.papers : []) : decisionForm(review, attempts, record, found.reports));
  const renewal = setInterval(() => { if (deciding) claimOf(reviewId).catch(() => undefined); }, RENEW_MS);
  const back = () => giveBack(reviewId);
  return {
    title: word("kind", review.kind),
    kind: "case",
    content: [
      el("p", {class: "lead"}, word("asked", review.kind)),
      el("div", {class: "two"},
        el("div", {class: "first"},
          aboutReview(review, record), photos ? photos.node : null,
          found.reports.length ? reportsOf(review, found.reports) : null,
          found.papers.length ? papersOf(found.papers) : null,
          attempts.map((one, place) => attemptSection(one, place + 1, several))),
        el("section", {class: "deciding", "aria-label": say("decision")}, el("h2", {}, say("decision")),
          review.decision ? decided(review.decision) : null,
          reason ? el("p", {class: "note", id: "why-not"}, reason) : null,
          deciding ? deciding.node : null,
          found.other_cases.length ? section(say("otherCases"), el("ul", {}, found.other_cases.map((one) => el("li", {}, link(word("kind", one.kind), "case", one.review_id), one.doubts ? ` ${say("doubts")}` : "")))) : null,
          deciding ? button(say("giveBack"), back, {kind: "plain", id: "give-back"}) : button(say("toQueue"), () => next(reviewId), {id: "to-queue"}))),
      record ? section(say("thePerson"), el("p", {}, link(record.masked_name, "person", record.beneficiary_id)), ...standing(record)) : el("div", {}, paragraphs(say("personElsewhere"))),
      record ? section(say("timeline"), timeline(record)) : null,
    ],
    keys: Object.assign({}, photos && photos.keys, deciding && deciding.keys, deciding ? {b: [say("giveBack"), back]} : {n: [say("toQueue"), () => next(reviewId)]}),
    leave: () => clearInterval(renewal),
  };
});
