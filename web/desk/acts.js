// What a clerk does for one person: certify in person, write down a notice, change or end something. Each is one form,
// which says first what it will do.
import {el, fill} from "../shared/dom.js";
import {ask} from "./calls.js";
import {ofCertifying, ofEnding} from "./effects.js";
import {districtFault, form, idNumberFault, optionsOf} from "./forms.js";
import {statusOf} from "./history.js";
import {inviteContent} from "./letter.js";
import {consentContent, photoContent} from "./enrol.js";
import {CATEGORIES, benefitForm, telephone, telephoneFault} from "./register.js";
import {can, daysFrom, say, today, word} from "./state.js";
import {link, open, screen} from "./view.js";

const DOCUMENTS = ["id_card", "social_security_card", "passport", "household_register", "known_personally"];
const PRESENCE = ["home_visit", "institution", "documents_lost", "papers_came_late"];
const LATE_DAYS = 7;
const GIVEN = {letter: ["posted", "returned"], visit: ["told", "nobody_there"], public_notice: ["published"]};
const PROOF = /^[0-9A-Za-z][0-9A-Za-z./_-]{1,63}$/;
const AMEND_GROUNDS = ["mistyped", "moved_house", "renamed", "reclassified", "renumbered"];
const CAUSES = ["deceased", "imprisoned", "moved", "other"];

const notLater = (day) => (day <= today() ? "" : say("dayLater"));
const proofFault = (text) => (PROOF.test(text) ? "" : say("proofWrong"));

// A form with what it will do below the fields, said anew with each change.
function acting(name, fields, label, path, bodyOf, {effects = null, id, method = "POST", keyed = true, then = null}) {
  const told = el("ul", {class: "effects", "aria-live": "polite"});
  const made = form(name, fields, label, async (values, keyFor) => {
    const body = bodyOf(values);
    const answer = await ask(method, path, body, keyed ? {key: keyFor(body)} : {});
    return () => (then ? then(answer) : open("person", id));
  }, {changed: (values) => fill(told, (effects ? effects(values) : []).filter(Boolean).map((one) => el("li", {}, one)))});
  made.insertBefore(told, made.querySelector(".summary"));
  return made;
}

function benefitsOf(record, ended, empty) {
  const found = record.benefits.filter((one) => (one.status === "terminated") === ended);
  return [["", empty], ...found.map((one) => [one.benefit, `${one.benefit}: ${word("category", one.category)}`])];
}

// Proposals wait for a second clerk: what comes next is the case, for them.
const proposed = (answer) => open("proposed", answer.proposal_id);

const ACTS = {
  certify: (record, id) => acting("certify", [
    {id: "seen_on", label: say("seenOn"), kind: "date", required: true, value: today(), max: today(), check: notLater},
    {id: "document", label: say("documentSeen"), kind: "radio", required: true, options: optionsOf("document", DOCUMENTS, word)},
    {id: "ground", label: say("presenceGround"), kind: "select", hint: say("presenceHint"), options: optionsOf("presence", PRESENCE, word, say("noneNeeded"))},
  ], say("act_certify"), `staff/beneficiaries/${id}/certifications`, ({seen_on, document, ground}) => Object.assign({seen_on, document}, ground ? {ground} : {}), {
    id,
    effects: ({seen_on, document, ground}) => [
      ...(seen_on ? ofCertifying(record, seen_on) : []),
      !ground && (document === "known_personally" || (seen_on && daysFrom(seen_on, today()) > LATE_DAYS)) ? say("effectGroundNeeded") : "",
    ],
    then: (answer) => (answer.proposal_id ? proposed(answer) : open("person", id)),
  }),
  notice: (record, id) => acting("notice", [
    {id: "way", label: say("noticeWay"), kind: "radio", required: true, options: Object.keys(GIVEN).map((one) => [one, word("way", one)])},
    {id: "result", label: say("noticeResult"), kind: "select", required: true, options: [].concat(...Object.values(GIVEN)).map((one) => [one, word("given", one)]),
      check: (value, {way}) => (!way || GIVEN[way].includes(value) ? "" : say("resultUnfit"))},
    {id: "given_on", label: say("givenOn"), kind: "date", required: true, value: today(), max: today(), check: notLater},
    {id: "proof", label: say("proof"), required: true, hint: say("proofHint"), check: proofFault},
  ], say("act_notice"), `staff/beneficiaries/${id}/notices`, (values) => values, {id, effects: ({way}) => [way ? word("effect_notice", way) : ""]}),
  returned: (record, id, noticeId) => acting("returned", [
    {id: "result", label: say("noticeResult"), kind: "radio", required: true, options: optionsOf("given", ["returned", "recorded_wrongly"], word)},
    {id: "failed_on", label: say("failedOn"), kind: "date", required: true, value: today(), max: today(), check: notLater},
    {id: "proof", label: say("proof"), required: true, hint: say("proofHint"), check: proofFault},
  ], say("act_returned"), `staff/beneficiaries/${id}/notices/${noticeId}/failure`, (values) => values, {id, effects: () => [say("effectReturned")]}),
  contact: (record, id) => acting("contact", [
    {id: "telephone", label: say("telephone"), kind: "tel", required: true, hint: say("telephoneHint"), check: telephoneFault},
  ], say("act_contact"), `staff/beneficiaries/${id}/contact`, (values) => ({contact: {channel: "sms", address: telephone(values.telephone)}}), {id, method: "PUT", keyed: false, effects: () => [say("effectContact")]}),
  amend: (record, id) => acting("amend", [
    {id: "ground", label: say("amendGround"), kind: "select", required: true, options: optionsOf("amend", AMEND_GROUNDS, word)},
    {id: "name", label: say("nameRight")},
    {id: "benefit", label: say("whichBenefit"), kind: "select", options: benefitsOf(record, false, say("noBenefit"))},
    {id: "district", label: say("district"), inputmode: "numeric", check: districtFault},
    {id: "category", label: say("category"), kind: "select", options: optionsOf("category", CATEGORIES, word, say("asItIs"))},
    {id: "payer_reference", label: say("payerReference")},
  ], say("act_amend"), `staff/beneficiaries/${id}/amendments`, (values) => Object.entries(values).reduce((all, [name, value]) => (value ? Object.assign(all, {[name]: value}) : all), {}), {id, effects: () => [say("effectAmend")]}),
  number: (record, id) => acting("number", [
    {id: "id_number", label: say("idNumberFromDocument"), required: true, check: idNumberFault},
    {id: "ground", label: say("amendGround"), kind: "select", required: true, options: optionsOf("amend", ["mistyped", "renumbered"], word)},
  ], say("act_number"), `staff/beneficiaries/${id}/id-number`, (values) => values, {id, effects: () => [say("effectNumber")], then: proposed}),
  end: (record, id) => acting("end", [
    {id: "cause", label: say("endCause"), kind: "radio", required: true, options: optionsOf("cause", CAUSES, word)},
    {id: "ended_on", label: say("endedOn"), kind: "date", required: true, hint: say("endedOnHint"), max: today(), check: notLater},
    {id: "benefit", label: say("whichBenefit"), kind: "select", options: benefitsOf(record, false, say("allBenefits")), check: (value, {cause}) => (cause === "deceased" ? say("deathEndsAll") : "")},
  ], say("proposeEnd"), `staff/beneficiaries/${id}/end`, ({cause, ended_on, benefit}) => Object.assign({cause, ended_on}, benefit ? {benefit} : {}), {
    id, effects: ({ended_on, benefit}) => [say("effectProposed"), ...ofEnding(record, ended_on, benefit)], then: proposed,
  }),
  correction: (record, id) => acting("correction", [
    {id: "benefit", label: say("whichBenefit"), kind: "select", options: benefitsOf(record, true, say("allOfLastEnd"))},
  ], say("proposeCorrection"), `staff/beneficiaries/${id}/correction`, ({benefit}) => (benefit ? {benefit} : {}), {id, effects: () => [say("effectProposed"), say("effect_correction_confirm")], then: proposed}),
  revoke: (record, id, certificateId) => acting("revoke", [
    {id: "cause", label: say("revokeCause"), kind: "radio", required: true, options: optionsOf("cause", ["fraud", "error"], word)},
  ], say("proposeRevocation"), `staff/certificates/${certificateId}/revocation`, (values) => values, {id, effects: () => [say("effectProposed"), say("effect_revocation_confirm")], then: proposed}),
  benefit: (record, id) => benefitForm(id),
  invite: inviteContent,
  photo: photoContent,
  consent: consentContent,
};

screen("act", async (name, id, other = "") => {
  const record = await ask("GET", `beneficiaries/${id}`);
  const act = can("clerk") && ACTS[name];
  return {
    title: word("act", name),
    content: [
      el("p", {class: "about"}, link(record.masked_name, "person", id), statusOf(record)),
      act ? await act(record, id, other) : el("p", {class: "note"}, say("auditorsRead")),
    ],
  };
});

screen("proposed", (proposalId) => ({
  title: say("proposedTitle"),
  content: [
    el("p", {class: "lead"}, say("proposedText")), el("p", {}, link(say("theCase"), "case", proposalId)), el("p", {}, link(say("place_queue"), "queue")),
  ],
}));
