// Register somebody who draws a benefit, or another benefit of theirs.
import {Problem} from "../shared/api.js";
import {el, fill} from "../shared/dom.js";
import {kindOf, spelt} from "../shared/numbers.js";
import {ask, configured} from "./calls.js";
import {echoed} from "./districts.js";
import {districtFault, form, idNumberFault, optionsOf} from "./forms.js";
import {statusOf} from "./history.js";
import {dayInWords, desk, ownDistricts, say, today, word} from "./state.js";
import {link, open, screen} from "./view.js";

export const CATEGORIES = ["resident_pension", "employee_pension", "survivor_allowance", "injury_disability", "injury_care", "injury_dependant"];
// Kinds of ID numbers that say when their holder was born; of any other kind it is asked.
const SAY_BIRTH = ["gb11643", "gb11643_1989", "permanent_residence"];
const START_ASKED_BACK = "start_unlikely";

export function telephoneOf(text) {
  const number = text.replace(/[\s-]/g, "");
  return /^1\d{10}$/.test(number) ? `+86${number}` : number;
}

export function telephoneFault(text) {
  return /^\+[1-9]\d{7,14}$/.test(telephoneOf(text)) ? "" : say("telephoneWrong");
}

function ofBenefit() {
  const [own] = ownDistricts().filter((one) => one.length === 6);
  return [
    {id: "category", label: say("category"), kind: "select", required: true, options: optionsOf("category", CATEGORIES, word)},
    {id: "district", label: say("district"), required: true, value: own || desk.district, hint: say("districtHint"), inputmode: "numeric", check: districtFault, echo: (code) => echoed(code, say("districtUnknown"))},
    {id: "benefit_start", label: say("benefitStart"), kind: "date", required: true},
    {id: "payer", label: say("payerCode"), hint: say("payerHint")},
    {id: "payer_reference", label: say("payerReference"), hint: say("referenceHint")},
    {id: "planned_end", label: say("plannedEndField"), kind: "date", hint: say("plannedEndHint")},
    {id: "injury_grade", label: say("injuryGrade"), hint: say("injuryHint"), inputmode: "numeric", check: (value) => (/^([1-9]|10)$/.test(value) ? "" : say("injuryWrong"))},
  ];
}

function bodyOf(values) {
  const body = /** @type {any} */ ({});
  Object.entries(values).forEach(([name, value]) => { if (value !== "" && value !== false) body[name] = value; });
  if (body.injury_grade) body.injury_grade = Number(body.injury_grade);
  return body;
}

const startChecked = () => ({id: "start_checked", label: say("startChecked"), kind: "check"});

function birthAsked({id_number: number}) {
  const kind = kindOf(spelt(number), desk.config.id_numbers);
  return Boolean(kind) && !SAY_BIRTH.includes(kind.kind);
}

screen("register", async () => {
  await configured();
  const beside = el("div", {id: "register-told", "aria-live": "polite"});
  return {
    title: say("place_register"),
    content: [
      el("p", {class: "hint"}, say("registerText")),
      form("register", [
        {id: "name", label: say("name"), required: true}, {id: "id_number", label: say("idNumber"), required: true, hint: say("idNumberHint"), check: idNumberFault},
        {id: "birth_date", label: say("birthDate"), hint: say("birthDateHint"), kind: "date", required: true, max: today(), when: birthAsked},
        ...ofBenefit(), {id: "telephone", label: say("telephone"), hint: say("telephoneHint"), kind: "tel", check: telephoneFault}, startChecked(),
      ], say("place_register"), async (values, keyFor) => {
        fill(beside);
        const body = bodyOf(Object.assign({}, values, {telephone: ""}));
        if (values.telephone) body.contact = {channel: "sms", address: telephoneOf(values.telephone)};
        try {
          const made = await ask("POST", "staff/beneficiaries", body, {key: keyFor(body)});
          return () => open("registered", made.beneficiary_id);
        } catch (error) {
          if (error instanceof Problem && error.body.beneficiary_id) fill(beside, el("p", {class: "note"}, link(say("openTheRecord"), "person", error.body.beneficiary_id)));
          if (error instanceof Problem && error.code === START_ASKED_BACK) document.getElementById("register-start_checked").focus();
          throw error;
        }
      }),
      beside,
    ],
    shown: () => document.getElementById("register-name").focus(),
  };
});

screen("registered", async (id) => {
  const record = await ask("GET", `beneficiaries/${id}`);
  return {
    title: say("registeredTitle", {name: record.masked_name}),
    content: [
      el("p", {}, statusOf(record), ` ${say("factValidUntil")}: ${dayInWords(record.valid_until)}`),
      record.status === "lapsed" ? el("p", {class: "note"}, say("registeredLapsed")) : null,
      el("p", {class: "lead"}, say("registeredText")),
      el("ol", {class: "actions"},
        record.status === "lapsed" ? el("li", {}, link(say("act_certify"), "act", "certify", id)) : null,
        el("li", {}, link(say("act_photo"), "act", "photo", id)), el("li", {}, link(say("act_invite"), "act", "invite", id)),
        el("li", {}, link(say("openTheRecord"), "person", id)), el("li", {}, link(say("registerNext"), "register"))),
    ],
  };
});

// Another benefit of somebody who is registered.
export function benefitForm(id) {
  return form("benefit", [...ofBenefit(), startChecked()], say("act_benefit"), async (values, keyFor) => {
    const body = bodyOf(values);
    await ask("POST", `staff/beneficiaries/${id}/benefits`, body, {key: keyFor(body)});
    return () => open("person", id);
  });
}
