// Batches of people whose payment may be held: who was told, how and when, what happens if it is approved; all, some, none.
import {el, fill} from "../shared/dom.js";
import {ask, askAll, query} from "./calls.js";
import {placed} from "./districts.js";
import {csvButton, form, optionsOf, table} from "./forms.js";
import {can, dayInWords, desk, momentInWords, say, word} from "./state.js";
import {again, facts, link, screen, section} from "./view.js";

const HOLD_GROUNDS = ["not_heard_of", "known_alive", "cannot_come", "notice_doubted", "other"];
const HOLD_STATES = ["open", "decided", "applied"];

screen("holds", async (state = "open") => {
  const {items} = await askAll(`staff/hold-batches${query({state})}`, "batches", 100);
  return {
    title: say("place_holds"),
    content: [
      el("p", {class: "filters"}, HOLD_STATES.map((one) => [link(word("holdState", one), "holds", one), " "])),
      table(word("holdState", state), [say("colOffice"), say("colPeople"), say("colSince"), say("colState")], items.map((one) => [
        link(`${one.payer} ${placed(one.district)}`, "batch", one.batch_id), one.candidates, momentInWords(one.opened_at), word("holdState", one.state),
      ]), say("holdsNone")),
    ],
  };
});

function toldHow(one) {
  return one.notice_way ? word("way", one.notice_way) : say("byMessage");
}

function decidedBatch(batch) {
  return el("div", {},
    facts([
      [say("decision"), word("holdChoice", batch.decision.choice)], [say("ground"), word("holdGround", batch.decision.ground)], [say("factWhen"), momentInWords(batch.decision.decided_at)],
      [say("factApplied"), batch.applied_at ? momentInWords(batch.applied_at) : dayInWords(batch.applied_on)],
    ]),
    el("ul", {}, Object.entries(batch.outcomes).map(([outcome, n]) => el("li", {}, `${word("holdOutcome", outcome)}: ${n}`))));
}

screen("batch", async (id) => {
  const {first, items, more} = await askAll(`staff/hold-batches/${id}`, "candidates");
  const {batch} = first;
  const open = batch.state === "open" && can("clerk");
  const heads = [...(open ? [say("colHold")] : []), say("colName"), say("colBenefits"), say("colCategory"), say("factValidUntil"), say("colToldOn"), say("colToldHow"), say("colNote")];
  const rows = items.map((one) => {
    const own = one.notice_recorded_by === desk.user.id ? say("ownWord") : "";
    const cells = [
      link(one.masked_name, "person", one.beneficiary_id), one.benefits.join(", "), word("category", one.category), dayInWords(one.valid_until),
      dayInWords(one.notice_delivered_on), toldHow(one), one.outcome ? word("holdOutcome", one.outcome) : own,
    ];
    const tick = el("input", {type: "checkbox", checked: true, "data-person": one.beneficiary_id, "aria-label": say("holdThis", {name: one.masked_name}), class: "tickbox"});
    return open ? [tick, ...cells] : cells;
  });
  const shown = table(say("holdTable"), heads, rows);
  const effects = el("p", {class: "effects", "aria-live": "polite"});
  const ticks = () => Array.from(shown.querySelectorAll("[data-person]"));
  const kept = () => ticks().filter((one) => one.checked).map((one) => one.dataset.person);

  // The choice that says the same with the fewest names.
  function choice() {
    const [yes, all] = [kept(), ticks()];
    if (yes.length === all.length && !more) return {choice: "all", ids: []};
    if (!yes.length) return {choice: "none", ids: []};
    const no = all.filter((one) => !one.checked).map((one) => one.dataset.person);
    return no.length <= yes.length && !more ? {choice: "all_but", ids: no} : {choice: "only", ids: yes};
  }

  const said = () => fill(effects, say("effectHold", {n: kept().length, of: ticks().length}));
  if (open) {
    said();
    shown.addEventListener("change", said);
  }
  const made = open ? form("hold", [
    {id: "ground", label: say("ground"), kind: "radio", required: true, options: optionsOf("holdGround", HOLD_GROUNDS, word)},
  ], say("decideHold"), async ({ground}) => {
    await ask("POST", `staff/hold-batches/${id}/decision`, Object.assign({ground}, choice()));
    return again;
  }) : null;
  const plain = items.map((one) => [one.masked_name, one.benefits.join(" "), word("category", one.category), one.valid_until, one.notice_delivered_on, toldHow(one), one.outcome ? word("holdOutcome", one.outcome) : ""]);
  return {
    title: say("batchTitle", {office: `${batch.payer} ${placed(batch.district)}`}),
    content: [
      el("p", {class: "lead"}, say("holdText")),
      shown, more ? el("p", {class: "note"}, say("holdMore", {n: items.length})) : null,
      csvButton("hold-batch", heads.slice(open ? 1 : 0), plain),
      batch.decision ? section(say("decision"), decidedBatch(batch)) : null,
      made ? section(say("decision"), effects, made) : null,
    ],
  };
});
