// What the desk knows. All of it is in memory and gone with the page: no token, no record, no draft is kept anywhere.
import {CHINESE_CASES} from "./cases.zh-CN.js";
import {ENGLISH_CASES} from "./cases.en.js";
import {CHINESE_CODES} from "./codes.zh-CN.js";
import {ENGLISH_CODES} from "./codes.en.js";
import {CHINESE_PROOFS} from "./proofs.zh-CN.js";
import {CHINESE} from "./words.zh-CN.js";
import {ENGLISH_PROOFS} from "./proofs.en.js";
import {ENGLISH} from "./words.en.js";

const WORDS = {
  "zh-CN": Object.assign({}, CHINESE, CHINESE_CASES, CHINESE_CODES, CHINESE_PROOFS),
  en: Object.assign({}, ENGLISH, ENGLISH_CASES, ENGLISH_CODES, ENGLISH_PROOFS),
};
const DAY_MS = 86400000;

export const LANGUAGES = Object.keys(WORDS);

const told = document.documentElement.dataset;
const READ = typeof navigator === "undefined" ? [] : navigator.languages;

export const desk = {
  // The browser's: Chinese wherever it is read at all.
  language: LANGUAGES.find((one) => READ.some((read) => read.slice(0, 2) === one.slice(0, 2))) || LANGUAGES[0],
  // Where and as which client the staff signs in, and in which time zone the office's days are: the document says so.
  signIn: {discovery: told.discovery, client: told.client, scopes: told.scopes},
  zone: told.zone,
  config: null,
  // Who is signed in: {id, email, groups, ends}, and their tokens.
  user: null,
  token: "",
  refresh: "",
  shortcuts: true,
  district: "",
};

export function wordsOf(language) {
  return WORDS[language];
}

// A text in the language that was chosen. A missing one shows its key: a test proves that none is.
export function say(key, values) {
  let text = WORDS[desk.language][key] || key;
  for (const [name, value] of Object.entries(values || {})) text = text.split(`{${name}}`).join(String(value));
  return text;
}

// What is made in another language than the page's: a letter for whoever reads that one.
export function inLanguage(language, build) {
  const before = desk.language;
  desk.language = language;
  try {
    return build();
  } finally {
    desk.language = before;
  }
}

// A code of the API in words; one that came after this page as it is.
export function word(group, code) {
  return WORDS[desk.language][`${group}_${code}`] || String(code);
}

export function knows(group, code) {
  return `${group}_${code}` in WORDS[desk.language];
}

export function can(group) {
  return Boolean(desk.user) && desk.user.groups.includes(group);
}

// The districts that the token names; none means that the deployment says where somebody works.
export function ownDistricts() {
  return desk.user.groups.filter((one) => /^district:\d+$/.test(one)).map((one) => one.slice(9));
}

// The day of a moment where the office is, as 2026-03-01.
export function dayOf(moment) {
  const parts = new Intl.DateTimeFormat("en-US", {timeZone: desk.zone, year: "numeric", month: "2-digit", day: "2-digit"}).formatToParts(new Date(moment));
  const part = (type) => parts.find((one) => one.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

export function today() {
  return dayOf(Date.now());
}

export function daysFrom(first, last) {
  return Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS);
}

export function dayAfter(day, days) {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

// Twelve calendar months later; 29 February becomes 28.
export function yearAfter(day) {
  const [year, month, date] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year + 1, month, 0)).getUTCDate();
  return new Date(Date.UTC(year + 1, month - 1, Math.min(date, last))).toISOString().slice(0, 10);
}

export function dayInWords(day) {
  if (!day) return "";
  const options = /** @type {Intl.DateTimeFormatOptions} */ ({year: "numeric", month: "long", day: "numeric", timeZone: "UTC"});
  return new Date(Date.parse(day)).toLocaleDateString(say("localeOfDays"), options);
}

export function momentInWords(moment) {
  const options = /** @type {Intl.DateTimeFormatOptions} */ ({year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZone: desk.zone});
  return new Date(moment).toLocaleString(say("localeOfDays"), options);
}
