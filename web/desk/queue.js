// The queue, which is where a day begins: what waits for a human, by kind, age and district, and who works on what.
import {Problem} from "../shared/api.js";
import {el} from "../shared/dom.js";
import {ask, query} from "./calls.js";
import {districtPartFault, form, optionsOf, table} from "./forms.js";
import {can, desk, momentInWords, ownDistricts, say, word} from "./state.js";
import {address, again, button, link, open, screen, section} from "./view.js";

export const KINDS = [
  "verification", "audit", "death_report", "data_signal", "sign_of_life", "duplicate_face", "unusual_volume", "override",
  "registration", "end", "correction", "revocation", "presence", "id_number", "benefit_start",
];
export const PROPOSED = ["end", "correction", "revocation", "presence", "id_number", "benefit_start"];
const ALL = "all";
const MINUTE_MS = 60000;
const HOUR_MS = 3600000;
// What the last queue was of: the next case comes from there.
const chosen = {kind: "", district: "", noneFree: false};

function reviews(limit) {
  return ask("GET", `staff/reviews${query({kind: chosen.kind, district: chosen.district, limit})}`);
}

export function waitedFor(moment) {
  const waited = Math.max(0, Date.now() - Date.parse(moment));
  const hours = Math.floor(waited / HOUR_MS);
  if (!hours) return say("waitedMinutes", {n: Math.floor(waited / MINUTE_MS)});
  return hours < 48 ? say("waitedHours", {n: hours}) : say("waitedDays", {n: Math.floor(hours / 24)});
}

// Whether a case is for whoever is signed in: nobody else works on it, and they did not open it.
function isFree(review) {
  return review.opened_by !== desk.user.id && (!review.claim || review.claim.claimed_by === desk.user.id);
}

// Take a case before it is looked at. Whether it is theirs now.
async function taken(review) {
  try {
    await ask("POST", `staff/reviews/${review.review_id}/claim`, {take: true});
    return true;
  } catch (error) {
    if (error instanceof Problem && [403, 409].includes(error.status)) return false;
    throw error;
  }
}

// Go on to the oldest case that is free; to the queue where there is none.
export async function next(besides = "") {
  const {reviews: found} = await reviews(50);
  for (const review of found.filter((one) => one.review_id !== besides && isFree(one))) {
    if (await taken(review)) {
      open("case", review.review_id);
      return;
    }
  }
  chosen.noneFree = true;
  open("queue", chosen.kind || ALL, chosen.district || ALL);
}

function stateOf(review) {
  if (review.opened_by === desk.user.id) return say("ownCase");
  if (!review.claim) return can("clerk") ? say("free") : "";
  const until = momentInWords(review.claim.claimed_until);
  return review.claim.claimed_by === desk.user.id ? say("claimedByMe", {until}) : say("claimedByOther", {until});
}

function row(review) {
  return [
    link(word("kind", review.kind), "case", review.review_id),
    review.reason ? word("reason", review.reason) : (review.cause ? word("cause", review.cause) : ""),
    waitedFor(review.opened_at),
    momentInWords(review.opened_at),
    stateOf(review),
  ];
}

async function beside() {
  const told = await ask("GET", `staff/statistics${query({runs: 1})}`);
  const district = chosen.district.length === 6 ? chosen.district : desk.district;
  const sizes = district ? (await ask("GET", `staff/lists${query({district})}`)).lists : [];
  return section(say("workBeside"),
    el("ul", {class: "counts"},
      el("li", {}, link(say("place_holds"), "holds"), el("strong", {}, String(told.hold_batches_open))),
      sizes.map((one) => el("li", {}, link(word("list", one.list), "lists", district, one.list), el("strong", {}, one.more ? say("atLeast", {n: one.people}) : String(one.people))))),
    district ? null : el("p", {class: "hint"}, link(say("listsNeedDistrict"), "lists")));
}

screen("queue", async (kind = ALL, district = ALL) => {
  chosen.kind = KINDS.includes(kind) ? kind : "";
  chosen.district = /^\d+$/.test(district) ? district : "";
  const own = ownDistricts();
  if (!desk.district && own.length && own[0].length === 6) desk.district = own[0];
  const page = await reviews(50);
  const side = await beside();
  const told = chosen.noneFree ? say("queueNoneFree") : "";
  chosen.noneFree = false;
  const filter = form("queue-filter", [
    {id: "kind", label: say("filterKind"), kind: "select", value: chosen.kind, options: optionsOf("kind", KINDS, word, say("all"))},
    {id: "district", label: say("filterDistrict"), value: chosen.district, hint: own.length ? own.join(", ") : say("districtPartHint"), inputmode: "numeric", check: districtPartFault},
  ], say("filter"), async (values) => () => open("queue", values.kind || ALL, values.district || ALL), {kind: "plain"});
  const takeNext = () => next();
  return {
    title: say("place_queue"),
    told,
    content: [el("div", {class: "two"},
      el("div", {class: "first"},
        told ? el("p", {class: "note", id: "none-free"}, told) : null,
        can("clerk") ? el("p", {}, button(say("takeNext"), takeNext, {kind: "primary", id: "take-next"})) : null,
        table(say("queueTable"), [say("colCase"), say("colWhy"), say("colWaits"), say("colSince"), say("colWho")], page.reviews.map(row), say("queueEmpty")),
        page.after ? el("p", {class: "hint"}, say("queueMore")) : null,
        el("details", {open: Boolean(chosen.kind || chosen.district)}, el("summary", {}, say("filterTitle")), filter)),
      side)],
    keys: can("clerk") ? {n: [say("takeNext"), takeNext], u: [say("refreshQueue"), again]} : {u: [say("refreshQueue"), again]},
  };
});

export function queueAddress() {
  return address("queue", chosen.kind || ALL, chosen.district || ALL);
}

// Give a case back, and go where it came from.
export async function giveBack(reviewId) {
  await ask("POST", `staff/reviews/${reviewId}/claim`, {take: false});
  location.hash = queueAddress();
}
