// Callers who wait: another queue, another class, the first place, an agent's phone.

import { call } from "../frame/api.js";
import { since, until } from "../frame/clocks.js";
import { attribute, chosen, el, keyed, part, text } from "../frame/dom.js";
import { notice } from "../frame/frame.js";
import { live } from "../frame/live.js";
import { named, t } from "../frame/words.js";
import { show } from "./dialogs.js";
import { act } from "./known.js";
import { myPhone } from "./phone.js";

export const waiting = el("ul", { class: "rows" });

export function showWaiting() {
  const callers = live.section("callers");
  const shown = [...live.section("queues").values()].flatMap((queue) => queue.line)
    .filter((call) => callers.has(call)).map((call) => [call, callers.get(call)]);
  keyed(waiting, shown.length ? shown : [["", null]], ([name]) => name, makeCaller,
    (row, [, one]) => one && showCaller(row, one));
}

function makeCaller([name, one]) {
  if (!one) return el("li", { class: "empty" }, t("board.nobody"));
  const choose = (label, sent) => {
    const select = el("select", { "aria-label": label, title: t("desk.by_enter") }, el("option", { value: "" }, label));
    chosen(select, (value) => {
      select.value = "";
      if (value) sent(value);
    });
    return select;
  };
  const move = (to) => act("POST", `/calls/${name}/move`, { from: seen(name), ...to });
  const pull = (agent) => act("POST", `/calls/${name}/pull`, { from: seen(name), agent }, t("desk.rings"));
  const queues = choose(t("desk.move"), (queue) => move({ queue }));
  queues.dataset.part = "queues";
  const agents = choose(t("desk.give"), pull);
  agents.dataset.part = "agents";
  const classes = choose(t("desk.class"), (priority) => move({ priority }));
  classes.dataset.part = "classes";
  return el("li", {},
    el("span", { class: "number", data: { part: "number" } }),
    el("span", { class: "chip", data: { part: "class" } }),
    el("bdi", { class: "soft", data: { part: "queue" } }),
    el("span", { class: "clock", data: { part: "since" } }),
    el("span", { class: "actions", role: "group", data: { part: "actions" } },
      el("button", { type: "button", data: { part: "first" }, on: { click: () => move({ first: true }) } }, t("desk.first")),
      queues, classes, agents,
      el("button", { type: "button", data: { part: "pull" }, on: { click: () => toMe(pull) } }, t("desk.to_me")),
      el("button", { type: "button", title: t("desk.why_says"), on: { click: () => why(name) } }, t("desk.why"))),
    el("span", { class: "soft who", data: { part: "who" } }));
}

// Where the row shows the caller: what the switch is told, that it may say where the caller is instead.
const seen = (name) => live.section("callers").get(name)?.queue ?? "";

function toMe(pull) {
  const at = myPhone();
  if (at) pull(at.agent ?? at.number);
}

// Why no phone rings for a caller: each agent of the team with the reason, and how long it lasts.
async function why(name) {
  let found;
  try {
    found = (await call("GET", `/calls/live/${name}/why`)).why;
  } catch (problem) {
    return notice(problem.message, problem.status === 404 ? "warn" : "alarm");
  }
  if (!found) return notice(t("desk.why_rings"), "warn");
  const number = live.section("callers").get(name)?.number || t("board.hidden");
  const more = found.uncounted ? [el("li", {}, t("board.more", { count: found.uncounted }))] : [];
  const each = [...found.skipped.map(skipped), ...more];
  show(t("desk.why_of", { number }),
    el("p", {}, t("desk.why_place", { place: found.position, waiting: found.waiting })),
    each.length ? el("ul", { class: "why" }, ...each) : el("p", {}, t("desk.why_nobody")));
}

function skipped(one) {
  const lasts = el("span", { class: "clock" });
  if (one.until !== null) until(lasts, one.until);
  return el("li", {},
    el("bdi", { class: "name" }, live.section("agents").get(one.agent)?.label ?? one.agent),
    el("span", {}, reason(one)), lasts);
}

function reason({ reason: why, skill, level }) {
  const said = skill ? t(`skip.${why}`, { skill: `${skill} ${level}` }) : named("skip", why);
  return said === why ? named("state", why) : said;
}

function showCaller(row, one) {
  const queues = [...live.section("queues")], agents = [...live.section("agents")];
  text(part(row, "number"), one.number || t("board.hidden"));
  attribute(part(row, "actions"), "aria-label", one.number || t("board.hidden")); // whose buttons they are
  text(part(row, "class"), one.class);
  part(row, "class").hidden = one.class === "default";
  text(part(row, "queue"), live.section("queues").get(one.queue)?.label ?? one.queue);
  since(part(row, "since"), one.since);
  const labels = one.ringing.map((name) => live.section("agents").get(name)?.label ?? name).join(", ");
  text(part(row, "who"), labels ? t("board.rings", { agents: labels }) : one.callback ? t("board.callback") : "");
  options(part(row, "queues"), queues.filter(([name]) => name !== one.queue));
  options(part(row, "agents"), agents);
  const classes = live.section("queues").get(one.queue)?.classes ?? [];
  options(part(row, "classes"), classes.filter((name) => name !== one.class).map((name) => [name, { label: name }]));
}

// Those of a choice, behind its own name.
function options(select, all) {
  const first = select.firstElementChild;
  keyed(select, [["", null], ...all], ([name]) => name || "-", ([name]) => el("option", { value: name }),
    (option, [, one]) => one && text(option, one.label));
  if (!select.firstElementChild.value && first) text(select.firstElementChild, select.getAttribute("aria-label"));
}
