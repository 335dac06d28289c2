// The list of an officer who visited many people: pasted, or a table of a spreadsheet; what became of each line; and
// those that were refused stay, to be mended and sent again.
import {newKey} from "../shared/api.js";
import {el, fill} from "../shared/dom.js";
import {SCANS, notLater} from "./acting.js";
import {ask, digestOf} from "./calls.js";
import {DOCUMENTS, PRESENCE} from "./certify.js";
import {form, optionsOf, table} from "./forms.js";
import {LANGUAGES, can, say, today, word, wordsOf} from "./state.js";
import {link, screen, tell} from "./view.js";

const VISIT_COLUMNS = ["beneficiary_id", "outcome", "document", "ground", "died_on"];
const LIST_PLACES = ["home", "nursing_home", "village", "hospital", "prison"];
const VISITED = ["seen", "not_seen", "moved", "died"];
const AT_ONCE = 50;
const PERSON = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// A code, said as such or by its word in either language.
function codeOf(group, text) {
  const found = [].concat(...LANGUAGES.map((language) => Object.entries(wordsOf(language))));
  const [key] = found.find(([name, value]) => name.startsWith(`${group}_`) && value.toLowerCase() === text.toLowerCase()) || [];
  return key ? key.slice(group.length + 1) : text;
}

// The cells of a line: of a table that was copied between tabs, of CSV between commas.
function cellsOf(line) {
  if (line.includes("\t")) return line.split("\t").map((cell) => cell.trim());
  const cells = [];
  `,${line}`.replace(/,(?:"((?:[^"]|"")*)"|([^,]*))/g, (whole, quoted, plain) => {
    cells.push((quoted === undefined ? plain : quoted.replace(/""/g, "\"")).trim());
    return "";
  });
  return cells;
}

function visitFault({beneficiary_id: id, outcome, document: paper = "", ground = "", died_on: day = ""}) {
  if (!PERSON.test(id)) return "person";
  if (!VISITED.includes(outcome)) return outcome ? "outcome" : "no_outcome";
  if (outcome === "seen" ? !DOCUMENTS.includes(paper) : paper) return "document";
  if (ground && (outcome !== "seen" || !PRESENCE.includes(ground))) return "ground";
  return day && (outcome !== "died" || !/^\d{4}-\d\d-\d\d$/.test(day)) ? "died_on" : "";
}

// The lines of a list: {number, text, said, fault}. A first line that names columns is none of them (`head`); without one
// the columns are those above.
export function visitLines(text) {
  const rows = text.split(/\r?\n/).map((one, place) => ({number: place + 1, text: one})).filter((one) => one.text.trim());
  const names = rows.length ? cellsOf(rows[0].text).map((cell) => codeOf("visitColumn", cell)) : [];
  const named = names.includes("beneficiary_id");
  const lines = rows.slice(named ? 1 : 0).map((row) => {
    const said = /** @type {any} */ ({});
    cellsOf(row.text).forEach((cell, place) => {
      const name = (named ? names : VISIT_COLUMNS)[place];
      const group = {outcome: "visited", document: "document", ground: "presence"}[name];
      if (VISIT_COLUMNS.includes(name) && cell) said[name] = group ? codeOf(group, cell) : cell;
    });
    return Object.assign({said, fault: visitFault(said)}, row);
  });
  return {head: named ? rows[0].text : "", lines};
}

async function textOf(file) {
  const bytes = await new Response(file).arrayBuffer();
  try {
    return new TextDecoder("utf-8", {fatal: true}).decode(bytes);
  } catch (error) {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function visitResult(answers) {
  return table(say("visitsDone"), [say("colLine"), say("thePerson"), say("colWhat"), say("colResult"), say("colWhy")], answers.map(({line, result, id, reason}) => [
    line.number, PERSON.test(line.said.beneficiary_id) ? link(line.said.beneficiary_id.slice(0, 8), "person", line.said.beneficiary_id) : line.said.beneficiary_id || "", word("visited", line.said.outcome || "none"),
    word("lineResult", result), result === "refused" ? word("lineRefused", reason) : (["proposed", "case_opened"].includes(result) ? link(say("theCase"), "case", id) : ""),
  ]));
}

screen("visits", () => {
  const result = el("div", {id: "visits-result", "aria-live": "polite"});
  const told = el("p", {class: "effects", "aria-live": "polite"});
  // The same lines go with the same key, so that nothing is done twice after an answer that was lost.
  const keys = {};
  const keyOf = (body) => {
    const text = JSON.stringify(body);
    keys[text] = keys[text] || newKey();
    return keys[text];
  };
  const place = () => document.getElementById("visits-lines");

  async function send(values) {
    const {head, lines} = visitLines(values.lines);
    const answers = lines.filter((one) => one.fault).map((line) => ({line, result: "refused", reason: line.fault}));
    const fit = lines.filter((one) => !one.fault);
    const visit = {visited_on: values.visited_on, place: values.place};
    if (values.sheet) visit.scan = await digestOf(values.sheet);
    const show = () => fill(result, visitResult(answers.sort((one, other) => one.line.number - other.line.number)));
    for (let first = 0; first < fit.length; first += AT_ONCE) {
      const sent = fit.slice(first, first + AT_ONCE);
      const body = Object.assign({}, visit, {lines: sent.map((one) => one.said)});
      const taken = await ask("POST", "staff/certifications", body, {key: keyOf(body)});
      answers.push(...taken.lines.map((one) => ({line: sent[one.line - 1], result: one.result, id: one.id, reason: one.reason})));
      show();
    }
    show();
    const left = answers.filter((one) => one.result === "refused").map((one) => one.line.text);
    const said = left.length ? say("visitsLeft", {n: left.length}) : say("visitsAllTaken");
    result.prepend(el("p", {class: "note"}, said));
    tell(said);
    return () => {
      place().value = left.length ? [head, ...left].filter(Boolean).join("\n") : "";
      place().dispatchEvent(new Event("input", {bubbles: true}));
      place().focus();
    };
  }

  const made = form("visits", [
    {id: "visited_on", label: say("visitedOn"), kind: "date", required: true, value: today(), max: today(), check: notLater},
    {id: "place", label: say("visitPlace"), kind: "radio", required: true, options: optionsOf("place", LIST_PLACES, word)},
    {id: "file", label: say("visitsFile"), kind: "file", accept: ".csv,.txt,.tsv"},
    {id: "lines", label: say("visitsLines"), hint: say("visitsLinesHint"), kind: "textarea", required: true, wide: true},
    {id: "sheet", label: say("sheetFile"), hint: say("scanHint"), kind: "file", accept: SCANS},
  ], say("visitsSend"), send, {changed: ({lines}) => {
    const found = visitLines(lines).lines;
    const count = (outcome) => found.filter((one) => !one.fault && one.said.outcome === outcome).length;
    told.textContent = found.length ? say("effectVisits", {seen: count("seen"), noted: count("not_seen") + count("moved"), died: count("died"), unfit: found.filter((one) => one.fault).length}) : "";
  }});
  made.insertBefore(told, made.querySelector(".summary"));
  made.querySelector("#visits-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    place().value = await textOf(file);
    place().dispatchEvent(new Event("input", {bubbles: true}));
  });
  return {
    title: say("place_visits"),
    content: can("clerk") ? [el("p", {class: "lead"}, say("visitsText")), made, result] : [el("p", {class: "note"}, say("auditorsRead"))],
    shown: () => { if (can("clerk")) document.getElementById("visits-visited_on").focus(); },
  };
});
