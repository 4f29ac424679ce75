// Calls in progress: listen, whisper, barge, take over, hang up.

import { since } from "../frame/clocks.js";
import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";
import { ask } from "./dialogs.js";
import { act, supervisionsOf } from "./known.js";
import { myPhone } from "./phone.js";

const MODES = ["listen", "whisper", "barge"];

export const calls = el("ul", { class: "rows" });

export function showCalls() {
  const shown = [...live.section("calls")].filter(([, one]) => one.agent && one.phase === "talking");
  keyed(calls, shown.length ? shown : [["", null]], ([name]) => name, makeCall,
    (row, [name, one]) => one && showCall(row, name, one));
}

function makeCall([name, one]) {
  if (!one) return el("li", { class: "empty" }, t("desk.no_calls"));
  const mode = (as) =>
    el("button", { type: "button", data: { mode: as }, title: t(`desk.${as}_says`), on: { click: () => supervise(name, as) } },
      t(`desk.${as}`));
  return el("li", {},
    el("bdi", { class: "name", data: { part: "agent" } }),
    el("span", { class: "number", data: { part: "number" } }),
    el("span", { class: "soft", data: { part: "queue" } }),
    el("span", { class: "clock", data: { part: "since" } }),
    el("span", { class: "actions", role: "group", data: { part: "actions" } },
      el("span", { class: "modes", role: "group", "aria-label": t("desk.supervise") }, ...MODES.map(mode)),
      el("button", { type: "button", hidden: true, data: { part: "take" }, on: { click: () => takeOver(name) } }, t("desk.take_over")),
      el("button", { type: "button", hidden: true, data: { part: "end" }, on: { click: () => end(name) } }, t("desk.end")),
      el("button", { type: "button", class: "danger", on: { click: () => hangUp(name) } }, t("desk.hang_up"))),
    el("span", { class: "soft who", data: { part: "who" } }));
}

function showCall(row, name, one) {
  const label = (agent) => live.section("agents").get(agent)?.label ?? agent;
  text(part(row, "agent"), label(one.agent));
  attribute(part(row, "actions"), "aria-label", label(one.agent)); // whose buttons they are
  text(part(row, "number"), one.number || t("board.hidden"));
  text(part(row, "queue"), one.queue ? (live.section("queues").get(one.queue)?.label ?? one.queue) : "");
  since(part(row, "since"), one.connected ?? one.since);
  const all = supervisionsOf(name), mine = ours(name);
  for (const button of row.querySelectorAll("[data-mode]"))
    attribute(button, "aria-pressed", mine ? String(mine.as === button.dataset.mode) : "false");
  part(row, "take").hidden = part(row, "end").hidden = !mine;
  part(row, "take").disabled = mine?.state !== "on";
  const says = (each) => `${label(each.agent) ?? each.number}: ${t(`desk.is_${each.state === "on" ? each.as : "ringing"}`)}`;
  text(part(row, "who"), all.map(says).join(" · "));
}

// The supervision of a call that is at the phone of this desk.
function ours(name) {
  const at = document.getElementById("phone").value.trim();
  return supervisionsOf(name).find((one) => one.agent === at || one.number === at);
}

async function supervise(name, as) {
  const mine = ours(name);
  if (mine) return act("POST", `/supervisions/${mine.supervision}`, { as }, t(`desk.is_${as}`));
  const at = myPhone();
  if (at) await act("POST", `/calls/${name}/supervise`, { as, ...at }, t("desk.rings"));
}

async function takeOver(name) {
  const mine = ours(name);
  if (mine && (await ask(t("desk.sure_take_over"), t("desk.take_over"))))
    await act("POST", `/supervisions/${mine.supervision}/take-over`);
}

async function end(name) {
  const mine = ours(name);
  if (mine) await act("POST", `/supervisions/${mine.supervision}/end`);
}

async function hangUp(name) {
  if (await ask(t("desk.sure_hang_up"), t("desk.hang_up"))) await act("POST", `/calls/${name}/hang-up`);
}
