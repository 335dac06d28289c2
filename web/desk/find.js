// Find a person: by the ID number on the document, or by a payer's reference. Each look-up counts and is written down.
import {el, fill} from "../shared/dom.js";
import {ask, configured} from "./calls.js";
import {placed} from "./districts.js";
import {form, idNumberFault, table} from "./forms.js";
import {statusOf} from "./history.js";
import {can, say} from "./state.js";
import {link, open, screen, section, tell} from "./view.js";

screen("find", async () => {
  await configured();
  const result = el("div", {id: "found", "aria-live": "polite"});

  async function look(body) {
    const {people} = await ask("POST", "staff/beneficiaries/find", body);
    // Whoever was found alone is shown at once.
    if (people.length === 1) return () => open("person", people[0].beneficiary_id);
    const rows = people.map((one) => [
      link(one.masked_name, "person", one.beneficiary_id), one.birth_year || "", statusOf(one), placed(one.district),
      one.benefits.map((benefit) => [benefit.payer, benefit.payer_reference].filter(Boolean).join(" ")).join(", "),
    ]);
    fill(result, people.length ? table(say("peopleFound"), [say("colName"), say("colBirth"), say("colStatus"), say("colDistrict"), say("colReference")], rows)
      : el("div", {class: "note"}, el("p", {}, say("nobodyFound")), can("clerk") ? el("p", {}, link(say("registerInstead"), "register")) : null));
    tell(people.length ? say("foundSome", {n: people.length}) : say("nobodyFound"));
    return null;
  }

  return {
    title: say("place_find"),
    content: [
      el("p", {class: "hint"}, say("findCounts")),
      el("div", {class: "halves"},
        section(say("byNumber"), form("find-number", [
          {id: "id_number", label: say("idNumber"), required: true, check: idNumberFault},
          {id: "name", label: say("name"), hint: say("nameIfKnown")},
        ], say("find"), (values) => look(values.name ? values : {id_number: values.id_number}))),
        section(say("byReference"), form("find-reference", [
          {id: "payer", label: say("payerCode"), required: true, value: "fund"},
          {id: "payer_reference", label: say("payerReference"), required: true},
        ], say("find"), look))),
      result,
    ],
    shown: () => document.getElementById("find-number-id_number").focus(),
  };
});
