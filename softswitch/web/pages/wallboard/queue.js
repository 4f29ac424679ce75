// One queue: how many wait and for how long, how well it is served, its agents, who waits, the last hours.

import { since, until } from "../frame/clocks.js";
import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { duration, number, share, t } from "../frame/words.js";
import { drawTrend } from "./trend.js";

export function makeQueue(name) {
  const id = `queue-${name}`;
  return el("section", { class: "queue card", "aria-labelledby": id },
    el("header", {},
      el("h2", { id }, el("bdi", { data: { part: "label" } })),
      el("span", { class: "chip", data: { part: "closed" }, hidden: true }, t("board.closed")),
      el("span", { class: "soft estimate", data: { part: "estimate" } })),
    el("div", { class: "tiles" },
      tile("waiting", "board.waiting", "figure"),
      tile("longest_wait", "board.longest", "clock"),
      tile("service_level", "board.level", "figure", el("span", { class: "soft more", data: { part: "level_today" } }))),
    el("dl", { class: "counts" },
      count("answered", "board.answered"), count("abandoned", "board.abandoned"), el("div", { class: "break" }),
      count("free_agents", "board.free"), count("busy", "board.busy"), count("paused", "board.paused"),
      count("away", "board.away")),
    el("ol", { class: "line", data: { part: "line" } }),
    el("p", { class: "soft rest", data: { part: "rest" } }),
    el("figure", { class: "trend", data: { part: "trend" } }));
}

function tile(name, word, kind, more) {
  return el("div", { class: "tile", data: { part: `${name}_tile` } },
    el("span", { class: "label" }, t(word)),
    el("b", { class: kind, data: { part: name } }, "–"),
    more);
}

function count(name, word) {
  return el("div", { data: { part: `${name}_tile` } },
    el("dt", { class: "label" }, t(word)), el("dd", { class: "figure", data: { part: name } }, "–"));
}

export function missingQueue(name) {
  return el("p", { class: "card empty" }, name ? t("board.no_queue", { queue: name }) : t("board.no_queues"));
}

// `levels`: warn or alarm, by what is measured.
export function showQueue(card, name, queue, levels = new Map()) {
  const set = (key, value) => text(part(card, key), value);
  set("label", queue.label);
  part(card, "closed").hidden = !queue.closed;
  set("waiting", number(queue.waiting));
  since(part(card, "longest_wait"), queue.longest);
  set("service_level", share(queue.level ?? queue.level_today));
  const within = queue.within === null ? "" : ` · ${t("board.within", { seconds: queue.within })}`;
  set("level_today", `${t("board.level_today")} ${share(queue.level_today)}${within}`);
  for (const key of ["answered", "abandoned", "busy", "paused", "away"]) set(key, number(queue[key]));
  set("free_agents", number(queue.free));
  const wait = queue.estimate === null || queue.closed ? "" : t("board.estimate", { time: duration(queue.estimate) });
  set("estimate", wait);
  for (const key of ["waiting", "longest_wait", "service_level", "free_agents", "abandoned"])
    attribute(part(card, `${key}_tile`), "data-level", levels.get(key));
  attribute(card, "data-level", [...levels.values()].sort().at(0)); // alarm comes before warn
  showLine(card, queue);
  drawTrend(part(card, "trend"), live.section("trends").get(name));
}

function showLine(card, queue) {
  const callers = live.section("callers");
  const line = queue.line.filter((call) => callers.has(call)).map((call) => [call, callers.get(call)]);
  keyed(part(card, "line"), line, ([call]) => call, makeCaller, (row, [, caller], place) => showCaller(row, caller, place));
  const more = queue.waiting - line.length;
  text(part(card, "rest"), !queue.waiting ? t("board.nobody") : more > 0 ? t("board.more", { count: more }) : "");
}

function makeCaller() {
  return el("li", {},
    el("span", { class: "place figure", data: { part: "place" } }),
    el("bdi", { class: "number", data: { part: "number" } }),
    el("span", { class: "chip", data: { part: "class" } }),
    el("span", { class: "soft what", data: { part: "what" } }, el("bdi"), el("span", { class: "clock" })),
    el("span", { class: "clock", data: { part: "since" } }));
}

function showCaller(row, caller, place) {
  text(part(row, "place"), number(place + 1));
  text(part(row, "number"), caller.number || t("board.hidden"));
  const kind = part(row, "class");
  text(kind, caller.class);
  kind.hidden = caller.class === "default";
  since(part(row, "since"), caller.since);
  row.classList.toggle("rings", caller.ringing.length > 0);
  const what = part(row, "what");
  const agents = caller.ringing.map((name) => live.section("agents").get(name)?.label ?? name);
  const told = caller.told && !agents.length ? caller.told[0] + caller.told[1] : null;
  text(what.firstElementChild, agents.length ? t("board.rings", { agents: agents.join(", ") })
    : caller.callback ? t("board.callback") : told === null ? "" : `${t("board.told")} `);
  what.lastElementChild.hidden = told === null;
  if (told !== null) until(what.lastElementChild, told);
}
