// The supervisor's desk: calls to listen to, callers to give other places, agents and queues to change. What is done
// is a request of the API; what becomes of it comes by the live board.

import "../frame/frame.js";
import "../frame/clocks.js";
import { el } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";
import { agents, showAgents } from "./agents.js";
import { calls, showCalls } from "./calls.js";
import { onRefresh, refresh, refreshSoon } from "./known.js";
import { phone, showPhones } from "./phone.js";
import { queues, showQueues } from "./queues.js";
import { showWaiting, waiting } from "./waiting.js";

const section = (name, title, content, more) =>
  el("section", { class: `part ${name}`, "aria-labelledby": `${name}-title` },
    el("header", {}, el("h2", { id: `${name}-title` }, title), more), content);

document.getElementById("main").append(
  el("h1", { class: "visually-hidden" }, t("page.desk")),
  section("calls", t("desk.calls"), calls, phone),
  section("waiting", t("desk.waiting"), waiting),
  section("agents", t("board.agents"), agents),
  section("queues", t("board.choose"), queues),
);

function show() {
  showPhones();
  showCalls();
  showWaiting();
  showAgents();
  showQueues();
}

phone.addEventListener("input", show);
live.on(["queues", "callers", "agents", "calls"], show);
live.on(["calls"], refreshSoon);
onRefresh(show);
live.open({ calls: true });
refresh();
setInterval(() => document.hidden || refresh(), 5000); // what others change is no news of the board
