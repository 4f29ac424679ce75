// Asks for a report and shows it in a frame that runs nothing. Another question ends the one before.

import "../frame/frame.js";
import { call } from "../frame/api.js";
import { el, text } from "../frame/dom.js";
import { logIn } from "../frame/live.js";
import { t, written } from "../frame/words.js";

const BY = ["day", "hour", "queue", "agent"];
const LONGEST = 90000; // ms that one may take
const SPANS = [[0, 0, "today"], [1, 1, "yesterday"], [6, 0, "days"], [29, 0, "days"]];

const field = (name, input) => el("label", {}, t(`reports.${name}`), input);
const first = el("input", { type: "date", name: "from", required: true });
const last = el("input", { type: "date", name: "to", required: true });
const known = el("datalist", { id: "queues" });
const queue = el("input", {
  name: "queue", list: "queues", placeholder: t("reports.all"), autocomplete: "off", maxlength: 64, dir: "auto",
});
const by = el("select", { name: "by" }, ...BY.map((one) => el("option", { value: one }, t(`reports.by_${one}`))));
const form = el("form", { id: "form", class: "fields card" }, field("from", first), field("to", last),
  field("queue", queue), known, field("by", by), el("button", { class: "primary" }, t("reports.show")));
const files = el("span", { class: "files", hidden: true }, ...["csv", "pdf"].map((kind) => el("a", { id: kind }, kind.toUpperCase())));
const spans = el("p", { id: "spans" },
  ...SPANS.map(([from, to, word]) => el("button", { type: "button", on: { click: () => choose(from, to) } },
    t(`reports.${word}`, { count: from + 1 }))),
  files);
const says = el("p", { class: "soft", role: "status" });
const problem = el("p", { id: "error", class: "problem", role: "alert" });
const page = el("iframe", { id: "page", class: "card", title: t("reports.report"), sandbox: "allow-same-origin", hidden: true });
let asking = null;

document.getElementById("main").append(el("h1", {}, t("page.reports")), form, spans, says, problem, page);

function day(ago) {
  const at = new Date(`${written(Date.now() / 1000).slice(0, 10)}T00:00Z`);
  at.setUTCDate(at.getUTCDate() - ago);
  return at.toISOString().slice(0, 10);
}

function choose(from, to) {
  first.value = day(from);
  last.value = day(to);
  show();
}

function address(format, more = {}) {
  const query = new URLSearchParams();
  for (const input of [first, last, queue, by]) if (input.value.trim()) query.set(input.name, input.value.trim());
  for (const [name, value] of Object.entries({ format, ...more })) query.set(name, value);
  return `/api/v1/report?${query}`;
}

function fit() {
  page.style.height = `${page.contentDocument.documentElement.scrollHeight}px`;
}

async function show() {
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  text(problem, "");
  text(says, t("reports.making"));
  const url = address("html");
  for (const kind of ["csv", "pdf"]) document.getElementById(kind).href = address(kind, { download: "true" });
  history.replaceState(null, "", `#${url.split("?")[1]}`);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([mine.signal, AbortSignal.timeout(LONGEST)]) });
    if (answer.status === 401) return logIn();
    const made = await answer.text();
    page.hidden = files.hidden = !answer.ok;
    if (answer.ok) page.srcdoc = made;
    else text(problem, JSON.parse(made).detail);
  } catch {
    if (mine.signal.aborted) return;
    text(problem, t("frame.silent"));
  }
  text(says, "");
}

page.addEventListener("load", fit);
addEventListener("resize", () => page.hidden || fit());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});

const asked = new URLSearchParams(location.hash.slice(1));
first.value = asked.get("from") ?? day(6);
last.value = asked.get("to") ?? day(0);
queue.value = asked.get("queue") ?? "";
by.value = BY.includes(asked.get("by")) ? asked.get("by") : "day";
show();
call("GET", "/queues").then(
  ({ queues }) => known.append(...queues.map((one) => el("option", { value: one.name }))),
  () => {}, // a name can be written as well
);
