// An existing register on its way in: upload, a dry run that registers nobody, its report and rejects, the release by
// another clerk, progress, stop.
import {el} from "../shared/dom.js";
import {ask, upload} from "./calls.js";
import {form, optionsOf, table} from "./forms.js";
import {can, desk, momentInWords, say, word} from "./state.js";
import {again, button, facts, link, open, screen, section} from "./view.js";

const RUNNING = ["surveying", "checking", "registering"];
const AT_WORK_MS = 4000;
const ENCODINGS = ["utf-8", "gb18030"];

function counted(title, counts) {
  if (!counts) return null;
  const parts = [["years", "year"], ["known", "known"], ["refused", "refused"]];
  const rows = parts.reduce((all, [name, group]) => all.concat(Object.entries(counts[name]).map(([code, n]) => [say(`counts_${name}`), word(group, code), n])), []);
  return section(title,
    facts([[say("countLines"), String(counts.lines)], [say("countPeople"), String(counts.people)], [say("countBenefits"), String(counts.benefits)]]),
    rows.length ? table(title, [say("colWhat"), say("colWhy"), say("colPeople")], rows) : null);
}

screen("imports", async () => {
  const {imports} = await ask("GET", "staff/imports");
  const made = can("clerk") ? form("import", [
    {id: "source", label: say("importSource"), required: true, hint: say("importSourceHint"), check: (value) => (/^[A-Za-z0-9._-]{1,40}$/.test(value) ? "" : say("importSourceWrong"))},
    {id: "encoding", label: say("importEncoding"), kind: "select", options: optionsOf("encoding", ENCODINGS, word, say("foundOut"))},
    {id: "lines", label: say("importLines"), hint: say("importLinesHint"), inputmode: "numeric", check: (value) => (/^\d{1,10}$/.test(value) ? "" : say("numberWrong"))},
    {id: "file", label: say("importFile"), kind: "file", required: true, accept: ".csv,.json,.jsonl,.txt"},
  ], say("importPrepare"), async (values, keyFor) => {
    const body = {source: values.source};
    if (values.encoding) body.encoding = values.encoding;
    if (values.lines) body.lines = Number(values.lines);
    const prepared = await ask("POST", "staff/imports", body, {key: keyFor(body)});
    const id = prepared.register_import.import_id;
    await upload(prepared.slot, values.file);
    await ask("POST", `staff/imports/${id}/dry-run`);
    return () => open("import", id);
  }) : null;
  return {
    title: say("place_imports"),
    content: [
      table(say("importsNewest"), [say("colSource"), say("colState"), say("factWhen"), say("countPeople")], imports.map((one) => [
        link(one.source, "import", one.import_id), word("importState", one.state), momentInWords(one.prepared_at), (one.registered || one.checked || {people: ""}).people,
      ]), say("importsNone")),
      made ? section(say("importNew"), el("p", {class: "hint"}, say("importText")), made) : null,
    ],
  };
});

screen("import", async (id) => {
  const found = await ask("GET", `staff/imports/${id}`);
  const one = found.register_import;
  const involved = [one.prepared_by, one.started_by].includes(desk.user.id);
  const waiting = RUNNING.includes(one.state) ? setTimeout(again, AT_WORK_MS) : 0;
  const post = (what, body) => async () => {
    await ask("POST", `staff/imports/${id}/${what}`, body);
    await again();
  };
  const clerk = can("clerk");
  return {
    title: say("importTitle", {source: one.source}),
    told: word("importState", one.state),
    content: [
      facts([
        [say("colState"), word("importState", one.state)], [say("importFault"), one.fault ? word("importFault", one.fault) : ""],
        [say("factPrepared"), momentInWords(one.prepared_at)], [say("factChecked"), one.checked_at ? momentInWords(one.checked_at) : ""], [say("factEnded"), one.ended_at ? momentInWords(one.ended_at) : ""],
        [say("importFormat"), [one.format && word("format", one.format), one.written && word("encoding", one.written)].filter(Boolean).join(", ")],
        [say("importDigest"), one.digest ? el("code", {}, one.digest) : ""], [say("sameAs"), one.same_as ? link(say("earlierImport"), "import", one.same_as) : ""],
      ]),
      counted(say("dryRun"), one.checked), counted(say("whatBecame"), one.registered),
      el("p", {}, found.checked_lines ? el("a", {href: found.checked_lines, download: true}, say("rejectsChecked")) : null, " ", found.registered_lines ? el("a", {href: found.registered_lines, download: true}, say("rejectsRegistered")) : null),
      clerk && one.state === "awaiting_file" ? button(say("dryRunBegin"), post("dry-run"), {kind: "primary", id: "dry-run"}) : null,
      clerk && one.state === "checked" ? (involved ? el("p", {class: "note", id: "why-not"}, say("ownImport")) : el("div", {}, el("p", {class: "effects"}, say("effectRelease", {n: one.checked.people})), button(say("release"), post("release", {digest: one.digest}), {kind: "primary", id: "release"}))) : null,
      clerk && (RUNNING.includes(one.state) || ["awaiting_file", "checked"].includes(one.state)) ? button(say("stopImport"), post("stop"), {kind: "danger", id: "stop"}) : null,
    ],
    leave: () => clearTimeout(waiting),
  };
});
