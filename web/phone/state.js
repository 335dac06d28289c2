// What the page knows. Only a running session is kept beyond a reload, because taking a photo by file often costs the
// page: its id, secret, slots and what was sent, in this tab alone, until the deadline. No token, no photo, no name.
import {CHINESE} from "./words.zh-CN.js";
import {ENGLISH} from "./words.en.js";

const KEPT = "lifecert-session";
const WORDS = {"zh-CN": CHINESE, en: ENGLISH};
// So that nothing is sent at the very last moment.
const RESERVE_MS = 5000;

export const LANGUAGES = Object.keys(WORDS);

export const state = {
  language: LANGUAGES[0],
  config: null,
  onBehalf: false,
  code: "",
  person: null,
  helperName: "",
  identity: null,
  token: "",
  guardian: false,
  cannot: [],
  layer: "live",
  sound: true,
  // Seconds, once somebody has chosen them.
  countdown: null,
  session: null,
  observed: {},
  moments: [],
  retaken: 0,
};

export function wordsOf(language) {
  return WORDS[language];
}

// A text in the language that was chosen. A missing one shows its key: a test proves that none is.
export function say(key, values) {
  let text = WORDS[state.language][key] || key;
  for (const [name, value] of Object.entries(values || {})) text = text.replace(`{${name}}`, value);
  return text;
}

export function helpLine() {
  if (state.session && state.session.helpLine) return state.session.helpLine;
  if (state.person) return state.person.help_line;
  return state.config ? state.config.help_lines.default : "12333";
}

// By the phone's own clock, which may be wrong: only a span is measured, from the answer on.
export function begin(started, minutes) {
  state.session = {
    id: started.session_id,
    secret: started.session_secret || "",
    slots: started.slots,
    helpLine: started.help_line,
    ends: Date.now() + 60000 * minutes - RESERVE_MS,
    sent: [],
    neutralGood: false,
  };
  state.moments = [];
  state.retaken = 0;
  keep();
}

export function keep() {
  const {onBehalf, language, layer, session} = state;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({onBehalf, language, layer, session}));
  } catch (error) {
    // A browser that keeps nothing: a reload then begins anew.
  }
}

export function forget() {
  state.session = null;
  try {
    sessionStorage.removeItem(KEPT);
  } catch (error) {
    // As above.
  }
}

// Take up the session that a reload interrupted; whether there is one.
export function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    if (!kept || !kept.session || kept.session.ends <= Date.now()) {
      forget();
      return false;
    }
    Object.assign(state, kept);
    return true;
  } catch (error) {
    return false;
  }
}

// Whether it is known for whom this is. A reload forgets it: of that the tab keeps nothing.
export function forWhom() {
  return state.person || state.identity;
}

export function minutesLeft() {
  return state.session ? Math.ceil((state.session.ends - Date.now()) / 60000) : 0;
}
