// The pictures: by the live camera, or one by one with the phone's own camera app. Either way each is sent at once.
import {pause} from "../shared/api.js";
import {draw, el, fill} from "../shared/dom.js";
import {hush, speak} from "../shared/speech.js";
import {CameraFault, beep, burst, closeCamera, faceless, fromFile, lightIn, observedOf, openCamera, play, readyToBeep, stayAwake} from "../shared/camera.js";
import {reasonPictures, stepPicture} from "./pictures.js";
import {facing, inSession} from "./prepare.js";
import {minutesLeft, keep, say, state} from "./state.js";
import {allSent, frameOf, lacking, take} from "./upload.js";
import {button, complain, go, here, refresh, screen, tell} from "./view.js";

const COUNTDOWNS = [0, 3, 10];
const LIGHT_EVERY_MS = 800;
const SHOWN_MS = 900;
const SETTLE_MS = 400; // until a phone that was just pressed is still
const LOOK_PATIENCE_MS = 12000;
const SHORT_MINUTES = 2;
// What is poor about the first picture and has not been told yet.
let poor = null;

// After a picture the next one comes; if none is lacking, they are looked at.
export function onward() {
  if (poor && poor.session === state.session.id) return tellPoor();
  const next = lacking()[0];
  if (!next) return go("review");
  return go(state.layer === "live" ? "capture" : "file");
}

// Seconds until a picture is taken. To look at the camera takes no time; to turn the head, or to close the eyes, does; and
// a helper sees when it is done.
export function countdownOf(slot) {
  if (state.countdown !== null) return state.countdown;
  return state.onBehalf || slot.step === "neutral" ? 0 : 3;
}

function note(number) {
  state.moments.push(Date.now());
  if (frameOf(number)) state.retaken += 1;
}

// In the page's own words: the language may be changed in the middle.
function instruction(slot) {
  return say(`do_${slot.step}`);
}

// Left and right by the hand, since many mix them up, and a mirror does.
function more(slot) {
  const turn = /^turn_(left|right)$/.exec(slot.step);
  if (turn) return say(`turnHand${state.onBehalf ? "Them" : ""}_${turn[1]}`);
  return slot.step === "close_eyes" ? say("eyesSound") : "";
}

function heading(slot) {
  return say("steps", {n: slot.number, of: state.session.slots.length});
}

function timeNote() {
  const left = minutesLeft();
  return left > SHORT_MINUTES ? say("timeLeft", {n: left}) : say("timeShort", {n: Math.max(1, left)});
}

const LIVE = {stream: null, opened: 0};

// `given`: a stream that is open, or the number of the slot to take again.
screen("capture", (given) => {
  const again = typeof given === "number" ? given : 0;
  if (given && !again) LIVE.stream = given;
  const number = again || (lacking()[0] || state.session.slots[0]).number;
  const slot = state.session.slots.find((one) => one.number === number);
  const view = liveView(slot);
  return {
    title: instruction(slot),
    kind: "live",
    step: 5,
    content: view.content,
    shown: view.start,
    leave: view.leave,
  };
});

// What is on the screen of a step, and what it does until it is left.
function liveView(slot) {
  const mirrored = !state.onBehalf;
  const video = el("video", {playsinline: true, muted: true, autoplay: true, class: mirrored ? "mirrored" : null, "aria-hidden": "true"});
  video.muted = true;
  const count = el("span", {class: "count", "aria-hidden": "true"});
  const hint = el("p", {class: "hint"});
  const time = el("p", {class: "time"}, timeNote());
  const stage = el("div", {class: "stage", "data-step": slot.step, "data-number": slot.number, click: () => shoot(0)},
    video, el("div", {class: "show"}, arrowOver(slot.step, mirrored), stepPicture(slot.step, mirrored)), count);
  const shutter = button(say("shoot"), () => shoot(countdownOf(slot)), {kind: "shutter", id: "shoot"});
  let stream = null;
  let gone = false;
  let busy = false;
  let lock = null;

  const light = setInterval(async () => {
    const found = busy ? "" : lightIn(video);
    // From the side no detector is sure of a face.
    const nobody = !busy && !found && slot.step === "neutral" && await faceless(video);
    if (gone) return;
    const text = found === "dark" ? say("tooDarkHere") : found === "bright" ? say("tooBrightHere") : nobody && !busy ? say("noFaceHere") : "";
    if (hint.textContent !== text) {
      hint.textContent = text;
      if (text) tell(text);
    }
    time.textContent = timeNote();
  }, LIGHT_EVERY_MS);

  async function attach() {
    stream = LIVE.stream && LIVE.stream.active ? LIVE.stream : await openCamera(facing());
    LIVE.stream = stream;
    if (gone) return closeCamera(stream);
    const [track] = stream.getVideoTracks();
    track.onended = () => {
      if (!gone && !document.hidden) go("cameraless", "ended", {transient: true});
    };
    await play(video, stream);
    state.observed = observedOf(stream, facing());
    stage.dataset.ready = "1";
    return undefined;
  }

  async function begin() {
    lock = await stayAwake();
    try {
      await attach();
    } catch (error) {
      if (!gone) go("cameraless", error instanceof CameraFault ? error.message : "busy", {transient: true});
      return;
    }
    if (state.sound && !gone) speak([instruction(slot), more(slot)].filter(Boolean).join("，"), state.language);
  }

  // The camera is nobody's while the page is hidden, and is taken again once when it is back.
  const seen = () => {
    if (document.hidden) {
      delete stage.dataset.ready;
      closeCamera(stream);
    } else if (!gone) begin();
  };
  document.addEventListener("visibilitychange", seen);

  async function shoot(seconds) {
    if (busy || !stage.dataset.ready) return;
    busy = true;
    readyToBeep();
    hush();
    stage.classList.add("counting", "busy");
    for (let left = seconds; left > 0 && !gone; left -= 1) {
      count.textContent = left;
      tell(String(left));
      beep(false);
      const second = performance.now() + 1000;
      while (performance.now() < second && !gone && !stage.dataset.now) await pause(50);
      if (stage.dataset.now) break;
    }
    count.textContent = "";
    await pause(SETTLE_MS);
    if (gone || !stage.dataset.ready) return;
    const blob = await burst(video);
    beep(true);
    note(slot.number);
    take(slot.number, blob);
    // What the office says of the first picture comes while the next step is read.
    if (slot.step === "neutral" && !state.session.neutralGood) lookAt(slot);
    await taken();
  }

  // A tap while it counts takes the picture at once.
  stage.addEventListener("click", () => {
    if (stage.classList.contains("counting")) stage.dataset.now = "1";
  });

  async function taken() {
    video.pause();
    stage.classList.remove("counting");
    stage.classList.add("taken");
    tell(say("taken"));
    if (state.sound) speak(say("taken"), state.language);
    await pause(SHOWN_MS);
    if (!gone) onward();
  }

  return {
    content: [
      el("p", {class: "which"}, heading(slot)),
      more(slot) ? el("p", {class: "more"}, more(slot)) : null,
      stage, hint,
      el("p", {class: "controls"}, shutter),
      countdownChoice(slot),
      el("p", {class: "spare"}, say("tapAnywhere")),
      time,
    ],
    start: begin,
    leave: () => {
      gone = true;
      clearInterval(light);
      document.removeEventListener("visibilitychange", seen);
      if (lock) lock.release();
      // The next step goes on with the open camera; any other screen closes it.
      setTimeout(() => {
        if (here() !== "capture") {
          closeCamera(LIVE.stream);
          LIVE.stream = null;
        }
      }, 0);
    },
  };
}

function arrowOver(step, mirrored) {
  if (!/^turn_/.test(step)) return null;
  const left = (step === "turn_left") === mirrored;
  return draw("svg", {viewBox: "0 0 120 80", class: `arrow ${left ? "left" : "right"}`, "aria-hidden": "true"},
    draw("path", {d: left ? "M112 40H20M48 10L16 40L48 70" : "M8 40H100M72 10L104 40L72 70", fill: "none", stroke: "#fff", "stroke-width": 26, "stroke-linecap": "round", "stroke-linejoin": "round"}),
    draw("path", {d: left ? "M112 40H20M48 10L16 40L48 70" : "M8 40H100M72 10L104 40L72 70", fill: "none", stroke: "#0b6b2e", "stroke-width": 15, "stroke-linecap": "round", "stroke-linejoin": "round"}));
}

function countdownChoice(slot) {
  return el("fieldset", {class: "countdown"}, el("legend", {}, say("countdown")), COUNTDOWNS.map((seconds) => {
    const input = el("input", {type: "radio", name: "countdown", id: `countdown-${seconds}`, value: seconds, checked: countdownOf(slot) === seconds, change: () => {
      state.countdown = seconds;
    }});
    return el("span", {class: "option"}, input, el("label", {for: `countdown-${seconds}`}, say(`countdown_${seconds}`)));
  }));
}

// The server's own word on the first picture, while it can still be taken again. A coach, and never a gate: where it does
// not answer, the way goes on.
async function lookAt(slot) {
  const session = state.session.id;
  const one = frameOf(slot.number);
  const language = state.language;
  let found = null;
  try {
    await Promise.race([allSent([slot.number]), pause(LOOK_PATIENCE_MS).then(() => Promise.reject(new CameraFault("slow")))]);
    found = await look();
  } catch (error) {
    return;
  }
  // Of a picture that was taken again meanwhile it says nothing.
  if (!state.session || state.session.id !== session || frameOf(slot.number) !== one) return;
  if (found.quality !== "poor") {
    state.session.neutralGood = true;
    keep();
    tell(say("neutralGood"));
    return;
  }
  poor = {session, code: found.reason, texts: {[language]: found.detail}, number: slot.number};
  // Nobody is disturbed who holds still for the next one, or sends.
  const step = document.querySelector(".stage");
  const send = document.getElementById("send");
  if ((step && !step.classList.contains("busy")) || document.getElementById("file") || (send && !send.getAttribute("aria-disabled"))) tellPoor();
}

function look() {
  return inSession("POST", "/look", {}, {tries: 2, patience: LOOK_PATIENCE_MS});
}

function tellPoor() {
  const given = poor;
  poor = null;
  go("reason", given, {transient: true});
}

// The word on the first picture, before anything is decided: the API's sentence, in the language that is chosen now.
screen("reason", (given) => {
  const {code, texts, number} = given;
  const text = texts[state.language];
  return {
    title: text || say("loading"),
    step: 5,
    content: [
      el("div", {class: "pair", "data-reason": code}, reasonPictures(code)),
      button(say("retake"), () => go(state.layer === "live" ? "capture" : "file", number), {kind: "primary", id: "retake"}),
      button(say("keepPhoto"), () => {
        state.session.neutralGood = true;
        onward();
      }, {kind: "plain", id: "keep"}),
    ],
    shown: () => text || poorInThisLanguage(given),
  };
});

async function poorInThisLanguage(given) {
  const {language} = state;
  try {
    given.texts[language] = (await look()).detail;
  } catch (error) {
    // Better in the other language than not at all.
    [given.texts[language]] = Object.values(given.texts);
  }
  if (here() === "reason") refresh();
}

// Without a camera in the page: the phone's own takes one picture after the other.
screen("file", (given) => {
  const number = given || (lacking()[0] || state.session.slots[0]).number;
  const slot = state.session.slots.find((one) => one.number === number);
  const input = el("input", {type: "file", id: "file", accept: "image/*", capture: facing(), class: "hidden", "aria-describedby": "file-wrong", change: () => chosen()});
  const wrong = el("p", {class: "wrong", id: "file-wrong"});
  const label = el("label", {for: "file", class: "button primary", id: "file-label"}, say("fileTake"));
  let gone = false;

  async function chosen() {
    const [file] = input.files;
    if (!file) return;
    complain(input, "");
    label.classList.add("waiting");
    try {
      const blob = await fromFile(file);
      note(number);
      take(number, blob);
      state.observed = {camera: "unknown", facing_asked: facing()};
      if (slot.step === "neutral" && !state.session.neutralGood) {
        fill(wrong, say("checking"));
        tell(say("checking"));
        await lookAt(slot);
      }
      if (!gone) onward();
    } catch (error) {
      if (gone) return;
      input.value = "";
      complain(input, say("fileBroken"));
    }
    label.classList.remove("waiting");
  }

  return {
    title: instruction(slot),
    step: 5,
    content: [
      el("p", {class: "which"}, heading(slot)), more(slot) ? el("p", {class: "more"}, more(slot)) : null,
      el("div", {class: "still", "data-step": slot.step, "data-number": slot.number}, stepPicture(slot.step, !state.onBehalf)),
      input, label, wrong, el("p", {}, say("fileNext")), el("p", {class: "time"}, timeNote()),
    ],
    shown: () => state.sound && speak([instruction(slot), more(slot)].filter(Boolean).join("，"), state.language),
    leave: () => {
      gone = true;
    },
  };
});
