// Signing in: OpenID Connect with code and PKCE (RFC 7636). The token is a variable; it is gone with the page.
import {call} from "../shared/api.js";
import {challengeOf, claimsOf, randomText} from "../shared/oidc.js";
import {state} from "./state.js";

const KEPT_SIGN_IN = "lifecert-sign-in";

function returnAddress() {
  return location.origin + location.pathname;
}

async function endpoints() {
  return call("GET", state.config.sign_in.discovery, {language: state.language});
}

// Leaves the page; `signedIn` goes on when the issuer sends the browser back.
export async function signIn() {
  if (!state.config) state.config = await call("GET", "config", {language: state.language});
  const {authorization_endpoint: address} = await endpoints();
  const verifier = randomText();
  const kept = {state: randomText(), nonce: randomText(), verifier, language: state.language};
  sessionStorage.setItem(KEPT_SIGN_IN, JSON.stringify(kept));
  const asked = new URL(address);
  const parameters = {
    response_type: "code", client_id: state.config.sign_in.client_id, redirect_uri: returnAddress(),
    scope: state.config.sign_in.scopes.join(" "), state: kept.state, nonce: kept.nonce, lang: state.language,
    code_challenge: await challengeOf(verifier), code_challenge_method: "S256",
  };
  Object.entries(parameters).forEach(([name, value]) => asked.searchParams.set(name, value));
  location.assign(asked.href);
}

// Whether the issuer has just sent the browser back with a code. Then there is a token, or this throws.
export async function signedIn() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state")) return false;
  const kept = JSON.parse(sessionStorage.getItem(KEPT_SIGN_IN) || "null");
  sessionStorage.removeItem(KEPT_SIGN_IN);
  // The code is of use once: no reload, bookmark or back button may show it again.
  history.replaceState(null, "", location.pathname);
  if (kept) state.language = kept.language;
  if (!kept || kept.state !== answer.get("state") || !answer.has("code")) throw new Error("another sign-in");
  state.config = await call("GET", "config", {language: state.language});
  const {token_endpoint: address} = await endpoints();
  const response = await fetch(address, {
    method: "POST",
    credentials: "omit",
    body: new URLSearchParams({
      grant_type: "authorization_code", client_id: state.config.sign_in.client_id, code: answer.get("code"),
      code_verifier: kept.verifier, redirect_uri: returnAddress(),
    }),
  });
  if (!response.ok) throw new Error("refused");
  const token = (await response.json()).id_token;
  if (claimsOf(token).nonce !== kept.nonce) throw new Error("another answer");
  state.token = token;
  return true;
}
