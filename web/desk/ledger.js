// The ledger of one person, verified in the auditor's own browser, and the signatures of the certificates that it names.
import {Problem} from "../shared/api.js";
import {el} from "../shared/dom.js";
import {ask} from "./calls.js";
import {certificateOf, judged} from "./chain.js";
import {printButton, table} from "./forms.js";
import {mark} from "./photos.js";
import {can, dayInWords, momentInWords, say, word} from "./state.js";
import {facts, link, screen, section} from "./view.js";

const SHOWN_DIGITS = 16;

function verdict(fault) {
  return el("span", {class: "verdict", "data-fault": fault}, mark(fault ? "failed" : "passed"), word("link", fault || "whole"));
}

async function certificateRow(entry, keys) {
  const id = String(entry.details.certificate_id);
  let result = "gone";
  try {
    result = await certificateOf(entry, await ask("GET", `certificates/${id}`), keys);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
  }
  return {result, cells: [
    String(entry.seq), el("a", {href: `certificates/${id}`, target: "_blank", rel: "noopener"}, dayInWords(String(entry.details.certified_on || entry.at.slice(0, 10)))),
    word("method", entry.details.method), el("span", {class: "verdict", "data-certificate": result}, mark(result === "genuine" ? "passed" : "failed"), word("signed", result)),
  ]};
}

function summaryOf(chain, found, certificates) {
  const first = found.faults.findIndex(Boolean);
  const lines = [];
  if (first >= 0) lines.push(say("chainBroken", {n: first + 1}), word("linkMeans", found.faults[first]));
  if (found.end) lines.push(say(`chainEnd_${found.end}`, {n: chain.version, of: chain.entries.length}));
  if (!chain.entries.length) lines.push(say("chainEmpty"));
  if (found.whole) lines.push(say("chainWhole", {n: chain.entries.length}));
  const bad = certificates.filter((one) => one.result !== "genuine").length;
  if (bad) lines.push(say("signedBad", {n: bad}));
  else if (certificates.length) lines.push(say("signedAll", {n: certificates.length}));
  const fine = found.whole && !bad;
  return el("div", {class: fine ? "note" : "note broken", id: "judged", "data-whole": String(fine)}, lines.map((line) => el("p", {}, line)));
}

screen("ledger", async (id) => {
  if (!can("auditor")) return {title: say("ledgerTitle"), content: [el("p", {class: "note"}, say("accessesForAuditors"))]};
  const [chain, keys] = await Promise.all([ask("GET", `staff/beneficiaries/${id}/ledger`), ask("GET", ".well-known/jwks.json")]);
  const found = await judged(chain, id);
  const certified = chain.entries.filter((one) => one.event === "certified" && one.details.certificate_id);
  const certificates = [];
  for (const entry of certified) certificates.push(await certificateRow(entry, keys));
  return {
    title: say("ledgerTitle"),
    content: [
      el("p", {class: "about"}, link(say("thePerson"), "person", id)),
      el("p", {class: "hint"}, say("ledgerText")),
      summaryOf(chain, found, certificates),
      section(say("ledgerEntries"), table(say("ledgerEntries"), [say("colNumber"), say("colVerdict"), say("colWhat"), say("factWhen"), say("colBy"), say("colHash")],
        chain.entries.map((one, place) => [
          String(one.seq), verdict(found.faults[place]), word("event", one.event), momentInWords(one.at), word("role", one.role), el("code", {}, one.hash.slice(0, SHOWN_DIGITS)),
        ]))),
      certificates.length ? section(say("certificates"), table(say("certificates"), [say("colNumber"), say("colCertified"), say("colMethod"), say("colVerdict")], certificates.map((one) => one.cells))) : null,
      facts([[say("headOfRecord"), el("code", {}, chain.head)], [say("entriesOfRecord"), String(chain.version)]]),
      el("p", {class: "hint"}, say("ledgerLimits")),
      printButton(),
    ],
  };
});
