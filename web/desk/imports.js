// What comes in by a file, and letters for a print house: upload, a dry run that changes nothing, its report and rejects,
// the release by another clerk, progress, stop.
import {el, fill} from "../shared/dom.js";
import {ask, upload} from "./calls.js";
import {placed} from "./districts.js";
import {form, optionsOf, table} from "./forms.js";
import {can, desk, momentInWords, say, word} from "./state.js";
import {again, button, facts, link, open, screen, section} from "./view.js";

const RUNNING = ["surveying", "checking", "registering"];
const AT_WORK_MS = 4000;
const ENCODINGS = ["utf-8", "gb18030"];
// By a file; letters come out of a work list.
const IMPORT_KINDS = ["register", "references", "postings"];

export const sourceFault = (value) => (/^[A-Za-z0-9._-]{1,40}$/.test(value) ? "" : say("importSourceWrong"));

// What is prepared is checked at once, and then shown.
export async function prepared({register_import: made, slot}, file = null) {
  if (slot && file) await upload(slot, file);
  await ask("POST", `staff/imports/${made.import_id}/dry-run`);
  return () => open("import", made.import_id);
}

function counted(title, counts, kind) {
  if (!counts) return null;
  const parts = [["years", "year"], ["known", "known"], ["refused", "refused"]];
  const rows = [].concat(...parts.map(([name, group]) => Object.entries(counts[name]).map(([code, n]) => [say(`counts_${name}`), word(group, code), n])));
  return section(title,
    facts([[say("countLines"), String(counts.lines)], [word("importCount", kind), String(counts.people)], [say("countBenefits"), kind === "register" ? String(counts.benefits) : ""]]),
    rows.length ? table(title, [say("colWhat"), say("colWhy"), say("colPeople")], rows) : null);
}

function newImport() {
  const told = el("p", {class: "effects", "aria-live": "polite"});
  const made = form("import", [
    {id: "kind", label: say("importKindOf"), kind: "radio", required: true, value: "register", options: optionsOf("importKind", IMPORT_KINDS, word)},
    {id: "source", label: say("importSource"), required: true, hint: say("importSourceHint"), check: sourceFault},
    {id: "encoding", label: say("importEncoding"), kind: "select", options: optionsOf("encoding", ENCODINGS, word, say("foundOut"))},
    {id: "lines", label: say("importLines"), hint: say("importLinesHint"), inputmode: "numeric", check: (value) => (/^\d{1,10}$/.test(value) ? "" : say("numberWrong"))},
    {id: "file", label: say("importFile"), kind: "file", required: true, accept: ".csv,.json,.jsonl,.txt"},
  ], say("importPrepare"), async (values, keyFor) => {
    const body = {source: values.source, kind: values.kind};
    if (values.encoding) body.encoding = values.encoding;
    if (values.lines) body.lines = Number(values.lines);
    return prepared(await ask("POST", "staff/imports", body, {key: keyFor(body)}), values.file);
  }, {changed: ({kind}) => fill(told, word("importMeans", kind))});
  made.insertBefore(told, made.querySelector(".summary"));
  return section(say("importNew"), el("p", {class: "hint"}, say("importText")), made);
}

screen("imports", async () => {
  const {imports} = await ask("GET", "staff/imports");
  return {
    title: say("place_imports"),
    content: [
      table(say("importsNewest"), [say("colSource"), say("importKindOf"), say("colState"), say("factWhen"), say("countPeople")], imports.map((one) => [
        link(one.source, "import", one.import_id), word("importKind", one.kind), word("importState", one.state), momentInWords(one.prepared_at), (one.registered || one.checked || {people: ""}).people,
      ]), say("importsNone")),
      el("p", {class: "hint"}, say("lettersFromLists"), " ", link(say("place_lists"), "lists")),
      can("clerk") ? newImport() : null,
    ],
  };
});

screen("import", async (id) => {
  const found = await ask("GET", `staff/imports/${id}`);
  const one = found.register_import;
  const involved = [one.prepared_by, one.started_by].includes(desk.user.id);
  const waiting = RUNNING.includes(one.state) ? setTimeout(again, AT_WORK_MS) : 0;
  const step = (call) => async () => {
    await call();
    await again();
  };
  const check = step(() => ask("POST", `staff/imports/${id}/dry-run`));
  const release = step(() => ask("POST", `staff/imports/${id}/release`, {digest: one.digest}));
  const stop = step(() => ask("POST", `staff/imports/${id}/stop`));
  const clerk = can("clerk");
  return {
    title: say("importTitle", {source: one.source}),
    told: word("importState", one.state),
    content: [
      facts([
        [say("importKindOf"), word("importKind", one.kind)],
        [say("colList"), one.letters ? link(`${word("list", one.letters.list)}, ${placed(one.letters.district)}`, "lists", one.letters.district, one.letters.list) : ""],
        [say("newCodesFact"), one.letters && one.letters.new_codes ? say("yes") : ""],
        [say("colState"), word("importState", one.state)], [say("importFault"), one.fault ? word("importFault", one.fault) : ""],
        [say("factPrepared"), momentInWords(one.prepared_at)], [say("factChecked"), one.checked_at ? momentInWords(one.checked_at) : ""], [say("factEnded"), one.ended_at ? momentInWords(one.ended_at) : ""],
        [say("importFormat"), [one.format && word("format", one.format), one.written && word("encoding", one.written)].filter(Boolean).join(", ")],
        [say("importDigest"), one.digest ? el("code", {}, one.digest) : ""], [say("sameAs"), one.same_as ? link(say("earlierImport"), "import", one.same_as) : ""],
      ]),
      counted(say("dryRun"), one.checked, one.kind), counted(say("whatBecame"), one.registered, one.kind),
      el("p", {}, found.checked_lines ? el("a", {href: found.checked_lines, download: true}, say("rejectsChecked")) : null, " ", found.registered_lines ? el("a", {href: found.registered_lines, download: true}, say("rejectsRegistered")) : null),
      found.letter_files.length ? section(say("letterFiles"), el("p", {class: "hint"}, say("letterFilesText")), el("ol", {}, found.letter_files.map((address, place) => el("li", {}, el("a", {href: address, download: true}, say("letterFile", {n: place + 1})))))) : null,
      clerk && one.state === "awaiting_file" ? button(say("dryRunBegin"), check, {kind: "primary", id: "dry-run"}) : null,
      clerk && one.state === "checked" ? (involved ? el("p", {class: "note", id: "why-not"}, say("ownImport"), one.kind === "references" ? say("facesToOther") : "") : el("div", {}, el("p", {class: "effects"}, word("effectRelease", one.kind).replace("{n}", one.checked.people)), button(say("release"), release, {kind: "primary", id: "release"}))) : null,
      clerk && (RUNNING.includes(one.state) || ["awaiting_file", "checked"].includes(one.state)) ? button(say("stopImport"), stop, {kind: "danger", id: "stop"}) : null,
    ],
    leave: () => clearTimeout(waiting),
  };
});
