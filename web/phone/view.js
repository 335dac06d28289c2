// One screen at a time: what is on it, how one leads to the next, and what is on every one of them.
import {el, fill} from "../shared/dom.js";
import {CAN_SPEAK, hush, speak} from "../shared/speech.js";
import {LANGUAGES, helpLine, keep, say, state, wordsOf} from "./state.js";

const SCREENS = {};
const SIZES = ["", "larger", "largest"];
const frame = {top: null, main: null, foot: null, told: null};
let shown = {name: "", given: undefined, leave: null, transient: false};
let size = 0;
let onFault = null;

// A screen by its name. `build` is given what `go` was given, and answers with a title, content, and what to do on leaving.
export function screen(name, build) {
  SCREENS[name] = build;
}

// Errors that an action ends with go here, with the action, to be tried again.
export function faultsTo(handler) {
  onFault = handler;
}

// Show a screen. A `transient` one is no place to come back to.
export function go(name, given, {transient = false, replace = false} = {}) {
  const entry = {screen: name};
  if (!transient) {
    if (replace || !shown.name || shown.name === name) history.replaceState(entry, "");
    else history.pushState(entry, "");
  }
  render(name, given, transient);
}

export function here() {
  return shown.name;
}

function render(name, given, transient) {
  if (shown.leave) shown.leave();
  hush();
  shown = {name, given, transient, leave: null};
  const built = SCREENS[name](given);
  shown.leave = built.leave || null;
  document.title = typeof built.title === "string" ? `${built.title} - ${say("title")}` : say("title");
  document.documentElement.lang = state.language;
  const heading = el("h1", {tabindex: "-1", id: "heading"}, built.title);
  fill(frame.main, el("div", {class: `screen ${built.kind || ""}`, "data-screen": name}, steps(built.step), heading, ...built.content));
  furnish();
  tell("");
  window.scrollTo(0, 0);
  heading.focus({preventScroll: true});
  if (built.shown) built.shown();
}

// The screen anew, in another language say, with what was typed and ticked on it.
export function refresh() {
  const before = Array.from(frame.main.querySelectorAll("input:not([type=file]):not([type=radio])"));
  render(shown.name, shown.given, shown.transient);
  before.forEach((old) => {
    const input = document.getElementById(old.id);
    if (!input || (input.value === old.value && input.checked === old.checked)) return;
    input.value = old.value;
    input.checked = old.checked;
    input.dispatchEvent(new Event("input"));
  });
}

const WAY = 6;

function steps(step) {
  if (!step) return null;
  return el("div", {class: "steps"}, el("progress", {max: WAY, value: step, "aria-hidden": "true"}), el("span", {}, say("progress", {n: step, of: WAY})));
}

// Header, help line and another way.
function furnish() {
  const other = LANGUAGES.find((one) => one !== state.language);
  fill(frame.top,
    el("span", {class: "brand"}, say("brand")),
    el("span", {class: "tools"},
      CAN_SPEAK && el("button", {type: "button", class: "tool", id: "listen", click: listen}, say("listen")),
      el("button", {type: "button", class: "tool", click: enlarge}, say("bigger")),
      el("button", {type: "button", class: "tool", lang: other, click: () => choose(other)}, wordsOf(other).inThisLanguage)));
  fill(frame.foot,
    el("a", {class: "help", href: `tel:${helpLine()}`}, `${say("help")} `, el("strong", {}, helpLine())),
    shown.name === "ways" ? null : el("button", {type: "button", class: "quiet", id: "ways", click: () => go("ways", undefined, {transient: true})}, say("otherWay")));
}

export function choose(language) {
  state.language = language;
  if (state.session) keep();
  refresh();
}

function enlarge() {
  size = (size + 1) % SIZES.length;
  document.documentElement.className = SIZES[size];
}

// Read the screen aloud, or stop.
export async function listen() {
  const tool = document.getElementById("listen");
  if (tool.dataset.on) {
    hush();
    return;
  }
  tool.dataset.on = "1";
  tool.textContent = say("quiet");
  await speak(readable(), state.language);
  delete tool.dataset.on;
  tool.textContent = say("listen");
}

function readable() {
  const parts = frame.main.querySelectorAll("h1, h2, p, li, label, .choice, figcaption");
  return Array.from(parts, (part) => part.textContent.trim()).filter(Boolean).join("。");
}

// Say something to whoever cannot see it, and on the screen where there is a place for it.
export function tell(text) {
  if (frame.told.textContent !== text) frame.told.textContent = text;
}

// A button. It hears one press at a time, and no second press that was meant for the screen before.
// `again` is what to try again, if that is less than the whole action.
export function button(label, action, {kind = "", picture = null, id = null, again = action} = {}) {
  const made = el("button", {type: "button", class: `button ${kind}`, id, click: (event) => press(made, action, event, again)},
    picture, el("span", {class: "choice"}, label));
  return made;
}

// A button that hears nothing for now.
export function busy(pressed) {
  pressed.setAttribute("aria-disabled", "true");
  pressed.classList.add("waiting");
}

async function press(pressed, action, event, again) {
  if (pressed.getAttribute("aria-disabled") || (event && event.detail > 1)) return;
  pressed.setAttribute("aria-disabled", "true");
  const late = setTimeout(() => {
    pressed.classList.add("waiting");
    tell(say("loading"));
  }, 400);
  try {
    await action();
  } catch (error) {
    onFault(error, again);
  } finally {
    clearTimeout(late);
    pressed.classList.remove("waiting");
    pressed.removeAttribute("aria-disabled");
  }
}

// What is wrong with an entry, beside it and aloud.
export function complain(field, text) {
  const place = document.getElementById(`${field.id}-wrong`);
  place.textContent = text;
  field.setAttribute("aria-invalid", text ? "true" : "false");
  if (text) {
    tell(text);
    field.focus();
  }
}

export function field(id, label, attributes, kind = "input") {
  const input = el(kind, Object.assign({id, class: "field", autocomplete: "off", "aria-describedby": `${id}-wrong`}, attributes));
  return {input, node: el("div", {class: "entry"}, el("label", {for: id}, label), input, el("p", {class: "wrong", id: `${id}-wrong`}))};
}

export function paragraphs(...texts) {
  return texts.filter(Boolean).map((text) => el("p", {}, text));
}

// Put the frame into the document, and follow the back button. `last` decides where back leads after the end.
export function build(last) {
  frame.top = el("header", {});
  frame.main = el("main", {id: "main"});
  frame.foot = el("footer", {});
  frame.told = el("p", {class: "told", role: "status", "aria-live": "polite"});
  fill(document.body, frame.top, frame.main, frame.foot, frame.told);
  window.addEventListener("popstate", (event) => {
    const wanted = event.state && SCREENS[event.state.screen] ? event.state.screen : "language";
    const instead = last(wanted);
    if (instead && instead !== shown.name) go(instead, undefined, {replace: true});
    else if (instead) history.pushState({screen: instead}, "");
    else render(wanted, undefined, false);
  });
}
