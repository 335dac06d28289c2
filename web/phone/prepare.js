// Before the pictures: what is hard, how they come out well, why the camera is needed; then a session and the camera.
import {Problem, call, newKey} from "../shared/api.js";
import {el} from "../shared/dom.js";
import {HAS_CAMERA, openCamera, readyToBeep} from "../shared/camera.js";
import {deviceHeader} from "./device.js";
import {PICTURES, abilityPicture} from "./pictures.js";
import {readConfig} from "./person.js";
import {begin, say, state} from "./state.js";
import {dropFrames} from "./upload.js";
import {button, go, screen} from "./view.js";

const ABILITIES = ["turn_head", "open_mouth", "close_eyes", "smile"];
const TYPE = "image/jpeg";

screen("hard", () => ({
  title: say(state.onBehalf ? "hardThem" : "hard"),
  step: 4,
  content: [
    el("p", {}, say("hardText")),
    el("div", {class: "abilities"}, ABILITIES.map(ability)),
    button(say("next"), () => go("primer"), {kind: "primary", id: "next"}),
  ],
}));

function ability(name) {
  const mark = el("span", {class: "mark"}, "");
  const show = () => {
    const chosen = state.cannot.includes(name);
    made.setAttribute("aria-pressed", String(chosen));
    mark.textContent = chosen ? `✕ ${say("chosen")}` : "";
  };
  const made = el("button", {type: "button", class: "ability", id: `cannot-${name}`, click: () => {
    state.cannot = state.cannot.includes(name) ? state.cannot.filter((one) => one !== name) : [...state.cannot, name];
    show();
  }}, abilityPicture(name), el("span", {}, say(`cannot_${name}`)), mark);
  show();
  return made;
}

// How the pictures come out well, and what the phone will ask: read once, then the camera.
screen("primer", () => ({
  title: say("tips"),
  step: 5,
  content: [
    el("ul", {class: "tips"},
      tip(say("tip1"), PICTURES.light(), PICTURES.back()),
      tip(say("tip2"), PICTURES.good(), PICTURES.covered()),
      tip(say(state.onBehalf ? "tip3Them" : "tip3"), PICTURES.near(), PICTURES.far()),
      HAS_CAMERA ? tip(say("primerAsk", {n: state.config.sessions.max_frames}), PICTURES.allow()) : null),
    HAS_CAMERA
      ? button(say(state.onBehalf ? "openBackCamera" : "openCamera"), openAndBegin, {kind: "primary", id: "open"})
      : button(say("next"), () => go("cameraless", "old"), {kind: "primary", id: "next"}),
    HAS_CAMERA ? button(say("useFiles"), beginWithFiles, {kind: "plain", id: "files"}) : null,
  ],
}));

function tip(text, ...pictures) {
  return el("li", {}, el("span", {class: pictures.length > 1 ? "pair" : "pair one"}, pictures), el("span", {class: "said"}, text));
}

export function facing() {
  return state.onBehalf ? "environment" : "user";
}

// The session begins in the tap that opens the camera: its minutes count from there.
export async function openAndBegin() {
  state.layer = "live";
  readyToBeep();
  const opening = openCamera(facing());
  opening.catch(() => undefined);
  await ensureSession();
  go("capture", await opening);
}

export async function beginWithFiles() {
  state.layer = "file";
  await ensureSession();
  go("file");
}

let startKey = null;

export async function ensureSession() {
  if (state.session && state.session.ends > Date.now()) return;
  await readConfig();
  dropFrames();
  startKey = startKey || newKey();
  const wanted = {
    on_behalf: state.onBehalf, cannot: state.cannot, image_type: TYPE,
    consent: {version: state.config.consent.version, guardian: state.guardian},
  };
  const headers = {"Idempotency-Key": startKey};
  const whole = state.token
    ? {path: "sessions", body: {...wanted, beneficiary: state.identity, channel: "web"}, headers: {...headers, Authorization: state.token}}
    : {path: "invitations/sessions", body: {...wanted, code: state.code, ...(state.onBehalf ? {helper_name: state.helperName} : {})}, headers};
  try {
    const shown = {...whole.headers, ...await deviceHeader(`/${whole.path}`, whole.body)};
    begin(await call("POST", whole.path, {body: whole.body, headers: shown, language: state.language}), state.config.sessions.minutes);
    startKey = null;
  } catch (error) {
    // What nobody answered is asked again under the same key: it may have been heard.
    if (error instanceof Problem) startKey = null;
    throw error;
  }
}

// A call about the running session, as whoever began it.
export function inSession(method, what, body, options = {}) {
  const {id, secret} = state.session;
  const own = secret
    ? {path: `invitations/sessions/${id}${what}`, headers: {"Session-Secret": secret}}
    : {path: `sessions/${id}${what}`, headers: {Authorization: state.token}};
  return call(method, own.path, {body, headers: own.headers, language: state.language, ...options});
}
