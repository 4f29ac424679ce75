// The wallboard: alerts, queues with who waits in them, agents by state. `?queue=a&queue=b` shows these alone,
// `?kiosk` nothing around it.

import "../frame/frame.js";
import "../frame/clocks.js";
import { el, keyed, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";
import { showAgents } from "./agents.js";
import { alertBar, levels, showAlerts } from "./alerts.js";
import { makeQueue, missingQueue, showQueue } from "./queue.js";

const asked = new URLSearchParams(location.search).getAll("queue");

const main = document.getElementById("main");
const draining = el("p", { class: "state-of-switch chip warn", hidden: true }, t("board.draining"));
const queues = el("div", { class: "queues" });
const chooser = el("nav", { class: "chooser", "aria-label": t("board.choose") });
const agents = el("section", { class: "agents", "aria-labelledby": "agents-title" },
  el("h2", { id: "agents-title" }, t("board.agents")), el("div", { class: "states" }));
main.append(
  el("h1", { class: "visually-hidden" }, t("page.wallboard")),
  draining, alertBar, queues, agents, chooser,
);

// The queues that are to be seen, in the order in which they were asked for, or in that of the configuration.
function chosen() {
  const all = live.section("queues");
  return asked.length ? asked.map((name) => [name, all.get(name)]) : [...all];
}

function showQueues() {
  const shown = chosen();
  const alerts = levels();
  keyed(queues, shown.length ? shown : [["", null]], ([name, queue]) => `${queue ? "queue" : "none"} ${name}`,
    ([name, queue]) => (queue ? makeQueue(name) : missingQueue(name)),
    (card, [name, queue]) => queue && showQueue(card, name, queue, alerts.get(name)));
  queues.classList.toggle("few", shown.length <= 2);
}

function showChooser() {
  const all = [...live.section("queues")];
  chooser.hidden = all.length < 2;
  const search = (names, more = "") =>
    `?${[...names.map((name) => `queue=${encodeURIComponent(name)}`), more].filter(Boolean).join("&")}`;
  const links = [
    [t("board.all"), "/wallboard", !asked.length],
    ...all.map(([name, queue]) => [queue.label, search([name]), asked.length === 1 && asked[0] === name]),
    [t("board.kiosk"), search(asked, "kiosk"), false],
  ];
  keyed(chooser, links, ([, address]) => address, ([, address]) => el("a", { href: address }, el("bdi")),
    (link, [label, , current]) => {
      text(link.firstElementChild, label);
      if (current) link.setAttribute("aria-current", "true");
    });
}

function show(sections) {
  draining.hidden = !live.section("switch").get("switch")?.draining;
  const names = new Set(chosen().map(([name]) => name));
  if (sections.has("alerts") || sections.has("queues")) showAlerts(names);
  showQueues();
  if (sections.has("queues")) showChooser();
  if (sections.has("agents")) showAgents(agents.lastElementChild, asked.length ? names : null);
}

live.on(["queues", "callers", "agents", "alerts", "trends", "switch"], show);
live.open();
