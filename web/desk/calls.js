// Calls of the API as whoever is signed in. A token that is over is renewed and the call made once more, so that nothing
// is lost; an answer that was given already is given again, so that nothing is done twice.
import {Problem, Unreachable, call, newKey} from "../shared/api.js";
import {desk, say} from "./state.js";
import {renewed} from "./signin.js";

const SIGNED_OUT = 401;
const TIMES = 2;
let onSlow = null;

export function slowTo(handler) {
  onSlow = handler;
}

// The answer of a call. `key` is for calls that must not be repeated by mistake: the same key is the same call.
/** @type {import("../shared/types").Ask} */
export async function ask(method, path, body, {key = "", tries = 4} = {}) {
  for (let again = 0; ; again += 1) {
    const token = desk.token;
    const headers = Object.assign({Authorization: token}, key ? {"Idempotency-Key": key} : {});
    try {
      return await call(method, path, {body, headers, tries, language: desk.language, onWait: onSlow});
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== SIGNED_OUT || again === TIMES) throw error;
      // Another call may have renewed it meanwhile.
      if (desk.token === token) await renewed();
    }
  }
}

// All pages of a list, up to `most` entries.
/** @type {import("../shared/types").AskAll} */
export async function askAll(path, name, most = 500) {
  const found = [];
  for (let after = ""; ;) {
    const sign = path.includes("?") ? "&" : "?";
    const page = await /** @type {any} */ (ask)("GET", after ? `${path}${sign}after=${encodeURIComponent(after)}` : path);
    found.push(...page[name]);
    if (!page.after || found.length >= most) return {first: page, items: /** @type {any} */ (found), more: Boolean(page.after)};
    after = page.after;
  }
}

// What clients must know of this deployment; asked for once.
export async function configured() {
  if (!desk.config) desk.config = await ask("GET", "config");
  return desk.config;
}

export function query(values) {
  const kept = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return kept.length ? `?${kept.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}` : "";
}

// Keys for the calls of one form: the same content has the same key until it was taken, another content another one.
export function keysOfForm() {
  let last = "";
  let key = "";
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last || !key) key = newKey();
    last = text;
    return key;
  };
}

// Send a file by the form that the API signed for it. S3 answers without a body.
export async function upload(slot, file) {
  const form = new FormData();
  Object.entries(slot.fields).forEach(([name, value]) => form.append(name, value));
  form.append("file", file);
  const answer = await fetch(slot.url, {method: "POST", body: form, credentials: "omit"});
  if (!answer.ok) throw new Error(`upload ${answer.status}`);
}

// SHA-256 of a file, as hex: the office keeps the file, and LifeCert this alone.
export async function digestOf(file) {
  const bytes = await new Response(file).arrayBuffer();
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What went wrong, for whoever reads it: the API's own sentence where there is one.
export function wordsFor(error) {
  if (error instanceof Problem) {
    const {detail, help_line: line, reason} = error.body;
    const first = (reason && reason.instruction) || detail || say("faultUnknown");
    return line ? `${first} ${say("faultHelpLine", {number: line})}` : first;
  }
  if (error instanceof Unreachable) return say("faultNetwork");
  return say("faultUnknown");
}
