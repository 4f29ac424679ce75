// The first page: how the switch is, its queues in a line each, and what there is.

import "../frame/frame.js";
import { el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { number, share, t } from "../frame/words.js";

const EVERY = 10000; // ms between two looks at what is not on the board
const BUSY = ["talking", "outside-call", "ringing", "reserved"];

const state = el("p", { class: "health chip", role: "status" });
const tiles = el("div", { class: "tiles" });
const rows = el("tbody");
const HEADS = ["board.queue", "board.waiting", "board.free", "board.answered", "board.abandoned", "board.level"];
const table = el("table", { class: "list card" },
  el("thead", {}, el("tr", {}, ...HEADS.map((word) => el("th", { scope: "col" }, t(word))))), rows);

// What the menu has, and what is for programs.
const PAGES = [...document.querySelectorAll(".top nav a:not([aria-current])")];
const PROGRAMS = ["ready", ...(document.documentElement.dataset.metrics ? ["metrics"] : [])];
const LINKS = [
  ...PAGES.map((page) => [page.getAttribute("href"), page.textContent, page.dataset.page]),
  ...PROGRAMS.map((name) => [`/${name}`, t(`page.${name}`), name]),
];

function link([address, title, name]) {
  return el("a", { class: "card", href: address }, el("b", {}, title), el("span", { class: "soft" }, t(`says.${name}`)));
}

document.getElementById("main").append(
  el("h1", {}, "softswitch"), state, tiles, el("div", { class: "roll" }, table),
  el("nav", { class: "links", "aria-label": t("home.links") }, ...LINKS.map(link)),
);

function tile() {
  return el("div", { class: "card tile" }, el("b", { class: "figure", data: { part: "value" } }),
    el("span", { class: "label", data: { part: "says" } }));
}

let status = null;

function show() {
  const agents = [...live.section("agents").values()];
  const count = (...states) => agents.filter((agent) => states.includes(agent.state)).length;
  const queues = [...live.section("queues")];
  const sum = queues.reduce((total, [, queue]) => total + queue.waiting, 0);
  const shown = [
    ["calls", number(live.section("switch").get("switch")?.calls), t("home.calls", { most: status ? status.max_calls : "–" })],
    ["waiting", number(sum), t("board.waiting")],
    ["free", number(count("free")), t("home.free")],
    ["busy", number(count(...BUSY)), t("home.busy")],
    ["paused", number(count("paused", "wrap-up")), t("home.paused")],
    ["uptime", status ? upTime(status.uptime) : "–", t("home.uptime", { version: status?.version ?? "–" })],
  ];
  keyed(tiles, shown, ([name]) => name, tile, (made, [, value, says]) => {
    text(part(made, "value"), value);
    text(part(made, "says"), says);
  });
  keyed(rows, queues, ([name]) => name, row, (made, [name, queue]) => {
    text(made.querySelector("bdi"), queue.label);
    const cells = [queue.waiting, queue.free, queue.answered, queue.abandoned].map(number);
    [...cells, share(queue.level_today)].forEach((value, place) => text(made.cells[place + 1], value));
  });
  table.hidden = !queues.length;
}

function row([name]) {
  const address = `/wallboard?queue=${encodeURIComponent(name)}`;
  return el("tr", {}, el("th", { scope: "row" }, el("a", { href: address }, el("bdi"))),
    ...HEADS.slice(1).map(() => el("td", { class: "figure" })));
}

function upTime(seconds) {
  const [days, hours, minutes] = [seconds / 86400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
  if (days) return t("home.days", { days, hours });
  return hours ? t("home.hours", { hours, minutes }) : t("home.minutes", { minutes });
}

// What is wrong, in the switch's own sentences.
async function look() {
  try {
    const [ready, known] = await Promise.all(
      ["/ready", "/api/v1/status"].map(async (path) => (await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(EVERY) })).json()));
    status = known;
    const wrong = [...ready.reasons, ...ready.degraded];
    if (status.record.lost) wrong.push(t("home.lost", { count: status.record.lost }));
    if (status.mail.dead) wrong.push(t("home.dead", { count: status.mail.dead }));
    text(state, wrong.length ? wrong.join("; ") : t("home.well"));
    state.classList.toggle("good", !wrong.length);
    state.classList.toggle("alarm", wrong.length > 0);
    show();
  } catch {
    // the banner says that the connection is lost
  }
}

live.on(["queues", "agents", "switch"], show);
live.open();
look();
setInterval(() => document.hidden || look(), EVERY);
