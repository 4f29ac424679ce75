// Recordings, or messages: a list by the path of the page, each with a player. Whoever plays one is on record.
"use strict";
const KINDS = {
  recordings: {
    title: "Recordings",
    heads: ["When", "Number", "Queue", "Agents", "Length"],
    cells: (one) => [when(one.start), one.number || "anonymous", one.queue, one.agents.join(", "), length(one)],
    there: (one) => !one.deleted && one.seconds !== null,
  },
  voicemails: {
    title: "Messages",
    heads: ["When", "Number", "Mailbox", "Queue", "Length"],
    cells: (one) => [when(one.began), who(one), one.mailbox, one.queue, length(one) + (one.heard ? "" : ", new")],
    there: () => true,
  },
};
const name = location.pathname.slice(1);
const kind = KINDS[name];
const table = document.querySelector("table");
const form = document.getElementById("form");
const more = document.getElementById("more");
const two = (number) => String(Math.floor(number)).padStart(2, "0");
const when = (at) => new Date(1000 * at).toLocaleString();
const who = (one) => [one.name, one.number].filter(Boolean).join(" ") || "anonymous";
let next = null;

function length(one) {
  if (one.deleted) return "deleted";
  return one.seconds === null ? "goes on" : `${Math.floor(one.seconds / 60)}:${two(one.seconds % 60)}`;
}

function line(tag, cells) {
  const made = document.createElement("tr");
  for (const cell of cells) {
    const one = document.createElement(tag);
    one.append(cell);
    made.append(one);
  }
  return made;
}

function player(one) {
  if (!kind.there(one)) return "";
  const made = document.createElement("audio");
  Object.assign(made, { controls: true, preload: "none", src: `/api/v1/${name}/${one.file}` });
  return made;
}

async function show(before) {
  const query = new URLSearchParams({ limit: 50 });
  for (const field of ["since", "number", "queue"]) {
    const value = form.elements.namedItem(field).value.trim();
    if (value) query.set(field, value);
  }
  if (before) query.set("before", before);
  else table.tBodies[0].replaceChildren();
  document.getElementById("error").textContent = "";
  const answer = await fetch(`/api/v1/${name}?${query}`);
  if (answer.status === 401) return location.assign(`/login?then=/${name}`);
  const told = await answer.json();
  if (!answer.ok) return (document.getElementById("error").textContent = told.detail);
  for (const one of told[name]) table.tBodies[0].append(line("td", [...kind.cells(one), player(one)]));
  next = told.next;
  more.hidden = !next;
  document.getElementById("says").textContent = table.tBodies[0].rows.length ? "" : "There are none.";
}

document.title = `softswitch: ${kind.title.toLowerCase()}`;
document.getElementById("title").textContent = kind.title;
table.tHead.append(line("th", [...kind.heads, ""]));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
more.addEventListener("click", () => show(next));
show();
