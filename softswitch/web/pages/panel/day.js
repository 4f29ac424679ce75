// The agent's day: figures as reports define them, and the calls with what was written on them.

import { el, keyed, part, text } from "../frame/dom.js";
import { duration, number, t, timeOfDay } from "../frame/words.js";
import { act, agent, onNames, path, polled, queueLabel, theDesk } from "./desk.js";
import { makeNotes } from "./notes.js";

const EVERY = 60000;
const FIGURES = ["taken", "talk", "wrap_up", "missed"];

const tiles = el("dl", { class: "figures" }, ...FIGURES.map((name) =>
  el("div", {}, el("dt", { class: "label" }, t(`panel.day_${name}`)), el("dd", { class: "figure", data: { part: name } }, "–"))));
const list = el("ul", { class: "own" });
const none = el("p", { class: "soft" }, t("panel.no_calls"));
export const day = el("section", { class: "card side day", "aria-labelledby": "day-title" },
  el("h2", { id: "day-title" }, t("panel.day")), tiles, list, none);

let look = null;
let known = null;
let later = [];

export function openDay() {
  onNames(() => {
    if (!look) look = polled(path("/day"), EVERY, show);
    else if (known) show(known);
  });
}

// The record has a call a moment after it is over.
export function dayChanged() {
  for (const timer of later) clearTimeout(timer);
  later = [600, 3000].map((ms) => setTimeout(() => look?.(), ms));
}

function show(found) {
  if (!found) return;
  known = found;
  text(part(tiles, "taken"), number(found.taken));
  text(part(tiles, "talk"), duration(found.talk));
  text(part(tiles, "wrap_up"), duration(found.wrap_up));
  text(part(tiles, "missed"), number(found.missed));
  none.hidden = found.calls.length > 0;
  keyed(list, found.calls, (one) => one.call, makeCall, showCall);
}

function makeCall(one) {
  const again = el("button", { type: "button", class: "quiet", title: t("panel.call_again"), "aria-label": t("panel.call_again"), data: { part: "again" } }, "☎");
  again.addEventListener("click", () => act("POST", path("/dial"), { number: row.number }, "panel.dialled_now"));
  const details = el("details", {},
    el("summary", {},
      el("span", { class: "when", data: { part: "at" } }), el("bdi", { class: "number", data: { part: "number" } }),
      el("b", { class: "chip", data: { part: "disposition" } }), el("span", { class: "clock soft", data: { part: "talk" } }),
      el("span", { class: "soft excerpt" }, el("bdi", { data: { part: "notes" } }))));
  const row = el("li", {}, details, again);
  details.addEventListener("toggle", () => {
    if (!details.open || row.notes) return;
    const dispositions = theDesk()?.dispositions[row.one.queue] ?? [];
    row.notes = makeNotes(agent, { ...row.one, dispositions }, (saved) => showCall(row, saved));
    details.append(row.notes.element);
  });
  return row;
}

function showCall(row, one) {
  row.one = one;
  row.number = one.number;
  text(part(row, "at"), timeOfDay(one.at));
  text(part(row, "number"), one.name || one.number || t("board.hidden"));
  text(part(row, "talk"), one.talk === null ? "" : duration(one.talk));
  const how = part(row, "disposition");
  text(how, one.disposition);
  how.hidden = !one.disposition;
  text(part(row, "notes"), one.notes || queueLabel(one.queue));
  part(row, "again").hidden = !one.number;
  row.notes?.show(one);
}
