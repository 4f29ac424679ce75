// Asks for a report and shows it in a frame that runs nothing. Another question ends the one before.
"use strict";
const form = document.getElementById("form");
const page = document.getElementById("page");
const says = document.getElementById("says");
const error = document.getElementById("error");
const files = document.getElementById("files");
let asking = null;

const two = (number) => String(number).padStart(2, "0");

function day(ago) {
  const at = new Date();
  at.setDate(at.getDate() - ago);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function address(format, more = {}) {
  const query = new URLSearchParams();
  for (const name of ["from", "to", "queue", "by"]) {
    const value = form.elements.namedItem(name).value.trim();
    if (value) query.set(name, value);
  }
  for (const [name, value] of Object.entries({ format, ...more })) query.set(name, value);
  return `/api/v1/report?${query}`;
}

function fit() {
  page.style.height = `${page.contentDocument.documentElement.scrollHeight}px`;
}

async function show() {
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  error.textContent = "";
  says.textContent = "The report is being made …";
  const url = address("html");
  for (const kind of ["csv", "pdf"]) document.getElementById(kind).href = address(kind, { download: "true" });
  try {
    const answer = await fetch(url, { signal: mine.signal });
    if (answer.status === 401) return location.assign("/login?then=/reports");
    const text = await answer.text();
    const good = answer.ok;
    page.hidden = files.hidden = !good;
    if (good) page.srcdoc = text;
    else error.textContent = JSON.parse(text).detail;
    says.textContent = "";
  } catch (reason) {
    if (mine.signal.aborted) return;
    says.textContent = "";
    error.textContent = "The switch does not answer.";
  }
  history.replaceState(null, "", `#${url.split("?")[1]}`);
}

page.addEventListener("load", fit);
addEventListener("resize", () => page.hidden || fit());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
document.getElementById("spans").addEventListener("click", (event) => {
  if (!event.target.dataset.days) return;
  const [first, last] = event.target.dataset.days.split(",").map(Number);
  form.elements.namedItem("from").value = day(first);
  form.elements.namedItem("to").value = day(last);
  show();
});

async function begin() {
  const asked = new URLSearchParams(location.hash.slice(1));
  form.elements.namedItem("from").value = asked.get("from") || day(6);
  form.elements.namedItem("to").value = asked.get("to") || day(0);
  form.elements.namedItem("queue").value = asked.get("queue") || "";
  form.elements.namedItem("by").value = asked.get("by") || "day";
  const answer = await fetch("/api/v1/queues");
  if (answer.ok)
    for (const queue of (await answer.json()).queues) {
      const option = document.createElement("option");
      option.value = queue.name;
      document.getElementById("queues").append(option);
    }
  show();
}
begin();
