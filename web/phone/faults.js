// When something does not work: one picture, what it is in words, and one thing to do.
import {Problem, Unreachable} from "../shared/api.js";
import {el} from "../shared/dom.js";
import {CameraFault} from "../shared/camera.js";
import {onward} from "./capture.js";
import {callHelp, isDeciding} from "./finish.js";
import {begun} from "./person.js";
import {PICTURES} from "./pictures.js";
import {beginWithFiles, openAndBegin} from "./prepare.js";
import {signIn} from "./signin.js";
import {forWhom, forget, say, state} from "./state.js";
import {dropFrames, lacking, unstick} from "./upload.js";
import {button, go, here, paragraphs, screen} from "./view.js";
import {undo} from "./withdraw.js";

const SIGNED_OUT = ["signed_out"];
const TIME_IS_UP = ["session_expired", "session_not_found"];
// Nothing a phone can do about these: somebody at the office has to.
const FOR_THE_OFFICE = ["camera_unavailable", "consent_withdrawn", "entitlement_ended", "reference_missing", "beneficiary_not_found", "not_allowed"];
const WAIT = ["camera_paused", "limit_reached"];
// Of a letter's code: the same one would be refused again.
const WRONG_CODE = ["invitation_unknown", "code_mistyped", "invalid_request"];

// Where an error leads. `action` is what failed, to be tried again.
export function fault(error, action) {
  if (error instanceof CameraFault) return go("cameraless", error.message, {transient: true});
  if (error instanceof Unreachable) return go("offline", action, {transient: true});
  if (!(error instanceof Problem)) return go("problem", {body: {detail: ""}, action}, {transient: true});
  if (SIGNED_OUT.includes(error.code)) return go("signedout", undefined, {transient: true});
  if (TIME_IS_UP.includes(error.code)) return timeIsUp();
  if (error.code === "invitation_unknown" && state.session) return stopped();
  return go("problem", {body: error.body, action, language: state.language}, {transient: true});
}

export function timeIsUp() {
  forget();
  dropFrames();
  go("timeup", undefined, {transient: true});
}

// The office withdrew the letter, or sent another, while the pictures were taken.
function stopped() {
  forget();
  dropFrames();
  Object.assign(state, {code: "", person: null});
  history.replaceState(history.state, "", location.pathname);
  go("stopped", undefined, {replace: true});
}

screen("stopped", () => ({
  title: say("stopped"),
  content: [PICTURES.letter(), ...paragraphs(say("stoppedText")), button(say("digits"), () => go("digits"), {kind: "primary", id: "type"})],
}));

const CAPTURING = ["capture", "file", "review", "reason", "cameraless", "offline", "resume"];

// Looks now and then whether the time is over; a frame in the hand is of no use then.
export function watchTime() {
  setInterval(() => {
    if (state.session && state.session.ends <= Date.now() && CAPTURING.includes(here()) && !isDeciding()) timeIsUp();
  }, 1000);
}

screen("timeup", () => ({
  title: say("timeUp"),
  content: [PICTURES.clock(), ...paragraphs(say(forWhom() ? "timeUpText" : "timeUpAgain")), button(say("startAgain"), () => {
    if (!forWhom()) return begun();
    return state.layer === "file" ? beginWithFiles() : go("primer", undefined, {replace: true});
  }, {kind: "primary", id: "again"})],
}));

screen("offline", (action) => ({
  title: say("offline"),
  content: [PICTURES.offline(), ...paragraphs(say("offlineText")), button(say("again"), () => {
    unstick();
    return retried(action);
  }, {kind: "primary", id: "again"})],
  ...whenBack(action),
}));

// What failed is done again, from the screen where it was.
async function retried(action) {
  if (state.session && !lacking().length) go("review", undefined, {replace: true});
  else if (history.state) go(history.state.screen, undefined, {replace: true});
  if (here() === "review") document.getElementById("send").click();
  else await action();
}

function whenBack(action) {
  const back = () => {
    unstick();
    retried(action).catch((error) => fault(error, action));
  };
  return {shown: () => window.addEventListener("online", back), leave: () => window.removeEventListener("online", back)};
}

screen("problem", ({body, action, language}) => ({
  title: say("problem"),
  content: language && language !== state.language ? askedAnew() : [
    WAIT.includes(body.code) ? PICTURES.clock() : FOR_THE_OFFICE.includes(body.code) ? PICTURES.clerk() : PICTURES.telephone(),
    ...paragraphs(body.detail, body.paused_until && say("waitUntil", {time: timeOf(body.paused_until)}), body.other_ways),
    theOneThing(body.code, action), body.code === "consent_withdrawn" && state.code ? undo() : null,
  ],
  // The API says it in one language: in another it is asked again.
  shown: () => {
    if (language && language !== state.language) Promise.resolve().then(action).catch((error) => fault(error, action));
  },
}));

function askedAnew() {
  return [PICTURES.clock(), el("p", {id: "asking"}, say("loading"))];
}

function theOneThing(code, action) {
  if (FOR_THE_OFFICE.includes(code) || WAIT.includes(code)) return callHelp();
  if (WRONG_CODE.includes(code) && !state.session && !state.token) {
    return button(say("digits"), () => go("digits"), {kind: "primary", id: "type"});
  }
  return button(say("again"), action, {kind: "primary", id: "again"});
}

function timeOf(moment) {
  return new Date(moment).toLocaleTimeString(state.language, {hour: "2-digit", minute: "2-digit"});
}

screen("signedout", (failed) => ({
  title: say("signInAgain"),
  content: [PICTURES.self(), ...paragraphs(failed && say("signInFailed")), button(say("signInAgain"), () => signIn(), {kind: "primary", id: "sign-in"})],
}));

// Why the camera does not work, and the way without it.
screen("cameraless", (kind) => {
  const why = kind === "again" || !kind ? "old" : kind;
  const picture = {refused: PICTURES.allow, missing: PICTURES.noCamera, busy: PICTURES.noCamera, ended: PICTURES.camera, old: PICTURES.camera}[why];
  const retry = why === "ended" ? say("openCamera") : say("again");
  return {
    title: kind === "again" ? say("fileTake") : say(`camera_${why}`),
    step: 5,
    content: [
      (picture || PICTURES.noCamera)(), ...paragraphs(kind === "again" ? "" : say(`camera_${why}_text`)),
      why === "old" ? null : button(retry, openAndBegin, {kind: "primary", id: "again"}),
      button(say("useFiles"), beginWithFiles, {kind: why === "old" ? "primary" : "", id: "files"}),
    ],
  };
});

screen("resume", () => ({
  title: say("resume"),
  content: [
    PICTURES.self(),
    ...paragraphs(say("resumeText", {n: state.session.sent.length, of: state.session.slots.length})),
    button(say("next"), async () => {
      if (lacking().length && state.layer === "live") return openAndBegin();
      return onward();
    }, {kind: "primary", id: "resume"}),
    button(say("leave"), () => {
      forget();
      dropFrames();
      go("language", undefined, {replace: true});
    }, {kind: "plain", id: "leave"}),
  ],
}));

