// Consent on record, and a photo to compare with: the text that is in force, the file, and what is wrong with it.
import {Problem} from "../shared/api.js";
import {el, fill} from "../shared/dom.js";
import {reasonPictures} from "../phone/pictures.js";
import {ask, configured, upload} from "./calls.js";
import {cameraBox} from "./camera.js";
import {form, optionsOf} from "./forms.js";
import {desk, say, today, word} from "./state.js";
import {open} from "./view.js";

const TYPES = ["image/jpeg", "image/png", "image/webp"];
export const UNDO = ["not_the_person", "changed_mind", "mistake"];
const REPLACEMENTS = ["face_changed", "aged", "wrong_photo"];

async function consentText() {
  const {version, texts} = (await configured()).consent;
  const found = texts.filter((one) => one.version === version);
  return {version, text: found.find((one) => one.language === desk.language) || found[0]};
}

function shownText({text}) {
  return el("details", {}, el("summary", {}, text.title), text.sections.map((one) => el("div", {}, el("h3", {}, one.heading), el("p", {}, one.text))));
}

const agreed = () => [
  {id: "agrees", label: say("consentSeen"), kind: "check", required: true}, {id: "guardian", label: say("guardianField"), kind: "check"},
];

export async function consentContent(record, id) {
  const consent = await consentText();
  const withdrawn = record.consent && record.consent.withdrawn_on;
  const fields = withdrawn ? [...agreed(), {id: "ground", label: say("undoGround"), kind: "radio", required: true, hint: say("undoHint"), options: optionsOf("undo", UNDO, word)}] : agreed();
  return el("div", {}, shownText(consent), form("consent", fields, say("act_consent"), async (values) => {
    await ask("POST", `staff/beneficiaries/${id}/consent`, Object.assign({consent: {version: consent.version, guardian: values.guardian}}, withdrawn ? {ground: values.ground} : {}));
    return () => open("person", id);
  }));
}

// A picture by the camera, as if it were a file that was chosen; taken now, whatever was written there before.
function choose(picture) {
  const chosen = new DataTransfer();
  chosen.items.add(new File([picture], "photo.jpg", {type: picture.type}));
  const input = document.getElementById("photo-photo");
  input.files = chosen.files;
  document.getElementById("photo-captured_on").value = today();
  input.dispatchEvent(new Event("change", {bubbles: true}));
  document.getElementById("photo-agrees").focus();
}

// The word of the API on a photo that will not do is shown as on the phone page: as it is, and as it should be.
function pictured(error) {
  const code = error instanceof Problem && error.body.reason ? error.body.reason.code : "";
  return code ? el("div", {class: "pair", "data-reason": code}, reasonPictures(code)) : null;
}

export async function photoContent(record, id) {
  const consent = await consentText();
  const preview = el("div", {class: "preview", "aria-live": "polite"});
  const send = async (values) => {
    const asked = {consent: {version: consent.version, guardian: values.guardian}, image_type: values.photo.type};
    if (values.captured_on) asked.captured_on = values.captured_on;
    if (values.replacement) asked.replacement = values.replacement;
    const begun = await ask("POST", `staff/beneficiaries/${id}/references`, asked);
    await upload(begun.slot, values.photo);
    await ask("POST", `staff/beneficiaries/${id}/references/${begun.reference_id}/enrol`);
    return () => open("person", id);
  };
  const made = form("photo", [
    {id: "photo", label: say("photoFile"), kind: "file", required: true, accept: TYPES.join(","), hint: say("photoHint"), check: (file) => (TYPES.includes(file.type) ? "" : say("photoType"))},
    {id: "captured_on", label: say("capturedOn"), kind: "date", max: today()},
    {id: "replacement", label: say("replacement"), kind: "select", hint: say("replacementHint"), options: optionsOf("replacement", REPLACEMENTS, word, say("noReplacement"))},
    ...agreed(),
  ], say("act_photo"), async (values) => {
    try {
      return await send(values);
    } catch (error) {
      const pair = pictured(error);
      if (pair) fill(preview, pair);
      throw error;
    }
  }, {changed: ({photo}) => {
    if (!photo) return;
    const image = el("img", {alt: say("photoChosen")});
    image.src = URL.createObjectURL(photo);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    fill(preview, image);
  }});
  return el("div", {}, shownText(consent), cameraBox(choose), made, preview);
}
