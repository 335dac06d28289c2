// Signing in against the staff's pool: OpenID Connect with code and PKCE (RFC 7636). The pool asks for the second factor.
// Tokens are variables. One minute before their ten are over they are renewed; where that fails, or after a while without
// a key or a click, a window of its own signs in again while the page stays as it is.
import {call} from "../shared/api.js";
import {challengeOf, claimsOf, randomText} from "../shared/oidc.js";
import {desk} from "./state.js";

const KEPT = "lifecert-desk-sign-in";
const CHANNEL = "lifecert-desk";
const AGAIN = "again.";
const EARLY_MS = 60000;
export const IDLE_MS = 600000;
const LOOK_MS = 5000;
const STAFF_GROUPS = ["clerk", "auditor"];

const hooks = {gate: null, open: null};
let renewing = null;
let awaited = null;
let lastTouched = Date.now();
let timer = 0;

// What shows that somebody must sign in again (`expired` or `idle`), and what takes that away.
export function gateBy(gate, open) {
  Object.assign(hooks, {gate, open});
}

function returnAddress() {
  return location.origin + location.pathname;
}

function endpoints() {
  return call("GET", desk.signIn.discovery, {language: desk.language});
}

async function addressFor(kept) {
  const {authorization_endpoint: address} = await endpoints();
  const asked = new URL(address);
  const parameters = {
    response_type: "code", client_id: desk.signIn.client, redirect_uri: returnAddress(), scope: desk.signIn.scopes,
    state: kept.state, nonce: kept.nonce, lang: desk.language,
    code_challenge: await challengeOf(kept.verifier), code_challenge_method: "S256",
  };
  Object.entries(parameters).forEach(([name, value]) => asked.searchParams.set(name, value));
  return asked.href;
}

// Leaves the page; `signedIn` goes on when the issuer sends the browser back.
export async function signIn() {
  const kept = {state: randomText(), nonce: randomText(), verifier: randomText(), language: desk.language, place: location.hash};
  const address = await addressFor(kept);
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  location.assign(address);
}

// Whether the issuer has just sent the browser back: "here" with a token, or "elsewhere" in the window of a page that
// waits for it. Throws for an answer that nobody here asked for.
export async function signedIn() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state")) return "";
  if (answer.get("state").startsWith(AGAIN)) {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage({state: answer.get("state"), code: answer.get("code") || ""});
    history.replaceState(null, "", location.pathname);
    setTimeout(() => window.close(), 100);
    return "elsewhere";
  }
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  sessionStorage.removeItem(KEPT);
  // The code is of use once: no reload, bookmark or back button may show it again.
  history.replaceState(null, "", location.pathname + ((kept && kept.place) || ""));
  if (kept) desk.language = kept.language;
  if (!kept || kept.state !== answer.get("state") || !answer.get("code")) throw new Error("another sign-in");
  await redeem(answer.get("code"), kept);
  return "here";
}

async function tokens(parameters) {
  const {token_endpoint: address} = await endpoints();
  const body = new URLSearchParams(Object.assign({client_id: desk.signIn.client}, parameters));
  const response = await fetch(address, {method: "POST", credentials: "omit", body});
  if (!response.ok) throw new Error("refused");
  return response.json();
}

async function redeem(code, kept) {
  const got = await tokens({grant_type: "authorization_code", code, code_verifier: kept.verifier, redirect_uri: returnAddress()});
  if (claimsOf(got.id_token).nonce !== kept.nonce) throw new Error("another answer");
  take(got);
}

function groupsOf(claims) {
  const told = claims["cognito:groups"] || claims.groups || [];
  return Array.isArray(told) ? told : String(told).split(/[ ,]+/);
}

function take(got) {
  const claims = claimsOf(got.id_token);
  if (desk.user && desk.user.id !== claims.sub) {
    // Somebody else sits here now: what is on the screen was not for them.
    location.reload();
    throw new Error("another user");
  }
  desk.token = got.id_token;
  desk.refresh = got.refresh_token || desk.refresh;
  // By this computer's own clock, which may be wrong: only the span counts.
  const lasts = 1000 * (claims.exp - claims.iat);
  desk.user = {id: claims.sub, email: claims.email || claims.sub, groups: groupsOf(claims), ends: Date.now() + lasts};
  lastTouched = Date.now();
  clearTimeout(timer);
  timer = setTimeout(() => renewed().catch(() => undefined), Math.max(0, lasts - EARLY_MS));
}

// A token that counts: renewed quietly, or by signing in again. Whoever asks meanwhile waits for the same one.
export function renewed() {
  if (!renewing) {
    renewing = quietly().catch(() => askedAgain("expired")).then(
      () => { renewing = null; },
      (error) => { renewing = null; throw error; });
  }
  return renewing;
}

async function quietly() {
  if (!desk.refresh) throw new Error("nothing to renew by");
  const got = await tokens({grant_type: "refresh_token", refresh_token: desk.refresh});
  // An issuer that forgets the groups has renewed nothing.
  if (!groupsOf(claimsOf(got.id_token)).some((one) => STAFF_GROUPS.includes(one))) throw new Error("no groups");
  take(got);
}

function askedAgain(why) {
  if (!awaited) {
    awaited = {promise: null, done: null};
    awaited.promise = new Promise((resolve) => { awaited.done = resolve; });
  }
  hooks.gate(why);
  return awaited.promise;
}

// By a press, as browsers want it: a window signs in, and says so to this page, which has changed nothing meanwhile.
export async function signInAgain() {
  const opened = window.open("about:blank", "_blank", "width=520,height=720");
  const kept = {state: AGAIN + randomText(), nonce: randomText(), verifier: randomText()};
  const channel = new BroadcastChannel(CHANNEL);
  const address = await addressFor(kept);
  if (opened) opened.location.href = address;
  const code = await new Promise((resolve) => {
    channel.onmessage = (event) => {
      if (event.data && event.data.state === kept.state) resolve(event.data.code);
    };
  });
  channel.close();
  if (opened) opened.close();
  await redeem(code, kept);
  const done = awaited && awaited.done;
  awaited = null;
  hooks.open();
  if (done) done();
}

// Forget who is signed in; what is on the screen is hidden until they are back.
function lock() {
  Object.assign(desk, {token: "", refresh: ""});
  clearTimeout(timer);
  askedAgain("idle");
}

export function watchIdle() {
  const touched = () => { lastTouched = Date.now(); };
  ["keydown", "pointerdown", "pointermove", "wheel"].forEach((name) => window.addEventListener(name, touched, {passive: true}));
  setInterval(() => {
    if (desk.token && Date.now() - lastTouched >= IDLE_MS) lock();
  }, LOOK_MS);
}

export function signOut() {
  Object.assign(desk, {token: "", refresh: ""});
  location.assign(location.pathname);
}
