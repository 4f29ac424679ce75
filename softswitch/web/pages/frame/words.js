// The page's language: words of /static/words/LANGUAGE.json, and how numbers and times are written in it.
//
// A word is a text with {names} in it, or, where the count matters, texts by the plural forms of the language
// (CLDR: one, two, few, many, other), chosen by the value `count`.

export const language = document.documentElement.lang || "en";

const words = await (await fetch(`/static/words/${language}.json`)).json();
const plurals = new Intl.PluralRules(language);
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });

// Times are the office's (`data-zone`, of the opening hours), wherever the browser is.
const root = document.documentElement;
const TIME = { hour: "2-digit", minute: "2-digit" };
const KINDS = {
  clock: TIME,
  day: { day: "numeric", month: "short", ...TIME },
  dated: { dateStyle: "medium", timeStyle: "short" },
  exact: { timeStyle: "medium" },
};
const made = new Map();

function formatter(kind) {
  const zone = root.dataset.zone || undefined;
  const key = `${kind} ${zone}`;
  if (!made.has(key)) made.set(key, inZone(language, { ...KINDS[kind], hourCycle: "h23" }, zone));
  return made.get(key);
}

// A zone that this browser does not know is its own.
function inZone(locale, so, timeZone) {
  try {
    return new Intl.DateTimeFormat(locale, { ...so, timeZone });
  } catch {
    return new Intl.DateTimeFormat(locale, so);
  }
}

export function t(key, values = {}) {
  let word = words[key] ?? key;
  if (typeof word === "object") word = word[plurals.select(values.count)] ?? word.other;
  return word.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name];
    return value === undefined ? all : typeof value === "number" ? whole.format(value) : isolated(String(value));
  });
}

// A name in a sentence keeps its own direction, and does not change that of the sentence (UAX #9, FSI and PDI).
function isolated(value) {
  return document.dir === "rtl" || /[\u0590-\u08ff]/.test(value) ? `\u2068${value}\u2069` : value;
}

// The word of a value that the switch names, as a state; an unknown one as it is.
export function named(prefix, value) {
  return words[`${prefix}.${value}`] ? t(`${prefix}.${value}`) : String(value);
}

export function number(value) {
  return value === null || value === undefined ? "–" : whole.format(value);
}

// A share of 0 to 1.
export function share(value) {
  return value === null || value === undefined ? "–" : percent.format(value);
}

// Seconds as 0:07, 12:05, 1:02:33.
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const total = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// A moment, in seconds since the epoch, as 14:05, and as 14:05:09.
export function timeOfDay(at) {
  return formatter("clock").format(at * 1000);
}

export function exactTime(at) {
  return formatter("exact").format(at * 1000);
}

// The same with its day, as 30 Nov 2026, 14:05.
export function dayAndTime(at) {
  return formatter("dated").format(at * 1000);
}

// As 14:05 of today, and as 3 May, 14:05 of another day.
export function moment(at) {
  const today = written(at).slice(0, 10) === written(Date.now() / 1000).slice(0, 10);
  return formatter(today ? "clock" : "day").format(at * 1000);
}

// A moment as the office's clock has it: 2026-11-30T14:05.
export function written(at) {
  const parts = inZone("en", { year: "numeric", month: "2-digit", day: "2-digit", ...TIME, hourCycle: "h23" }, root.dataset.zone || undefined)
    .formatToParts(at * 1000);
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${year.padStart(4, "0")}-${month}-${day}T${hour}:${minute}`;
}

// The moment, in seconds since the epoch, at which the office's clock is so: of 2026-11-30T14:05, or of a day alone,
// when it begins. What a change of the clock leaves out is an hour later.
export function momentOf(text) {
  const wanted = Date.parse(`${text.length > 10 ? text : `${text}T00:00`}Z`) / 1000;
  const off = (at) => Date.parse(`${written(at)}Z`) / 1000 - Math.floor(at / 60) * 60;
  const near = wanted - off(wanted);
  return wanted - off(near);
}

// Where the office is, if its clock is another than the browser's: for a label.
export function elsewhere() {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = root.dataset.zone;
  return zone && zone !== here ? zone : "";
}
