// What a clerk does for one person: certify, write down a notice, change or end something. Each is one form, which says
// first what it will do.
import {el} from "../shared/dom.js";
import {acting, notLater, proposed} from "./acting.js";
import {ask, configured} from "./calls.js";
import {certifyForm} from "./certify.js";
import {ofCorrecting, ofEnding, ofRevoking, ofStarting} from "./effects.js";
import {districtFault, idNumberFault, optionsOf} from "./forms.js";
import {statusOf} from "./history.js";
import {inviteContent} from "./letter.js";
import {UNDO, consentContent, photoContent} from "./enrol.js";
import {endMandateForm, helpersForm, mandateForm} from "./mandates.js";
import {CATEGORIES, benefitForm, telephoneOf, telephoneFault} from "./register.js";
import {can, dayInWords, say, today, word} from "./state.js";
import {link, open, screen} from "./view.js";

const GIVEN = {letter: ["posted", "returned"], visit: ["told", "nobody_there"], public_notice: ["published"]};
const PROOF = /^[0-9A-Za-z][0-9A-Za-z./_-]{1,63}$/;
const AMEND_GROUNDS = ["mistyped", "moved_house", "renamed", "reclassified", "renumbered"];
const START_GROUNDS = ["mistyped", "redetermined"];
const CAUSES = ["deceased", "imprisoned", "moved", "other"];

const proofFault = (text) => (PROOF.test(text) ? "" : say("proofWrong"));

function benefitsOf(record, ended, empty) {
  const found = record.benefits.filter((one) => (one.status === "terminated") === ended);
  return [["", empty], ...found.map((one) => [one.benefit, `${one.benefit}: ${word("category", one.category)}`])];
}

const ACTS = {
  certify: certifyForm,
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
  ], say("act_contact"), `staff/beneficiaries/${id}/contact`, (values) => ({contact: {channel: "sms", address: telephoneOf(values.telephone)}}), {id, method: "PUT", keyed: false, effects: () => [say("effectContact")]}),
  amend: (record, id) => acting("amend", [
    {id: "ground", label: say("amendGround"), kind: "select", required: true, options: optionsOf("amend", AMEND_GROUNDS, word)},
    {id: "name", label: say("nameRight")},
    {id: "benefit", label: say("whichBenefit"), kind: "select", options: benefitsOf(record, false, say("noBenefit"))},
    {id: "district", label: say("district"), inputmode: "numeric", check: districtFault},
    {id: "category", label: say("category"), kind: "select", options: optionsOf("category", CATEGORIES, word, say("asItIs"))},
    {id: "payer_reference", label: say("payerReference")},
  ], say("act_amend"), `staff/beneficiaries/${id}/amendments`, (values) => Object.entries(values).reduce((all, [name, value]) => (value ? Object.assign(all, {[name]: value}) : all), /** @type {any} */ ({})), {id, effects: () => [say("effectAmend")]}),
  number: (record, id) => acting("number", [
    {id: "id_number", label: say("idNumberFromDocument"), required: true, check: idNumberFault},
    {id: "ground", label: say("amendGround"), kind: "select", required: true, options: optionsOf("amend", ["mistyped", "renumbered"], word)},
  ], say("act_number"), `staff/beneficiaries/${id}/id-number`, (values) => values, {id, effects: () => [say("effectNumber")], then: proposed}),
  start: (record, id) => acting("start", [
    {id: "benefit", label: say("whichBenefit"), kind: "select", required: true, options: [["", ""], ...record.benefits.map((one) => [one.benefit, `${one.benefit}: ${word("category", one.category)}, ${say("beginsOn", {day: dayInWords(one.start)})}`])]},
    {id: "benefit_start", label: say("startRight"), kind: "date", required: true},
    {id: "ground", label: say("amendGround"), kind: "radio", required: true, options: optionsOf("amend", START_GROUNDS, word)},
    {id: "start_checked", label: say("startChecked"), kind: "check"},
  ], say("act_start"), `staff/beneficiaries/${id}/benefit-start`, (values) => values, {
    id, effects: ({benefit, benefit_start}) => [say("effectProposed"), ...ofStarting(record, benefit, benefit_start)], then: proposed,
  }),
  end: (record, id) => acting("end", [
    {id: "cause", label: say("endCause"), kind: "radio", required: true, options: optionsOf("cause", CAUSES, word)},
    {id: "ended_on", label: say("endedOn"), kind: "date", required: true, hint: say("endedOnHint"), max: today(), check: notLater},
    {id: "benefit", label: say("whichBenefit"), kind: "select", options: benefitsOf(record, false, say("allBenefits")), check: (value, {cause}) => (cause === "deceased" ? say("deathEndsAll") : "")},
  ], say("proposeEnd"), `staff/beneficiaries/${id}/end`, ({cause, ended_on, benefit}) => Object.assign({cause, ended_on}, benefit ? {benefit} : {}), {
    id, effects: ({ended_on, benefit}) => [say("effectProposed"), ...ofEnding(record, ended_on, benefit)], then: proposed,
  }),
  correction: (record, id) => acting("correction", [
    {id: "benefit", label: say("whichBenefit"), kind: "select", options: benefitsOf(record, true, say("allOfLastEnd"))},
  ], say("proposeCorrection"), `staff/beneficiaries/${id}/correction`, ({benefit}) => (benefit ? {benefit} : {}), {id, effects: ({benefit}) => [say("effectProposed"), say("effect_correction_confirm"), ...ofCorrecting(record, benefit)], then: proposed}),
  revoke: (record, id, certificateId) => acting("revoke", [
    {id: "cause", label: say("revokeCause"), kind: "radio", required: true, options: optionsOf("cause", ["fraud", "error"], word)},
  ], say("proposeRevocation"), `staff/certificates/${certificateId}/revocation`, (values) => values, {id, effects: () => [say("effectProposed"), say("effect_revocation_confirm"), ...ofRevoking(record, certificateId)], then: proposed}),
  benefit: (record, id) => benefitForm(id),
  invite: inviteContent,
  photo: photoContent,
  consent: consentContent,
  withdraw: (record, id) => acting("withdraw", [
    {id: "at_once", label: say("withdrawAtOnce"), kind: "check"},
  ], say("act_withdraw"), `beneficiaries/${id}/consent-withdrawal`, ({at_once}) => (at_once ? {at_once} : {}), {id, keyed: false, effects: ({at_once}) => [say("effectWithdraw"), say(at_once ? "effectWithdrawAtOnce" : "effectWithdrawDays")]}),
  undo: (record, id) => acting("undo", [
    {id: "ground", label: say("undoGround"), kind: "radio", required: true, options: optionsOf("undo", UNDO, word)},
  ], say("act_undo"), `beneficiaries/${id}/consent-withdrawal/undo`, (values) => values, {id, keyed: false, effects: ({ground}) => [say("effectUndo"), ground === "not_the_person" ? say("effectUndoHelper") : ""]}),
  uninvite: (record, id, invitationId) => acting("uninvite", [], say("act_uninvite"), `staff/beneficiaries/${id}/invitations/${invitationId}`, () => undefined, {id, method: "DELETE", keyed: false, effects: () => [say("effectUninvite")]}),
  mandate: mandateForm,
  endMandate: endMandateForm,
  helpers: helpersForm,
  report: (record, id) => acting("report", [
    {id: "died_on", label: say("diedOn"), kind: "date", hint: say("diedOnHint"), max: today(), check: notLater},
  ], say("act_report"), `beneficiaries/${id}/reports`, ({died_on}) => (died_on ? {died_on} : {}), {
    id, keyed: false, effects: () => [say("effectReport")], then: ({report_id}) => open("case", report_id),
  }),
};

screen("act", async (name, id, other = "") => {
  const [record] = await Promise.all([ask("GET", `beneficiaries/${id}`), configured()]);
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

// What was brought could not be proposed while something else is open: it is a case of its own.
screen("opened", (reviewId) => ({
  title: say("openedTitle"),
  content: [el("p", {class: "lead"}, say("openedText")), el("p", {}, link(say("theCase"), "case", reviewId)), el("p", {}, link(say("place_queue"), "queue"))],
}));
