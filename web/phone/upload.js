// Frames on their way: each is sent as soon as it is taken, one at a time, and tried again until the deadline.
import {Unreachable, backOff, pause} from "../shared/api.js";
import {keep, state} from "./state.js";

const STILL_MS = 60000; // an upload in which nothing moved for so long has died

// By slot number: blob, state (waiting, sending, sent), share that is sent.
const frames = new Map();
const watchers = new Set();
let working = false;
let sendings = 0;

export function frameOf(number) {
  const known = frames.get(number);
  if (known) return known;
  const before = state.session && state.session.sent.includes(number);
  return before ? {blob: null, state: "sent", share: 1} : null;
}

export function dropFrames() {
  frames.clear();
  sendings += 1;
}

// Slots without a picture, in order.
export function lacking() {
  return state.session.slots.filter((slot) => !frameOf(slot.number));
}

export function watch(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function moved() {
  watchers.forEach((watcher) => watcher());
}

// Take a picture for a slot, instead of the one it had, and send it.
export function take(number, blob) {
  state.session.sent = state.session.sent.filter((one) => one !== number);
  frames.set(number, {blob, state: "waiting", share: 0});
  keep();
  moved();
  work();
}

// Ends when the frames are with the office. Throws Unreachable when the network stays away.
export async function allSent(numbers) {
  let since = Date.now();
  let share = -1;
  for (;;) {
    const left = numbers.map((number) => frameOf(number)).filter((one) => one && one.state !== "sent");
    if (!left.length) return;
    const now = left.reduce((sum, one) => sum - 1 + one.share, 0);
    if (now !== share) {
      share = now;
      since = Date.now();
    }
    if (Date.now() - since > STILL_MS || left.some((one) => one.state === "stuck")) throw new Unreachable("upload");
    work();
    await pause(100);
  }
}

// Try again what stuck.
export function unstick() {
  frames.forEach((one) => {
    if (one.state === "stuck") one.state = "waiting";
  });
  work();
}

async function work() {
  if (working || !state.session) return;
  working = true;
  const mine = sendings;
  try {
    for (;;) {
      const next = state.session && state.session.slots.find((slot) => {
        const one = frames.get(slot.number);
        return one && one.state === "waiting";
      });
      if (!next || mine !== sendings) return;
      await sendOne(next, frames.get(next.number), mine);
    }
  } finally {
    working = false;
  }
}

const TRIES = 6;

async function sendOne(slot, one, mine) {
  one.state = "sending";
  for (let tried = 0; tried < TRIES; tried += 1) {
    moved();
    const sent = await post(slot, one);
    if (mine !== sendings || frames.get(slot.number) !== one) return;
    if (sent) {
      one.state = "sent";
      one.share = 1;
      state.session.sent.push(slot.number);
      keep();
      moved();
      return;
    }
    one.share = 0;
    await pause(backOff(tried));
  }
  one.state = "stuck";
  moved();
}

// The presigned form: its fields, and the file last.
function post(slot, one) {
  return new Promise((resolve) => {
    const form = new FormData();
    Object.entries(slot.fields).forEach(([name, value]) => form.append(name, value));
    form.append("file", one.blob, `frame-${slot.number}.jpg`);
    const request = new XMLHttpRequest();
    request.open("POST", slot.url);
    request.timeout = STILL_MS;
    request.upload.onprogress = (event) => {
      one.share = event.lengthComputable ? event.loaded / event.total : 0.5;
      moved();
    };
    request.onloadend = () => resolve(request.status >= 200 && request.status < 300);
    request.send(form);
  });
}

window.addEventListener("online", unstick);
