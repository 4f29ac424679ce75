// The agents' panel: state and queues, the caller at hand, notes, the day, what else waits, bulletins.

import { me } from "../frame/frame.js";
import "../frame/clocks.js";
import { el, keyed, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";
import { board, showBulletins, toRead } from "./bulletins.js";
import { callsAtHand, showCalls } from "./calls.js";
import { day, dayChanged, openDay } from "./day.js";
import { agent, onDesk, openDesk } from "./desk.js";
import { callbacks, dialler, openInbox, voicemails } from "./inbox.js";
import { showState, stateBar } from "./state.js";

const main = document.getElementById("main");
const heading = el("h1", { class: "visually-hidden" }, t("page.panel"));

if (agent) {
  main.append(heading, stateBar, toRead,
    el("div", { class: "columns" },
      el("div", { class: "first" }, callsAtHand),
      el("div", { class: "second" }, dialler, callbacks, voicemails, day, board)));
  let before = "";
  onDesk((desk) => {
    showState();
    showCalls(desk);
    const now = desk.calls.map((one) => `${one.call} ${one.phase}`).join();
    if (now !== before) dayChanged();
    before = now;
  });
  live.on(["agents", "queues"], showState);
  openDesk();
  openDay();
  openInbox();
} else {
  // Whoever is no agent: supervisors choose one to look at, and write bulletins.
  const agents = el("ul", { class: "choose" });
  main.append(heading, el("p", { class: "card empty" }, t(me.may("supervisor") ? "panel.choose" : "panel.no_agent")),
    el("div", { class: "columns" }, el("div", { class: "first" }, agents), el("div", { class: "second" }, board)));
  live.on(["agents"], () => me.may("supervisor") && keyed(agents, [...live.section("agents")], ([name]) => name,
    ([name]) => el("li", {}, el("a", { href: `/panel?agent=${encodeURIComponent(name)}` }, el("bdi"))),
    (row, [, one]) => text(row.querySelector("bdi"), one.label)));
}
live.on(["bulletins", "agents", "queues"], showBulletins);
live.open();
