// A person's record: how they stand, what can be done for them, what happened, and who looked at it.
import {el} from "../shared/dom.js";
import {ask, askAll} from "./calls.js";
import {table} from "./forms.js";
import {standing, timeline, yearLine} from "./history.js";
import {helpersOf, mandatesOf} from "./mandates.js";
import {can, dayInWords, desk, momentInWords, say, word} from "./state.js";
import {link, screen, section} from "./view.js";

// What a clerk does for somebody, by when it makes sense.
function actionsFor(record) {
  const alive = record.status !== "terminated";
  const ended = record.benefits.some((one) => one.status === "terminated");
  const lapsed = record.status === "lapsed";
  const {withdrawn_on: withdrawn, faces_go_on: goOn} = record.consent;
  return [
    [alive, "certify"], [alive, "photo"], [alive, "invite"], [alive, "contact"], [lapsed, "notice"], [alive, "benefit"], [alive, "amend"], [alive, "number"],
    [alive, "consent"], [alive && !withdrawn, "withdraw"], [alive && goOn, "undo"], [alive, "mandate"], [helpersOf(record).length > 0, "helpers"], [alive && invitationOf(record), "uninvite", invitationOf(record)],
    [alive, "report"], [true, "start"], [alive, "end"], [ended, "correction"],
  ].filter(([fits]) => fits).map(([, name, other]) => (other ? [name, record.beneficiary_id, other] : [name, record.beneficiary_id]));
}

// The letter in somebody's hands: the newest that was issued, and not withdrawn since. Empty for none.
function invitationOf(record) {
  const last = record.history.filter((one) => ["invitation_issued", "invitation_withdrawn"].includes(one.event)).pop();
  return last && last.event === "invitation_issued" ? String(last.details.invitation_id || "") : "";
}

function certificatesOf(record) {
  const revoked = record.history.filter((one) => one.event === "certificate_revoked").map((one) => one.details.certificate_id);
  return record.history.filter((one) => one.event === "certified" && one.details.certificate_id).reverse().map((one) => {
    const id = String(one.details.certificate_id);
    return [
      el("a", {href: `certificates/${id}`, target: "_blank", rel: "noopener"}, dayInWords(String(one.details.certified_on || one.at.slice(0, 10)))),
      word("method", one.details.method), dayInWords(String(one.details.valid_until || "")),
      revoked.includes(id) ? say("revoked") : (can("clerk") ? link(say("act_revoke"), "act", "revoke", record.beneficiary_id, id) : ""),
    ];
  });
}

// Letters, visits and public notices that are on record, so that what comes back can be written down.
function noticesOf(record) {
  const gone = record.history.filter((one) => one.event === "notice_voided").map((one) => one.details.notice_id);
  return record.history.filter((one) => one.event === "notice_recorded").reverse().map((one) => [
    word("way", one.details.way), word("given", one.details.result), dayInWords(String(one.details.given_on || "")),
    gone.includes(one.details.notice_id) ? say("noticeGone") : (can("clerk") ? link(say("act_returned"), "act", "returned", record.beneficiary_id, String(one.details.notice_id)) : ""),
  ]);
}

async function accesses(id) {
  if (!can("auditor")) return el("p", {class: "hint"}, say("accessesForAuditors"));
  const {items} = await askAll(`staff/beneficiaries/${id}/accesses?limit=50`, "accesses", 100);
  return table(say("accesses"), [say("factWhen"), say("colBy"), say("colWhat"), say("colAccount")],
    items.map((one) => [momentInWords(one.at), word("role", one.role), word("access", one.action), one.actor_id === desk.user.id ? say("you") : one.actor_id]));
}

screen("person", async (id) => {
  const record = await ask("GET", `beneficiaries/${id}`);
  const notices = noticesOf(record);
  return {
    title: record.masked_name,
    content: [
      record.what_to_do ? el("p", {class: "note"}, record.what_to_do) : null,
      el("div", {class: "two"},
        el("div", {class: "first"}, section(say("standing"), ...standing(record)), section(say("theYear"), yearLine(record))),
        can("clerk") ? section(say("whatToDo"), el("ul", {class: "actions"}, actionsFor(record).map(([name, ...rest]) => el("li", {}, link(say(`act_${name}`), "act", name, ...rest))))) : null),
      section(say("certificates"), table(say("certificates"), [say("colCertified"), say("colMethod"), say("factValidUntil"), say("colDo")], certificatesOf(record), say("certificatesNone"))),
      mandatesOf(record),
      notices.length ? section(say("notices"), table(say("notices"), [say("colWay"), say("colResult"), say("factWhen"), say("colDo")], notices)) : null,
      section(say("timeline"), timeline(record), can("auditor") ? el("p", {}, link(say("ledgerVerify"), "ledger", id)) : null),
      section(say("accesses"), await accesses(id)),
    ],
    keys: can("clerk") && record.status !== "terminated" ? {c: [say("act_certify"), () => { location.hash = `#/act/certify/${id}`; }]} : {},
  };
});
