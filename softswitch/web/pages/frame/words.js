// The page's language: words of /static/words/LANGUAGE.json, and how numbers and times are written in it.
//
// A word is a text with {names} in it, or, where the count matters, texts by the plural forms of the language
// (CLDR: one, two, few, many, other), chosen by the value `count`.

export const language = document.documentElement.lang || "en";

const words = await (await fetch(`/static/words/${language}.json`)).json();
const plurals = new Intl.PluralRules(language);
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dated = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });

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
  return clock.format(at * 1000);
}

export function exactTime(at) {
  return exact.format(at * 1000);
}

// The same with its day, as 30 Nov 2026, 14:05.
export function dayAndTime(at) {
  return dated.format(at * 1000);
}

// As 14:05 of today, and as 3 May, 14:05 of another day.
export function moment(at) {
  const when = new Date(at * 1000);
  const today = when.toDateString() === new Date().toDateString();
  return today ? clock.format(when) : day.format(when);
}
