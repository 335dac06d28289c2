// Work lists: whom an office has something to do for, by district and day.
import {el} from "../shared/dom.js";
import {ask, askAll, query} from "./calls.js";
import {placed} from "./districts.js";
import {csvButton, districtFault, form, printButton, table} from "./forms.js";
import {statusOf} from "./history.js";
import {prepared, sourceFault} from "./imports.js";
import {can, dayInWords, desk, ownDistricts, say, word} from "./state.js";
import {link, open, screen, section} from "./view.js";

const MOST_DAYS = 92;
// Lists whose people a print house writes to.
const LETTER_LISTS = ["due", "lapsed_untold", "notice_failed", "no_contact"];

// Have a print house write to whom a list names: a batch that is worked as an import is, and released by another clerk.
function lettersForm(district, name) {
  const told = el("p", {class: "effects", "aria-live": "polite"});
  const made = form("letters", [
    {id: "source", label: say("importSource"), required: true, value: "print-house", hint: say("lettersSourceHint"), check: sourceFault},
    {id: "new_codes", label: say("newCodes"), kind: "check"},
  ], say("lettersFor"), async ({source, new_codes}, keyFor) => {
    const body = {source, kind: "letters", letters: {list: name, district, new_codes}};
    return prepared(await ask("POST", "staff/imports", body, {key: keyFor(body)}));
  }, {changed: ({new_codes}) => { told.textContent = say(new_codes ? "effectLettersNew" : "effectLetters"); }});
  made.insertBefore(told, made.querySelector(".summary"));
  return section(say("lettersTitle"), made);
}

// Which county the lists and figures are of; kept while the page is open.
export function districtForm(name, place) {
  const own = ownDistricts();
  return form(name, [
    {id: "district", label: say("district"), required: true, value: desk.district, hint: own.length ? say("ownDistricts", {list: own.join(", ")}) : say("districtHint"), inputmode: "numeric", check: districtFault},
  ], say("show"), async ({district}) => {
    desk.district = district;
    return () => open(place, district);
  }, {kind: "plain"});
}

screen("lists", async (district = "", name = "") => {
  const whose = district || desk.district;
  if (!whose) return {title: say("place_lists"), content: [districtForm("lists-of", "lists")]};
  desk.district = whose;
  if (name) return listed(whose, name);
  const {lists} = await ask("GET", `staff/lists${query({district: whose})}`);
  return {
    title: say("place_lists"),
    content: [
      districtForm("lists-of", "lists"),
      table(say("listsOf", {district: placed(whose)}), [say("colList"), say("colPeople"), say("colMeans")], lists.map((one) => [
        link(word("list", one.list), "lists", whose, one.list), one.more ? say("atLeast", {n: one.people}) : one.people, word("listMeans", one.list),
      ])),
    ],
  };
});

async function listed(district, name) {
  const days = name === "due" ? MOST_DAYS : "";
  const {items, more} = await askAll(`staff/lists/${encodeURIComponent(name)}${query({district, days})}`, "people");
  const heads = [say("colName"), say("colStatus"), say("colDay"), say("factValidUntil"), say("colToldOn"), say("colReference")];
  const references = (one) => one.benefits.map((benefit) => [benefit.payer, benefit.payer_reference].filter(Boolean).join(" ")).join(", ");
  return {
    title: word("list", name),
    content: [
      el("p", {class: "lead"}, word("listMeans", name)), el("p", {}, link(say("listsOf", {district: placed(district)}), "lists", district)),
      table(word("list", name), heads, items.map((one) => [
        link(one.masked_name, "person", one.beneficiary_id), statusOf(one), dayInWords(one.day), dayInWords(one.valid_until), dayInWords(one.told_on), references(one),
      ]), say("listEmpty")),
      more ? el("p", {class: "note"}, say("listMore", {n: items.length})) : null,
      items.length ? el("p", {}, csvButton(`${name}-${district}`, [...heads, word("visitColumn", "beneficiary_id")], items.map((one) => [one.masked_name, word("status", one.status), one.day, one.valid_until, one.told_on || "", references(one), one.beneficiary_id])), printButton()) : null,
      items.length && can("clerk") && LETTER_LISTS.includes(name) ? lettersForm(district, name) : null,
    ],
  };
}
