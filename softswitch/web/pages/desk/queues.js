// Queues: open and close them, and change how they go for the rest of the day.

import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { number, t } from "../frame/words.js";
import { says, undo } from "./agents.js";
import { ask, choice, form } from "./dialogs.js";
import { act, changeOf, versionOf } from "./known.js";

const STRATEGIES = ["longest-idle", "round-robin", "ring-all", "ring-progressively", "hunt", "sequential",
  "fewest-calls", "least-talk", "random", "weighted-random", "vip-priority"];
const PLACES = ["full", "timeout", "no_agents", "closed", "closes"];

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
    el("span", { class: "actions" },
      button("open", () => put(name, { opened: true })),
      button("close", () => close(name), "danger"),
      button("change", () => change(name)),
      button("undo", () => undo("queue", name))),
    el("span", { class: "soft who", data: { part: "who" } }));
}

function showQueue(row, name, queue) {
  const changed = changeOf("queue", name);
  text(part(row, "label"), queue.label);
  text(part(row, "closed"), queue.closed ? t("board.closed") : t("desk.is_open"));
  attribute(part(row, "closed"), "class", queue.closed ? "chip warn" : "chip good");
  text(part(row, "waiting"), `${number(queue.waiting)} ${t("board.waiting")}`);
  part(row, "open").hidden = !queue.closed;
  part(row, "close").hidden = queue.closed;
  part(row, "undo").hidden = !changed;
  text(part(row, "who"), changed ? says(changed) : "");
}

async function put(name, given, version) {
  await act("PATCH", `/queues/${encodeURIComponent(name)}/changes`,
    { version: version ?? (await versionOf("queue", name)), ...given });
}

async function close(name) {
  const { label } = live.section("queues").get(name);
  if (await ask(t("desk.sure_close", { queue: label }), t("desk.close"))) await put(name, { opened: false });
}

async function change(name) {
  const queue = live.section("queues").get(name), version = await versionOf("queue", name);
  const now = changeOf("queue", name)?.change ?? {};
  const same = ["", t("desk.as_configured")];
  const goals = [same, ...[...live.section("queues")].filter(([other]) => other !== name)
    .map(([other, { label }]) => [`queue ${other}`, label])];
  // What goes elsewhere than to a queue is a goal too, as long as nothing else is chosen.
  const to = (place) => choice(place, [...goals, ...(!now[place] || goals.some(([goal]) => goal === now[place]) ? []
    : [[now[place], now[place]]])], now[place] ?? "");
  const fields = [[t("desk.strategy"), choice("strategy", [same, ...STRATEGIES.map((one) => [one, one])], now.strategy ?? "")],
    [t("desk.max_wait"), el("input", { name: "max_wait", type: "number", min: 1, max: 86400, value: now.max_wait ?? "" })],
    ...PLACES.map((place) => [t(`desk.${place}`), to(place)])];
  const given = await form(t("desk.change_of", { queue: queue.label }), fields);
  if (!given) return;
  const wanted = [...given].filter(([key, value]) => value !== String(now[key] ?? "")).map(([key, value]) => [key,
    !value ? null : key === "max_wait" ? Number(value) : key === "strategy" ? value : { queue: value.replace("queue ", "") }]);
  if (wanted.length) await put(name, Object.fromEntries(wanted), version);
}
