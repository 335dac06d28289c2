// An invitation: issue it, and print its letter. The code stands on the letter and nowhere else; whoever needs another
// issues another, and the one before it stops working.
import {el, fill} from "../shared/dom.js";
import {qrCode} from "../shared/qr.js";
import {ask} from "./calls.js";
import {form} from "./forms.js";
import {LANGUAGES, dayInWords, desk, inLanguage, say, wordsOf} from "./state.js";
import {button, tell} from "./view.js";

export function inviteContent(record, id) {
  const place = el("div", {id: "letter-place"});
  const fields = [
    {id: "language", label: say("letterLanguage"), kind: "select", required: true, value: desk.language, options: LANGUAGES.map((one) => [one, wordsOf(one).inThisLanguage])},
    {id: "guardian", label: say("guardianField"), kind: "check"},
  ];
  const made = form("invite", fields, say("issueLetter"), async (values) => {
    const issued = await ask("POST", `staff/beneficiaries/${id}/invitations`, {guardian: values.guardian});
    return () => {
      // Whoever presses once more by mistake would make the letter worthless that they have just printed.
      asking.hidden = true;
      fill(place, el("div", {class: "no-print"}, button(say("printLetter"), () => window.print(), {kind: "primary", id: "print-letter"})),
        inLanguage(values.language, () => letterSheet(record, issued, values)));
      tell(say("letterReady"));
      document.getElementById("print-letter").focus();
    };
  });
  const asking = el("div", {class: "no-print"}, el("p", {}, say("inviteText")), made);
  return el("div", {}, asking, place);
}

function letterSheet(record, issued, {guardian, language}) {
  const [page] = issued.url.split("#");
  return el("article", {class: "letter", lang: language, "data-letter": issued.invitation_id},
    el("h2", {}, say("letter_title")), el("p", {class: "whom"}, say("letter_name", {name: record.masked_name})), el("p", {}, say("letter_why")),
    el("div", {class: "scan"}, qrCode(issued.url, say("letterCode")), el("ol", {}, ["letter_scan", "letter_check", "letter_photos"].map((key) => el("li", {}, say(key))))),
    el("p", {}, say("letter_by_hand")), el("p", {class: "page-address"}, page), el("p", {class: "digits"}, issued.digits),
    guardian ? el("p", {}, say("letter_guardian")) : null,
    el("p", {}, say("letter_keep", {day: dayInWords(issued.expires_on)})), el("p", {}, say("letter_safe")),
    el("p", {class: "help"}, say("letter_help_line", {number: record.help_line})), el("p", {class: "small"}, say("letter_number", {number: issued.invitation_id})));
}
