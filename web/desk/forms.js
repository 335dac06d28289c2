// Forms: a name and a place for what is wrong beside each field, nothing lost on the way, nothing sent twice.
import {el} from "../shared/dom.js";
import {Problem} from "../shared/api.js";
import {numberFits, spelt} from "../shared/numbers.js";
import {keysOfForm, wordsFor} from "./calls.js";
import {desk, say} from "./state.js";
import {button, tell} from "./view.js";

// What was typed into forms that were left, until it is sent or the page is closed. By the address as well: what was typed
// about one person is nobody else's.
const drafts = {};

// A field: {id, label, kind, options, hint, required, value, check, when, wide, multiple}. `kind` is a type of input, or select,
// textarea, radio, check, several. `check` answers what is wrong with a value, if anything is; `echo` what it means,
// which is told in the place of the hint; a field is there only `when` the other values are such. Options are pairs of value and label.
function fieldNode(field, name, draft) {
  const kept = (drafts[draft] || {})[field.id];
  const value = kept === undefined ? field.value : kept;
  const ids = {id: `${name}-${field.id}`, name: field.id};
  const wrong = el("p", {class: "wrong", id: `${ids.id}-wrong`});
  const hint = field.hint ? el("p", {class: "hint", id: `${ids.id}-hint`}, field.hint) : null;
  const about = {"aria-describedby": `${hint ? `${ids.id}-hint ` : ""}${ids.id}-wrong`, autocomplete: "off", spellcheck: "false"};
  const label = el("label", {for: ids.id}, field.label, field.required ? null : el("span", {class: "optional"}, ` ${say("optional")}`));
  if (field.kind === "radio" || field.kind === "several") {
    const chosen = (option, place) => (field.kind === "several" ? (value || []).includes(option) : option === value || (!place && value === undefined && field.first));
    return el("fieldset", {class: "entry choices", "data-field": field.id, "aria-describedby": wrong.id}, el("legend", {}, field.label), hint,
      field.options.map(([option, text], place) => el("span", {class: "choice"},
        el("input", {type: field.kind === "radio" ? "radio" : "checkbox", id: `${ids.id}-${option}`, name: ids.name, value: option, checked: chosen(option, place), "data-option": option}),
        el("label", {for: `${ids.id}-${option}`}, text))), wrong);
  }
  if (field.kind === "check") {
    return el("div", {class: "entry tick", "data-field": field.id}, el("input", Object.assign({type: "checkbox", checked: Boolean(value)}, ids, about)), el("label", {for: ids.id}, field.label), hint, wrong);
  }
  const attributes = Object.assign({class: "field"}, ids, about);
  let input;
  if (field.kind === "select") input = el("select", attributes, field.options.map(([option, text]) => el("option", {value: option, selected: option === value}, text)));
  else if (field.kind === "textarea") input = el("textarea", Object.assign({rows: "8"}, attributes));
  else input = el("input", Object.assign({type: field.kind || "text", accept: field.accept, multiple: field.multiple, max: field.max, min: field.min, inputmode: field.inputmode}, attributes));
  if (value !== undefined && field.kind !== "select" && field.kind !== "file") input.value = value;
  return el("div", {class: `entry ${field.wide ? "wide" : ""}`, "data-field": field.id}, label, hint, input, wrong);
}

export function valueOf(node) {
  const radios = node.querySelectorAll("input[type=radio]");
  if (radios.length) {
    const chosen = Array.from(radios).find((one) => one.checked);
    return chosen ? chosen.value : "";
  }
  const several = node.querySelectorAll("input[type=checkbox][data-option]");
  if (several.length) return Array.from(several).filter((one) => one.checked).map((one) => one.value);
  const input = node.querySelector("input, select, textarea");
  if (input.type === "checkbox") return input.checked;
  if (input.type === "file") return input.multiple ? Array.from(input.files) : input.files[0] || null;
  return input.value.trim();
}

function complainAbout(node, text) {
  const place = node.querySelector(".wrong");
  place.textContent = text;
  node.querySelectorAll("input, select, textarea").forEach((one) => one.setAttribute("aria-invalid", text ? "true" : "false"));
}

// A form. `send` is given the values and a key for its call, and answers what comes next; `changed` hears each change.
export function form(name, fields, label, send, {changed = null, kind = "primary"} = {}) {
  const draft = `${name} ${location.hash}`;
  const nodes = fields.filter(Boolean).map((one) => ({field: one, node: fieldNode(one, name, draft)}));
  const keyFor = keysOfForm();
  const wrong = el("p", {class: "wrong summary", role: "alert"});
  const written = () => nodes.reduce((all, {field, node}) => Object.assign(all, {[field.id]: valueOf(node)}), {});
  const made = el("form", {id: name, novalidate: true, class: "form"}, nodes.map(({node}) => node), wrong,
    el("div", {class: "buttons"}, button(label, submit, {kind, id: `${name}-send`})));

  // What is written into the fields that are there now; of the others nothing counts, and nothing is forgotten.
  function values() {
    const given = written();
    nodes.filter(({field}) => field.when).forEach(({field, node}) => {
      node.hidden = !field.when(given);
      if (node.hidden) given[field.id] = "";
    });
    nodes.filter(({field}) => field.echo).forEach(({field, node}) => { node.querySelector(".hint").textContent = field.echo(given[field.id]) || field.hint; });
    return given;
  }

  async function submit() {
    wrong.textContent = "";
    const given = values();
    const first = nodes.filter(({field, node}) => {
      const value = given[field.id];
      const none = !value || value.length === 0;
      const text = node.hidden ? "" : field.required && none ? say(field.kind === "radio" ? "choiceMissing" : "fieldMissing") : (value && field.check ? field.check(value, given) : "");
      complainAbout(node, text || "");
      return text;
    })[0];
    if (first) {
      tell(say("fieldsWrong"));
      first.node.querySelector("input, select, textarea").focus();
      return;
    }
    try {
      const next = await send(given, keyFor);
      delete drafts[draft];
      if (typeof next === "function") await next();
    } catch (error) {
      refused(error);
    }
  }

  // What the API found wrong stands beside the field, where it names one that is here.
  function refused(error) {
    const faults = (error instanceof Problem && error.body.errors) || [];
    const seen = faults.filter(({field, message}) => {
      const found = nodes.find((one) => one.field.id === field.split(".").pop() || one.field.id === field);
      if (found) complainAbout(found.node, message);
      return found;
    });
    wrong.textContent = seen.length === faults.length && faults.length ? say("fieldsWrong") : wordsFor(error);
    const bad = made.querySelector("[aria-invalid=true]");
    if (bad) bad.focus();
  }

  const hear = (event) => {
    // What was wrong is not, until it is sent again. A field that is only left (change) was complained about just then.
    const touched = event.type === "input" && nodes.find(({node}) => node.contains(event.target));
    if (touched) complainAbout(touched.node, "");
    const given = values();
    drafts[draft] = written();
    if (changed) changed(given);
  };
  made.addEventListener("input", hear);
  made.addEventListener("change", hear);
  // Return sends, as everywhere.
  made.addEventListener("submit", (event) => event.preventDefault());
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=file])")) {
      event.preventDefault();
      document.getElementById(`${name}-send`).click();
    }
  });
  values();
  // Once whoever asked for it has it.
  if (changed) Promise.resolve().then(() => changed(values()));
  return made;
}

// What is wrong with an ID number, by the kinds that the deployment has chosen; nothing where these are not known yet.
export function idNumberFault(text) {
  return !desk.config || numberFits(spelt(text), desk.config.id_numbers) ? "" : say("idNumberWrong");
}

export function districtFault(text) {
  return /^\d{6}$/.test(text) ? "" : say("districtWrong");
}

export function districtPartFault(text) {
  return /^(\d{2}){1,3}$/.test(text) ? "" : say("districtPartWrong");
}

// Of a file of things: `more` pairs of a value and a label for a choice, out of codes.
export function optionsOf(group, codes, wordOf, empty = null) {
  const found = codes.map((code) => [code, wordOf(group, code)]);
  return empty === null ? found : [["", empty], ...found];
}

// A table, in a frame of its own that scrolls where it is wider than the screen. Rows are lists of cells.
export function table(caption, heads, rows, empty = say("tableEmpty")) {
  if (!rows.length) return el("p", {class: "empty"}, empty);
  return el("div", {class: "scrolls", tabindex: "0", role: "region", "aria-label": caption},
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", {scope: "col"}, head)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, place) => (place ? el("td", {}, cell) : el("th", {scope: "row"}, cell))))))));
}

// A cell that a spreadsheet would take for a formula is none.
function csvCell(value) {
  const text = String(value === null || value === undefined ? "" : value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, "\"\"")}"` : safe;
}

export function csvButton(name, heads, rows) {
  return button(say("saveCsv"), () => {
    // With a mark of its encoding: spreadsheets read Chinese wrongly without.
    const text = `\ufeff${[heads, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
    const address = URL.createObjectURL(new Blob([text], {type: "text/csv;charset=utf-8"}));
    const saved = el("a", {href: address, download: `${name}.csv`});
    document.body.append(saved);
    saved.click();
    saved.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }, {kind: "no-print"});
}

export function printButton() {
  return button(say("print"), () => window.print(), {kind: "no-print"});
}

