// Recordings, or messages: a list by the name of the page, each with a player. Whoever plays one is on record.

import "../frame/frame.js";
import { call } from "../frame/api.js";
import { el, text } from "../frame/dom.js";
import { dayAndTime, duration, momentOf, t } from "../frame/words.js";

const KINDS = {
  recordings: {
    columns: ["when", "number", "queue", "agents", "length"],
    cells: (one) => [
      when(one.start), who(one), named(one.queue), named(one.agents.join(", ")), length(one),
    ],
    there: (one) => !one.deleted && one.seconds !== null,
  },
  voicemails: {
    columns: ["when", "number", "mailbox", "queue", "length"],
    cells: (one) => [
      when(one.began), who(one), el("bdi", {}, one.mailbox), named(one.queue), length(one),
    ],
    there: () => true,
  },
};
const FIELDS = ["since", "number", "queue"];
const PAGE = 50;

const name = document.documentElement.dataset.page;
const kind = KINDS[name];
let next = null;

function field(label, properties) {
  return el("label", {}, t(`sounds.${label}`), el("input", { autocomplete: "off", maxlength: 64, ...properties }));
}

const form = el("form", { class: "fields card", role: "search" },
  field("from", { name: "since", type: "date" }),
  field("number", { name: "number", dir: "ltr", inputmode: "tel" }),
  field("queue", { name: "queue", dir: "auto" }),
  el("button", { class: "primary" }, t("sounds.show")));
const says = el("p", { class: "empty", role: "status" });
const problem = el("p", { class: "problem", role: "alert" });
const rows = el("tbody");
const table = el("table", { class: "list card" },
  el("thead", {}, el("tr", {}, ...kind.columns.map((column) => el("th", { scope: "col" }, t(`sounds.${column}`))),
    el("th", { scope: "col" }, el("span", { class: "visually-hidden" }, t("sounds.listen"))))),
  rows);
const more = el("button", { type: "button", hidden: true, on: { click: () => show(next) } }, t("sounds.more"));

document.getElementById("main").append(
  el("h1", {}, t(`page.${name}`)), form, problem, el("div", { class: "roll" }, table), says, more);

function named(name) {
  return name ? el("bdi", {}, name) : null;
}

function when(at) {
  return el("time", { datetime: new Date(1000 * at).toISOString() }, dayAndTime(at));
}

function who(one) {
  const called = one.name ? el("bdi", { class: "called" }, one.name) : null;
  if (!one.number) return called ?? el("span", { class: "soft" }, t("board.hidden"));
  return el("span", { class: "who-called" }, called, el("span", { class: "number" }, one.number));
}

function length(one) {
  if (one.deleted) return el("span", { class: "soft" }, t("sounds.deleted"));
  if (one.seconds === null) return el("span", { class: "soft" }, t("sounds.goes_on"));
  const isNew = name === "voicemails" && !one.heard;
  return el("span", {}, el("span", { class: "clock" }, duration(one.seconds)),
    isNew ? el("span", { class: "chip good" }, t("sounds.new")) : null);
}

function player(one) {
  if (!kind.there(one)) return null;
  const source = `/api/v1/${name}/${one.file.split("/").map(encodeURIComponent).join("/")}`;
  const played = el("audio", { controls: true, preload: "none", src: source, "aria-label": t("sounds.listen") });
  played.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== played) other.pause();
  });
  return played;
}

function row(one) {
  const cells = kind.cells(one).map((cell, place) => el("td", { data: { label: t(`sounds.${kind.columns[place]}`) } }, cell));
  return el("tr", {}, ...cells, el("td", { class: "player" }, player(one)));
}

async function show(before) {
  const query = new URLSearchParams();
  for (const field of FIELDS) {
    const value = form.elements.namedItem(field).value.trim();
    if (value) query.set(field, value);
  }
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  if (query.has("since")) query.set("since", momentOf(query.get("since")));
  query.set("limit", PAGE);
  if (before) query.set("before", before);
  text(problem, "");
  try {
    const told = await call("GET", `/${name}?${query}`);
    const made = told[name].map(row);
    if (before) rows.append(...made);
    else rows.replaceChildren(...made);
    next = told.next;
    more.hidden = !next;
    table.hidden = !rows.rows.length;
    text(says, rows.rows.length ? "" : t("sounds.none"));
  } catch (wrong) {
    text(problem, wrong.message);
  }
}

const asked = new URLSearchParams(location.search);
for (const field of FIELDS) form.elements.namedItem(field).value = asked.get(field) ?? "";
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
table.hidden = true;
show();
