// One screen at a time, by the address after #: what is on it, where the focus goes, which keys it has, and what is on
// every one of them.
import {el, fill} from "../shared/dom.js";
import {wordsFor} from "./calls.js";
import {LANGUAGES, can, desk, say, wordsOf} from "./state.js";
import {signInAgain, signOut} from "./signin.js";

const SCREENS = {};
const LATE_MS = 400;
const frame = {top: null, gate: null, main: null, foot: null, told: null};
let shown = {name: "", keys: {}, leave: null};
let turn = 0;

// Where the staff goes, by the key that leads there, and for whom.
const PLACES = [
  ["queue", "q", "both"], ["find", "f", "both"], ["register", "r", "clerk"], ["holds", "h", "both"], ["lists", "l", "both"], ["visits", "v", "clerk"],
  ["statistics", "s", "both"], ["imports", "i", "both"], ["devices", "k", "both"], ["feeds", "p", "auditor"],
];

// A screen by its name. `build` is given the rest of the address, and answers (a promise of) a title, content, keys.
export function screen(name, build) {
  SCREENS[name] = build;
}

export function address(name, ...rest) {
  return `#/${[name, ...rest].map(encodeURIComponent).join("/")}`;
}

export function open(name, ...rest) {
  const wanted = address(name, ...rest);
  if (location.hash === wanted) show();
  else location.hash = wanted;
}

// The same place anew, for whoever has changed something there.
export function again() {
  return show();
}

export function link(label, name, ...rest) {
  return el("a", {href: address(name, ...rest)}, label);
}

// Show the screen of the address. One that was asked for later wins.
export async function show() {
  const mine = turn += 1;
  const [asked, ...rest] = location.hash.slice(2).split("/").map(decoded);
  const name = desk.user ? (asked !== "welcome" && SCREENS[asked] ? asked : "queue") : "welcome";
  const late = setTimeout(() => tell(say("loading")), LATE_MS);
  let built;
  try {
    built = await SCREENS[name](...rest);
  } catch (error) {
    built = {title: say("faultTitle"), content: [el("p", {class: "wrong", role: "alert"}, wordsFor(error)), button(say("tryAgain"), again)]};
  } finally {
    clearTimeout(late);
  }
  if (mine === turn) render(name, built);
  // Nobody will leave what was never shown: what it would go on doing ends here.
  else if (built.leave) built.leave();
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return text;
  }
}

function render(name, built) {
  if (shown.leave) shown.leave();
  shown = {name, keys: built.keys || {}, leave: built.leave || null};
  document.title = `${built.title} - ${say("title")}`;
  document.documentElement.lang = desk.language;
  const heading = el("h1", {tabindex: "-1", id: "heading"}, built.title);
  fill(frame.main, el("div", {class: `screen ${built.kind || ""}`, "data-screen": name}, heading, ...built.content));
  furnish();
  tell(built.told || "");
  window.scrollTo(0, 0);
  heading.focus({preventScroll: true});
  if (built.shown) built.shown();
}

function furnish() {
  const other = LANGUAGES.find((one) => one !== desk.language);
  const places = desk.user ? PLACES.filter(([, , who]) => who === "both" || can(who)) : [];
  fill(frame.top,
    el("a", {class: "skip", href: "#main", click: toMain}, say("skip")),
    el("span", {class: "brand"}, say("brand")),
    places.length ? el("nav", {"aria-label": say("places")}, el("ul", {}, places.map(([name, key]) => el("li", {}, placeLink(name, key))))) : null,
    el("span", {class: "tools"},
      el("button", {type: "button", class: "tool", lang: other, id: "language", click: () => chooseLanguage(other)}, wordsOf(other).inThisLanguage),
      desk.user ? el("button", {type: "button", class: "tool", id: "sign-out", click: signOut}, say("signOut")) : null));
  fill(frame.foot, desk.user ? el("span", {class: "who"}, say(can("clerk") ? "asClerk" : "asAuditor", {email: desk.user.email})) : null, keysShown());
}

function placeLink(name, key) {
  const made = link(say(`place_${name}`), name);
  if (shown.name === name) made.setAttribute("aria-current", "page");
  return desk.shortcuts ? el("span", {}, made, el("kbd", {"aria-hidden": "true"}, key)) : made;
}

// The keys of this screen, and the switch that turns all of them off (WCAG 2.1.4).
function keysShown() {
  if (!desk.user) return null;
  const keys = desk.shortcuts ? Object.entries(shown.keys) : [];
  return el("div", {class: "keys"},
    keys.map(([key, [label]]) => el("span", {class: "key"}, el("kbd", {}, key), ` ${label}`)),
    el("button", {type: "button", class: "tool", id: "shortcuts", "aria-pressed": String(desk.shortcuts), click: switchKeys}, say("shortcuts")));
}

function switchKeys() {
  desk.shortcuts = !desk.shortcuts;
  furnish();
  document.getElementById("shortcuts").focus();
}

function toMain(event) {
  event.preventDefault();
  document.getElementById("heading").focus();
}

export function chooseLanguage(language) {
  desk.language = language;
  show();
}

// Say something to whoever cannot see it.
export function tell(text) {
  frame.told.textContent = text;
}

// A button. It hears one press at a time. Errors are shown beside it, unless the action deals with them.
export function button(label, action, {kind = "", id = null, type = "button"} = {}) {
  const wrong = el("span", {class: "wrong", role: "alert"});
  const made = el("button", {type, class: `button ${kind}`, id}, label);
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-disabled")) return;
    made.setAttribute("aria-disabled", "true");
    wrong.textContent = "";
    const late = setTimeout(() => tell(say("loading")), LATE_MS);
    try {
      await action();
    } catch (error) {
      wrong.textContent = wordsFor(error);
    } finally {
      clearTimeout(late);
      made.removeAttribute("aria-disabled");
    }
  });
  return el("span", {class: "pressed"}, made, wrong);
}

export function paragraphs(...texts) {
  return texts.filter(Boolean).map((text) => el("p", {}, text));
}

export function section(title, ...content) {
  return el("section", {}, el("h2", {}, title), ...content);
}

// Names and values; those without a value are left out.
export function facts(pairs) {
  return el("dl", {class: "facts"}, pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

// Somebody must sign in again. After idling what is on the screen is hidden; either way it stays as it is.
export function closeGate(why) {
  frame.main.hidden = why === "idle" || frame.main.hidden;
  frame.top.hidden = frame.main.hidden;
  const title = el("h2", {tabindex: "-1", id: "gate-title"}, say(why === "idle" ? "gateIdle" : "gateExpired"));
  fill(frame.gate, el("div", {class: "gate", role: "alertdialog", "aria-labelledby": "gate-title"}, title, el("p", {}, say("gateText")),
    button(say("signInAgain"), signInAgain, {kind: "primary", id: "sign-in-again"})));
  document.getElementById("sign-in-again").focus();
}

export function openGate() {
  frame.main.hidden = false;
  frame.top.hidden = false;
  fill(frame.gate);
  furnish();
  tell(say("gateOpen"));
}

function keyed(event) {
  const typing = event.target.closest && event.target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");
  if (!desk.shortcuts || !desk.user || typing || event.ctrlKey || event.altKey || event.metaKey || frame.gate.firstChild) return;
  const own = shown.keys[event.key];
  const place = PLACES.find(([, key, who]) => key === event.key && (who === "both" || can(who)));
  if (!own && !place) return;
  event.preventDefault();
  if (own) own[1]();
  else open(place[0]);
}

export function build() {
  frame.top = el("header", {});
  frame.gate = el("div", {id: "gate"});
  frame.main = el("main", {id: "main"});
  frame.foot = el("footer", {});
  frame.told = el("p", {class: "told", role: "status", "aria-live": "polite"});
  fill(document.body, frame.top, frame.gate, frame.main, frame.foot, frame.told);
  window.addEventListener("hashchange", show);
  window.addEventListener("keydown", keyed);
}
