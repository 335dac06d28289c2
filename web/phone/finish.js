// After the pictures: a look at them, sending with the progress of each, and what came of it.
import {Problem, Unreachable, call} from "../shared/api.js";
import {el, fill} from "../shared/dom.js";
import {qrCode} from "../shared/qr.js";
import {countdownOf} from "./capture.js";
import {begun} from "./person.js";
import {PICTURES, reasonPictures, stepPicture} from "./pictures.js";
import {inSession} from "./prepare.js";
import {forWhom, forget, helpLine, say, state} from "./state.js";
import {allSent, dropFrames, frameOf, lacking, take, unstick, watch} from "./upload.js";
import {busy, button, go, paragraphs, refresh, screen, tell} from "./view.js";

const VERIFY_TRIES = 8;
const MOST_MS = 600000;

export const ended = {screen: "", given: null, language: "", reread: null};

// What is being done with the pictures: nothing yet, "sendingKeep" or "deciding". Whoever changes the language meanwhile
// sees the same, and sends nothing twice.
let doing = "";

function does(what) {
  doing = what;
  const note = document.getElementById("note");
  if (note) fill(note, say(what || "reviewText"));
  if (what) tell(say(what));
}

// Whether the office is deciding: from then on it says itself whether the time was up.
export function isDeciding() {
  return doing === "deciding";
}

async function sendAll() {
  const {session} = state;
  does("sendingKeep");
  document.getElementById("heading").textContent = say("sending");
  document.querySelectorAll(".frames button").forEach((one) => one.remove());
  try {
    unstick();
    await allSent(session.slots.map((slot) => slot.number));
    if (state.session !== session) return;
    does("deciding");
    await decide();
  } catch (error) {
    // Of a session whose time was up meanwhile nothing is told any more.
    if (state.session === session) throw error;
  } finally {
    does("");
  }
}

screen("review", () => {
  const figures = state.session.slots.map((slot) => ({slot, ...figure(slot)}));
  const update = () => figures.forEach((one) => one.refresh());
  const stop = watch(update);
  const send = button(say("send"), sendAll, {kind: "primary", id: "send"});
  if (doing) busy(send);
  return {
    title: say(doing ? "sending" : "review"),
    step: 6,
    content: [el("div", {class: "frames"}, figures.map((one) => one.node)), el("p", {id: "note"}, say(doing || "reviewText")), send],
    shown: update,
    leave: () => {
      stop();
      figures.forEach((one) => one.leave());
    },
  };
});

function figure(slot) {
  const one = frameOf(slot.number);
  const address = one && one.blob ? URL.createObjectURL(one.blob) : "";
  const picture = address ? el("img", {src: address, alt: ""}) : stepPicture(slot.step, !state.onBehalf);
  const bar = el("progress", {max: 1, value: 0, "aria-label": say(`step_${slot.step}`)});
  const status = el("span", {class: "status"});
  const again = !doing && el("button", {type: "button", class: "quiet", id: `retake-${slot.number}`, click: () => {
    if (slot.step === "neutral") state.session.neutralGood = false;
    go(state.layer === "live" ? "capture" : "file", slot.number);
  }}, say("retake"));
  return {
    node: el("figure", {"data-number": slot.number}, picture, el("figcaption", {}, say(`step_${slot.step}`)), bar, status, again),
    refresh: () => {
      const now = frameOf(slot.number);
      bar.value = now ? now.share : 0;
      fill(status, now && now.state === "sent" ? `✓ ${say("frameSent")}` : say(now && now.state === "sending" ? "frameSending" : "frameWaiting"));
    },
    leave: () => address && URL.revokeObjectURL(address),
  };
}

function observations() {
  const spans = state.moments.slice(1).map((at, i) => Math.min(MOST_MS, Math.max(0, at - state.moments[i])));
  return {layer: state.layer, ...state.observed, step_ms: spans, retaken: state.retaken, countdown: countdownOf({})};
}

async function decide() {
  let outcome;
  try {
    outcome = await inSession("POST", "/verify", {observations: observations()}, {tries: VERIFY_TRIES});
  } catch (error) {
    if (error instanceof Problem && error.code === "frames_missing") return missing(error.body.missing || []);
    throw error;
  }
  return settle(outcome);
}

// A frame that the store does not have after all is sent again, or taken again where it is not here any more.
function missing(numbers) {
  for (const number of numbers) {
    const one = frameOf(number);
    if (one && one.blob) take(number, one.blob);
    else state.session.sent = state.session.sent.filter((other) => other !== number);
  }
  if (lacking().length) return go(state.layer === "live" ? "capture" : "file");
  throw new Unreachable("frames");
}

// What came of it; back does not lead behind it.
export function settle(outcome) {
  const kind = {accepted: "accepted", retry: "notyet", review: "inreview"}[outcome.outcome];
  if (kind !== "notyet") {
    ended.screen = kind;
    // The code of the letter has done its work in this tab.
    history.replaceState(history.state, "", location.pathname);
  }
  const line = outcome.help_line;
  const {id, secret} = state.session;
  const asWhom = secret ? {"Session-Secret": secret} : {Authorization: state.token};
  ended.language = state.language;
  ended.reread = () => call("GET", `${secret ? "invitations/" : ""}sessions/${id}`, {headers: asWhom, language: state.language});
  forget();
  dropFrames();
  if (state.person) state.person.help_line = line;
  ended.given = outcome;
  go(kind, outcome, {replace: true});
}

screen("accepted", () => {
  const {certificate} = ended.given;
  const address = new URL(`certificates/${certificate.certificate_id}`, location.href.split("#")[0]).href;
  const name = state.person ? state.person.masked_name : "";
  return {
    title: say("accepted"),
    kind: "receipt",
    step: 6,
    content: [
      PICTURES.tick(),
      el("p", {class: "lead"}, say("acceptedText")),
      el("dl", {class: "facts"},
        name && fact(say("forWhom"), el("dd", {}, name)),
        fact(say("validUntil"), el("dd", {id: "valid-until"}, dayInWords(certificate.valid_until))),
        fact(say("certificateNumber"), el("dd", {class: "number"}, certificate.certificate_id))),
      el("figure", {class: "code"}, qrCode(address, say("certificateCode")), el("figcaption", {}, say("certificateCode"))),
      el("p", {class: "no-print"}, el("a", {class: "button", href: address, id: "certificate", target: "_blank", rel: "noopener"}, say("certificateOpen"))),
      typeof window.print === "function" ? button(say("print"), () => window.print(), {kind: "no-print", id: "print"}) : null,
      el("h2", {}, say("whatNow")),
      el("ul", {}, [say("whatNow1"), say(state.token ? "whatNow2SignedIn" : "whatNow2"), say("whatNow3")].map((text) => el("li", {}, text))),
      state.token ? button(say("nextPerson"), nextPerson, {kind: "primary no-print", id: "next-person"}) : null,
    ],
  };
});

function fact(name, value) {
  return el("div", {}, el("dt", {}, name), value);
}

function nextPerson() {
  ended.screen = "";
  Object.assign(state, {identity: null, cannot: [], guardian: false});
  go("identity", undefined, {replace: true});
}

function dayInWords(day) {
  const [year, month, date] = day.split("-").map(Number);
  const moment = new Date(year, month - 1, date);
  return moment.toLocaleDateString(say("localeOfDays"), {year: "numeric", month: "long", day: "numeric"});
}

screen("inreview", () => ({
  title: say("inReview"),
  step: 6,
  content: [PICTURES.clerk(), ...paragraphs(say("inReviewText"), say("inReviewCall")), callHelp()],
}));

// The reason is the API's sentence: it is asked for again where the person changes the language.
async function inThisLanguage() {
  if (ended.language === state.language) return;
  ended.language = state.language;
  ended.given = await ended.reread();
  refresh();
}

screen("notyet", () => {
  const {reason} = ended.given;
  return {
    title: say("notYet"),
    shown: () => inThisLanguage().catch(() => undefined),
    step: 6,
    content: [
      el("div", {class: "pair", "data-reason": reason.code}, reasonPictures(reason.code)),
      reason.frame ? el("p", {}, say("reasonFrame", {n: reason.frame})) : null,
      el("p", {class: "lead"}, reason.instruction),
      button(say("tryAgain"), again, {kind: "primary", id: "again"}),
      el("p", {class: "note"}, say("notYetText")),
    ],
  };
});

function again() {
  if (!forWhom()) return begun();
  return state.layer === "live" ? go("primer") : go("cameraless", "again");
}

export function callHelp() {
  return el("a", {class: "button primary", href: `tel:${helpLine()}`}, say("callHelp", {number: helpLine()}));
}
