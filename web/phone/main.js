// Where the page begins: with a letter's code, with a session that a reload interrupted, or back from signing in.
import {readConfig} from "./person.js";
import "./prepare.js";
import "./capture.js";
import {openDevice} from "./device.js";
import {ended} from "./finish.js";
import {fault, watchTime} from "./faults.js";
import {signedIn} from "./signin.js";
import {forWhom, recall, state} from "./state.js";
import {build, faultsTo, go} from "./view.js";

const IN_SESSION = ["capture", "file", "review"];
const ABOUT_SOMEBODY = ["invited", "helper", "consent", "hard", "primer"];

// Where the back button leads instead: never behind the end, and to no picture without a session.
function insteadOf(wanted) {
  if (ended.screen) return ended.screen;
  if (IN_SESSION.includes(wanted) && !state.session) return "language";
  if (ABOUT_SOMEBODY.includes(wanted) && !forWhom()) return "language";
  if (!state.config && wanted !== "language") return "language";
  return "";
}

// What a letter's code shows; one that a scanner spoilt is refused later, in words.
function codeOf(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return text;
  }
}

async function start() {
  faultsTo(fault);
  build(insteadOf);
  watchTime();
  if (location.hash === "#device") {
    await openDevice();
    readConfig().catch(() => undefined);
    return;
  }
  state.code = codeOf(location.hash.slice(1));
  let signed = false;
  try {
    signed = await signedIn();
  } catch (error) {
    go("signedout", true);
    return;
  }
  if (recall()) {
    await readConfig().catch(() => undefined);
    if (state.session.secret || state.token) go("resume");
    else go("signedout");
    return;
  }
  if (signed) {
    go("whose");
    return;
  }
  go("language");
  readConfig().catch(() => undefined);
}

// A letter scanned while the page is open is another letter.
window.addEventListener("hashchange", () => location.reload());

start().catch((error) => fault(error, () => location.reload()));
