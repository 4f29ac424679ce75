// Queues: open and close them, and change how they go for the rest of the day.

import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { number, t } from "../frame/words.js";
import { says, undo } from "./agents.js";
import { changeQueue } from "./changing.js";
import { ask } from "./dialogs.js";
import { changeOf, put } from "./known.js";

export const queues = el("ul", { class: "rows" });

export function showQueues() {
  keyed(queues, [...live.section("queues")], ([name]) => name, makeQueue, (row, [name, queue]) => showQueue(row, name, queue));
}

function makeQueue([name]) {
  const button = (key, click, kind) =>
    el("button", { type: "button", class: kind, data: { part: key }, on: { click } }, t(`desk.${key}`));
  return el("li", {},
    el("bdi", { class: "name", data: { part: "label" } }),
    el("span", { class: "chip", data: { part: "closed" } }),
    el("span", { class: "figure", data: { part: "waiting" } }),
    el("span", { class: "actions", role: "group", data: { part: "actions" } },
      button("open", () => put("queue", name, { opened: true })),
      button("close", () => close(name), "danger"),
      button("change", () => changeQueue(name)),
      button("undo", () => undo("queue", name))),
    el("span", { class: "soft who", data: { part: "who" } }));
}

function showQueue(row, name, queue) {
  const changed = changeOf("queue", name);
  text(part(row, "label"), queue.label);
  attribute(part(row, "actions"), "aria-label", queue.label); // whose buttons they are
  text(part(row, "closed"), queue.closed ? t("board.closed") : t("desk.is_open"));
  attribute(part(row, "closed"), "class", queue.closed ? "chip warn" : "chip good");
  text(part(row, "waiting"), `${number(queue.waiting)} ${t("board.waiting")}`);
  part(row, "open").hidden = !queue.closed;
  part(row, "close").hidden = queue.closed;
  part(row, "undo").hidden = !changed;
  text(part(row, "who"), changed ? says(changed) : "");
}

async function close(name) {
  const { label } = live.section("queues").get(name);
  if (await ask(t("desk.sure_close", { queue: label }), t("desk.close"))) await put("queue", name, { opened: false });
}
