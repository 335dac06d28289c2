// Whose certificate it is: the invitation of a letter, its digits, or somebody whom a helper names who has signed in.
import {Problem, call} from "../shared/api.js";
import {el} from "../shared/dom.js";
import {CAN_SPEAK} from "../shared/speech.js";
import {numberFits, spelt} from "../shared/numbers.js";
import {PICTURES} from "./pictures.js";
import {signIn} from "./signin.js";
import {LANGUAGES, forget, say, state, wordsOf} from "./state.js";
import {button, choose, complain, field, go, listen, paragraphs, screen, tell} from "./view.js";

const DIGITS = 20;
const HELPER_LENGTH = 60;

let reading = null;

// What a client must know, asked for once.
export async function readConfig() {
  if (state.config) return;
  reading = reading || call("GET", "config", {language: state.language});
  try {
    state.config = await reading;
  } finally {
    reading = null;
  }
}

async function askPerson() {
  const asked = {body: {code: state.code}, language: state.language};
  [state.person] = await Promise.all([call("POST", "invitations/person", asked), readConfig()]);
}

screen("language", () => ({
  title: LANGUAGES.map((language) => el("span", {class: "tongue", lang: language}, wordsOf(language).language)),
  kind: "centred",
  content: LANGUAGES.map((language) => button(wordsOf(language).inThisLanguage, () => {
    choose(language);
    return begun();
  }, {kind: "primary", id: `language-${language}`, again: begun})),
}));

// Where it begins once the language is known, which a reload does not forget.
export function begun() {
  return state.code ? withLetter() : go("entry");
}

// A letter says whom it is for: whose it is, and who holds it, is one question.
async function withLetter() {
  await askPerson();
  go("invited");
}

screen("whose", () => ({
  title: say("whose"),
  step: 1,
  content: [
    button(say("mine"), () => whoseIs(false), {kind: "picture", picture: PICTURES.self(), id: "mine"}),
    button(say("others"), () => whoseIs(true), {kind: "picture", picture: PICTURES.family(), id: "others"}),
    el("p", {class: "free"}, say("free")),
  ],
}));

function whoseIs(onBehalf) {
  helps(onBehalf);
  go("identity");
}

function helps(onBehalf) {
  state.onBehalf = onBehalf;
  state.countdown = null;
}

screen("entry", () => ({
  title: say("entry"),
  step: 2,
  content: [
    button(say("entryLetter"), () => go("digits"), {kind: "picture", picture: PICTURES.letter(), id: "letter"}),
    el("p", {}, say("scanAgain")),
    button(say("entrySignIn"), () => signIn(), {id: "sign-in"}),
    button(say("entryNone"), () => go("ways", undefined, {transient: true})),
    el("p", {class: "free"}, say("free")),
  ],
}));

// Two check digits by ISO/IEC 7064, MOD 97-10, in pieces that a number can hold.
export function digitsFit(digits) {
  let rest = 0;
  for (const digit of digits) rest = (10 * rest + Number(digit)) % 97;
  return digits.length === DIGITS && rest === 1;
}

// Digits of whatever width, in fives.
function grouped(text) {
  const plain = text.normalize("NFKC").replace(/\D/g, "").slice(0, DIGITS);
  return plain.replace(/(\d{5})(?=\d)/g, "$1 ");
}

screen("digits", () => {
  // Of as many lines as the digits need: enlarged they do not fit on one (`.grown`).
  const {input, node} = field("digits", say("digitsLabel"), {inputmode: "numeric", class: "field digits", rows: 1, maxlength: 40, enterkeyhint: "done"}, "textarea");
  const box = el("div", {class: "grown"});
  input.replaceWith(box);
  box.append(input);
  const count = el("p", {id: "digits-count"}, say("digitsCount", {n: 0}));
  const plain = () => input.value.replace(/\D/g, "");
  const changed = () => {
    input.value = grouped(input.value);
    box.dataset.typed = input.value;
    count.textContent = say("digitsCount", {n: plain().length});
    complain(input, "");
  };
  input.addEventListener("input", changed);
  const enter = (key) => {
    input.value += key;
    changed();
  };
  const pad = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((key) => el("button", {type: "button", class: "key", click: () => enter(key)}, key));
  return {
    title: say("digits"),
    step: 2,
    content: [
      el("p", {}, say("digitsHint")), node, count,
      el("div", {class: "pad"}, pad,
        el("button", {type: "button", class: "key words", click: () => {
          input.value = "";
          changed();
        }}, say("digitsWipe")),
        el("button", {type: "button", class: "key", click: () => enter("0")}, "0"),
        el("button", {type: "button", class: "key", "aria-label": say("back"), click: () => {
          input.value = plain().slice(0, -1);
          changed();
        }}, "⌫")),
      button(say("next"), async () => {
        if (plain().length < DIGITS) return complain(input, say("digitsShort"));
        if (!digitsFit(plain())) return complain(input, say("digitsWrong"));
        state.code = plain();
        try {
          await askPerson();
        } catch (error) {
          state.code = "";
          if (error instanceof Problem && [404, 422].includes(error.status)) return complain(input, error.body.detail || say("digitsWrong"));
          throw error;
        }
        return go("invited");
      }, {kind: "primary", id: "next"}),
    ],
  };
});

screen("invited", () => ({
  title: say("invited"),
  step: 2,
  content: [
    el("p", {class: "person"}, state.person.masked_name),
    el("p", {}, say(`category_${state.person.category}`)),
    button(say("itIsMe"), () => {
      helps(false);
      go("consent");
    }, {kind: "primary", id: "mine"}),
    button(say("itIsThem"), () => {
      helps(true);
      go("helper");
    }, {id: "others"}),
    button(say("notMe"), () => {
      state.person = null;
      state.code = "";
      forget();
      history.replaceState(history.state, "", location.pathname);
      go("notme", undefined, {replace: true});
    }, {id: "no"}),
    el("p", {class: "free"}, say("freeShort")),
  ],
}));

screen("notme", () => ({
  title: say("notMeTitle"),
  content: [
    PICTURES.letter(), ...paragraphs(say("notMeText")),
    button(say("startAgain"), () => go("entry", undefined, {replace: true}), {kind: "primary"}),
  ],
}));

screen("helper", () => {
  const {input, node} = field("helper-name", say("helperLabel"), {maxlength: HELPER_LENGTH});
  input.value = state.helperName;
  return {
    title: say("helper"),
    step: 2,
    content: [
      el("p", {}, say("helperText")), node,
      button(say("next"), () => {
        state.helperName = input.value.trim();
        if (!state.helperName) return complain(input, say("helperMissing"));
        return go("consent");
      }, {kind: "primary", id: "next"}),
    ],
  };
});

screen("identity", () => {
  const name = field("person-name", say("name"), {maxlength: 60});
  const number = field("id-number", say("idNumber"), {maxlength: 24, autocapitalize: "characters", spellcheck: "false"});
  return {
    title: say("identity"),
    step: 2,
    content: [
      name.node, number.node,
      button(say("next"), () => {
        const id = spelt(number.input.value);
        complain(name.input, "");
        complain(number.input, "");
        if (!name.input.value.trim()) return complain(name.input, say("nameMissing"));
        if (!numberFits(id, state.config.id_numbers)) return complain(number.input, say("idWrong"));
        state.identity = {name: name.input.value.trim(), id_number: id};
        return go("consent");
      }, {kind: "primary", id: "next"}),
    ],
  };
});

// The served text, whole, and read aloud on a press.
screen("consent", () => {
  const {version, texts} = state.config.consent;
  const text = texts.find((one) => one.version === version && one.language === state.language) || texts[0];
  const guardian = state.person && state.person.guardian && el("input", {type: "checkbox", id: "guardian"});
  return {
    title: text.title,
    step: 3,
    content: [
      state.onBehalf && el("p", {class: "note"}, say("onBehalfTell")),
      CAN_SPEAK && button(say("consentRead"), () => {
        listen();
      }, {id: "read"}),
      el("div", {class: "text"}, text.sections.map((section) => [el("h2", {}, section.heading), el("p", {}, section.text)])),
      guardian && el("label", {class: "tickbox"}, guardian, el("span", {}, say("guardian"))),
      button(text.agree, () => {
        if (guardian && !guardian.checked) return tell(say("guardianMissing"));
        state.guardian = Boolean(guardian);
        return go("hard");
      }, {kind: "primary", id: "agree"}),
      button(say("disagree"), () => go("ways", undefined, {transient: true}), {id: "disagree"}),
    ],
  };
});

screen("ways", () => ({
  title: say("ways"),
  content: [
    el("ul", {class: "ways"},
      way(PICTURES.clerk(), say("waysOffice")), way(PICTURES.telephone(), say("waysCall")),
      way(PICTURES.home(), say("waysHome")), way(PICTURES.family(), say("waysFamily"))),
    el("p", {class: "note"}, say("waysPension")), el("p", {class: "free"}, say("free")),
    state.code && state.person ? button(say("withdrawLink"), () => go("withdraw", undefined, {transient: true}), {kind: "plain", id: "withdraw"}) : null,
    button(say("back"), () => history.state && go(history.state.screen, undefined, {replace: true}), {kind: "primary", id: "back"}),
  ],
}));

function way(picture, text) {
  return el("li", {}, picture, el("span", {}, text));
}

