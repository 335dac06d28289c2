// A form for one thing that a clerk does for one person. It says first what it will do; afterwards the record is shown.
import {el, fill} from "../shared/dom.js";
import {ask, digestOf} from "./calls.js";
import {form} from "./forms.js";
import {say, today} from "./state.js";
import {open} from "./view.js";

// The type of `acting` says which calls there are.
const askAny = /** @type {any} */ (ask);
export const SCANS = ".pdf,image/*";

export const notLater = (day) => (day <= today() ? "" : say("dayLater"));

// Proposals wait for a second clerk: what comes next is the case, for them.
export const proposed = (answer) => open("proposed", answer.proposal_id);

// `bodyOf` makes the body out of what was written, `effects` sentences. Of a paper (`scan` or `sheet`) the digest is told.
/** @type {import("../shared/types").Acting} */
export function acting(name, fields, label, path, bodyOf, {effects = null, id, method = "POST", keyed = true, then = null}) {
  const told = el("ul", {class: "effects", "aria-live": "polite"});
  let turn = 0;

  async function changed(values) {
    const mine = turn += 1;
    const lines = (effects ? effects(values) : []).filter(Boolean).map((one) => el("li", {}, one));
    const paper = values.scan || values.sheet;
    const digest = paper ? await digestOf(paper) : "";
    if (mine === turn) fill(told, lines, digest ? el("li", {}, say("effectScan"), " ", el("code", {}, digest)) : null);
  }

  const made = form(name, fields, label, async (values, keyFor) => {
    const body = await bodyOf(values);
    const answer = await askAny(method, path, body, keyed ? {key: keyFor(body)} : {});
    return () => (then ? then(answer) : open("person", id));
  }, {changed});
  made.insertBefore(told, made.querySelector(".summary"));
  return made;
}
