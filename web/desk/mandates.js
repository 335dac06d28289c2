// Who may act for a person: shown in the record, given with a paper, and ended; and helpers of before, removed.
import {el} from "../shared/dom.js";
import {SCANS, acting} from "./acting.js";
import {digestOf} from "./calls.js";
import {optionsOf, table} from "./forms.js";
import {can, dayInWords, desk, say, today, word} from "./state.js";
import {link, section} from "./view.js";

const MANDATE_KINDS = ["helper", "guardian", "institution"];
const MANDATE_RIGHTS = ["certify", "standing", "consent"];
const MANDATE_GROUNDS = ["court_order", "next_of_kin", "power_of_attorney", "care_contract"];

export function mandatesOf(record) {
  const rows = record.mandates.map((one) => [
    word("mandate", one.kind), one.rights.map((right) => word("mandateRight", right)).join(", "), dayInWords(one.start), dayInWords(one.end),
    say(one.by_office ? "givenByOffice" : "givenByPerson"), el("code", {}, one.holder || ""),
    can("clerk") ? link(say("act_endMandate"), "act", "endMandate", record.beneficiary_id, one.mandate_id) : "",
  ]);
  return section(say("mandates"), table(say("mandates"), [say("colAs"), say("colMay"), say("colFrom"), say("colUntil"), say("colGivenBy"), say("colAccount"), say("colDo")], rows, say("mandatesNone")));
}

export function mandateForm(record, id) {
  return acting("mandate", [
    {id: "kind", label: say("mandateKind"), kind: "radio", required: true, options: optionsOf("mandate", MANDATE_KINDS, word)},
    {id: "holder", label: say("mandateHolder"), hint: say("mandateHolderHint"), required: true, check: (text) => (!/^[^\s,]{1,200}$/.test(text) ? say("mandateHolderWrong") : (text === desk.user.id ? say("mandateOwn") : ""))},
    {id: "rights", label: say("mandateRights"), kind: "several", required: true, options: optionsOf("mandateRight", MANDATE_RIGHTS, word)},
    {id: "start", label: say("mandateStart"), kind: "date", required: true, value: today(), min: today(), check: (day) => (day < today() ? say("dayPast") : "")},
    {id: "end", label: say("mandateEnd"), hint: say("mandateEndHint"), kind: "date", required: true, min: today(), check: (day, {start}) => (day < start ? say("endBeforeStart") : "")},
    {id: "ground", label: say("mandateGroundOf"), kind: "radio", required: true, options: optionsOf("mandateGround", MANDATE_GROUNDS, word)},
    {id: "scan", label: say("scanFile"), hint: say("scanHint"), kind: "file", required: true, accept: SCANS},
  ], say("act_mandate"), `beneficiaries/${id}/mandates`, async (values) => Object.assign({}, values, {scan: await digestOf(values.scan)}), {
    id,
    keyed: false,
    effects: ({kind, rights}) => [say("effectMandate"), ...(rights || []).map((one) => word("effect_mandate", one)), kind === "institution" ? say("effectMandateInstitution") : ""],
  });
}

export function endMandateForm(record, id, mandateId) {
  return acting("endMandate", [], say("act_endMandate"), `beneficiaries/${id}/mandates/${mandateId}/end`, () => undefined, {id, keyed: false, effects: () => [say("effectMandateEnds")]});
}

const BY_LETTER = "invitation-";

// Accounts that certified somebody for them and were not removed since, the last first: {account, day}. An account is all
// that is known of a helper.
export function helpersOf(record) {
  const found = {};
  record.history.forEach(({event, actor, at, details}) => {
    const helped = ["certified", "already_certified"].includes(event) && details.on_behalf && actor.actor_id && !actor.actor_id.startsWith(BY_LETTER);
    if (helped) found[actor.actor_id] = String(details.certified_on || at.slice(0, 10));
    if (event === "helpers_removed") String(details.helpers || "").split(",").forEach((one) => { delete found[one]; });
  });
  return Object.entries(found).map(([account, day]) => ({account, day})).reverse();
}

export function helpersForm(record, id) {
  const options = helpersOf(record).map(({account, day}) => [account, say("helperOf", {day: dayInWords(day), account})]);
  return acting("helpers", [
    {id: "helper", label: say("whichHelper"), kind: "select", options: [["", say("allHelpers")], ...options]},
  ], say("act_helpers"), `beneficiaries/${id}/helpers-removal`, ({helper}) => (helper ? {helper} : {}), {
    id, keyed: false, effects: ({helper}) => [say("effectHelpers"), helper ? "" : say("effectHelpersMandates")],
  });
}
