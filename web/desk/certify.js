// Certify somebody whom a clerk saw, or of whom there is a paper: each method with what it asks for, and nothing else.
import {SCANS, acting, notLater, proposed} from "./acting.js";
import {digestOf} from "./calls.js";
import {PAPERS, ofSighting} from "./effects.js";
import {optionsOf} from "./forms.js";
import {say, today, word} from "./state.js";
import {open} from "./view.js";

const CLERKS_METHODS = ["in_person", "home_visit", "group_visit", "video", "attestation", "paper_form"];
export const DOCUMENTS = ["id_card", "social_security_card", "passport", "household_register", "known_personally"];
export const PRESENCE = ["home_visit", "institution", "documents_lost", "papers_came_late"];
const VISIT_PLACES = ["nursing_home", "village", "hospital", "prison"];
const VIDEO_CHECKS = ["words_said", "moved_as_asked", "paper_written"];
const ATTESTERS = ["embassy", "notary", "authority"];
const WITNESSES = ["village_committee", "institution", "doctor", "police"];
const PAPER_NUMBER = /^(?=.*[\p{L}\p{N}]).{1,40}$/u;

const by = (...methods) => ({method}) => methods.includes(method);
const choice = (id, label, options, when, hint) => ({id, label, hint, kind: "radio", required: true, options, when});

async function sightingOf(values) {
  const body = /** @type {any} */ ({});
  Object.entries(values).forEach(([name, value]) => { if (value) body[name] = value; });
  const paper = values.scan || values.sheet;
  delete body.sheet;
  if (paper) body.scan = await digestOf(paper);
  if (body.country) body.country = body.country.toUpperCase();
  return body;
}

export function certifyForm(record, id) {
  const seen = ({method}) => !PAPERS.includes(method);
  return acting("certify", [
    {id: "method", label: say("certifyBy"), kind: "radio", required: true, value: "in_person", options: optionsOf("method", CLERKS_METHODS, word)},
    {id: "seen_on", label: say("seenOn"), hint: say("seenOnHint"), kind: "date", required: true, value: today(), max: today(), check: notLater},
    choice("place", say("visitPlace"), optionsOf("place", VISIT_PLACES, word), by("group_visit")),
    choice("asked", say("askedFor"), optionsOf("askedFor", VIDEO_CHECKS, word), by("video"), say("askedForHint")),
    choice("attester", say("attesterOf"), optionsOf("attester", ATTESTERS, word), by("attestation")),
    {id: "country", label: say("attestedIn"), hint: say("attestedInHint"), required: true, when: by("attestation"), check: (text) => (/^[A-Za-z]{2}$/.test(text) ? "" : say("attestedInWrong"))},
    {id: "number", label: say("paperNumber"), hint: say("paperNumberHint"), required: true, when: by("attestation"), check: (text) => (PAPER_NUMBER.test(text) ? "" : say("paperNumberWrong"))},
    choice("witness", say("witnessOf"), optionsOf("witness", WITNESSES, word), by("paper_form")),
    {id: "code", label: say("letterDigits"), hint: say("letterDigitsHint"), required: true, inputmode: "numeric", when: by("paper_form")},
    Object.assign(choice("document", say("documentSeen"), optionsOf("document", DOCUMENTS, word), seen), {check: (value, {method}) => (method === "video" && value === "known_personally" ? say("documentHeldUp") : "")}),
    {id: "ground", label: say("presenceGround"), kind: "select", hint: say("presenceHint"), when: by("in_person", "home_visit", "group_visit"), options: optionsOf("presence", PRESENCE, word, say("noneNeeded"))},
    {id: "scan", label: say("scanFile"), hint: say("scanHint"), kind: "file", required: true, accept: SCANS, when: by(...PAPERS)},
    {id: "sheet", label: say("sheetFile"), hint: say("scanHint"), kind: "file", accept: SCANS, when: by("home_visit", "group_visit")},
  ], say("act_certify"), `staff/beneficiaries/${id}/certifications`, sightingOf, {
    id,
    effects: (values) => ofSighting(record, values),
    then: (answer) => {
      if ("proposal_id" in answer) return proposed(answer);
      return "review_id" in answer ? open("opened", answer.review_id) : open("person", id);
    },
  });
}
