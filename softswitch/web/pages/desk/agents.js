// Agents: pause and sign them in and out, give them other teams and skills for the rest of the day.

import { since } from "../frame/clocks.js";
import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { notice } from "../frame/frame.js";
import { live } from "../frame/live.js";
import { duration, moment, named, t, timeOfDay } from "../frame/words.js";
import { form } from "./dialogs.js";
import { act, changeOf, versionOf } from "./known.js";

const DAY = 86400;

export const agents = el("ul", { class: "rows" });

export function showAgents() {
  const all = [...live.section("agents")].sort(([, one], [, other]) => one.label.localeCompare(other.label));
  keyed(agents, all, ([name]) => name, makeAgent, (row, [name, agent]) => showAgent(row, name, agent));
}

function makeAgent([name]) {
  const path = `/agents/${encodeURIComponent(name)}`;
  const button = (key, click) => el("button", { type: "button", data: { part: key }, on: { click } }, t(`desk.${key}`));
  return el("li", {},
    el("bdi", { class: "name", data: { part: "label" } }),
    el("span", { class: "chip", data: { part: "state" } }),
    el("bdi", { class: "soft", data: { part: "queues" } }),
    el("span", { class: "clock", data: { part: "since" } }),
    el("span", { class: "actions", role: "group", data: { part: "actions" } },
      button("pause", () => act("POST", `${path}/pause`, { reason: "" })),
      button("resume", () => act("POST", `${path}/resume`)),
      button("sign_in", () => act("POST", `${path}/sign-in`, {})),
      button("sign_out", () => act("POST", `${path}/sign-out`, {})),
      button("teams", () => change(name)),
      button("undo", () => undo("agent", name))),
    el("span", { class: "soft who", data: { part: "who" } }));
}

function showAgent(row, name, agent) {
  const changed = changeOf("agent", name);
  text(part(row, "label"), agent.label);
  attribute(part(row, "actions"), "aria-label", agent.label); // whose buttons they are
  text(part(row, "state"), named("state", agent.state));
  attribute(part(row, "state"), "data-state", agent.state);
  text(part(row, "queues"), agent.queues.map((queue) => live.section("queues").get(queue)?.label ?? queue).join(", "));
  since(part(row, "since"), agent.since);
  part(row, "pause").hidden = agent.reason !== null;
  part(row, "resume").hidden = agent.reason === null;
  part(row, "sign_in").hidden = agent.state !== "signed-out";
  part(row, "sign_out").hidden = agent.state === "signed-out";
  part(row, "undo").hidden = !changed;
  text(part(row, "who"), changed ? says(changed) : "");
}

// As "strategy hunt — user sam, until 00:00".
export function says(changed) {
  const what = Object.entries(changed.change).map(([key, value]) => `${named("desk_key", key)} ${shown(value)}`);
  const by = changed.by.replace(/^user /, "");
  const time = (changed.until - live.now() > DAY ? moment : timeOfDay)(changed.until);
  return `${what.join(" · ")} — ${t("desk.changed", { by, time })}`;
}

// One value of a change: queues, levels by skill, yes or no, seconds, where callers go.
function shown(value) {
  if (typeof value === "boolean") return t(value ? "desk.yes" : "desk.no");
  if (typeof value === "number") return duration(value);
  if (Array.isArray(value)) return value.map((queue) => labelOf("queues", queue)).join(", ") || "–";
  if (typeof value === "object") return Object.entries(value).map((each) => each.join(" ")).join(", ");
  const [, kind, name] = /^(queue|agent|menu) (.*)$/.exec(value) ?? [];
  return kind ? labelOf(`${kind}s`, name) : value;
}

const labelOf = (section, name) => live.section(section).get(name)?.label ?? name;

export async function undo(kind, name) {
  const changed = changeOf(kind, name);
  if (changed) await act("DELETE", `/${kind}s/${encodeURIComponent(name)}/changes?version=${changed.version}`);
}

async function change(name) {
  const agent = live.section("agents").get(name);
  let version;
  try {
    version = await versionOf("agent", name);
  } catch (problem) {
    return notice(problem.message, "alarm");
  }
  const team = [...live.section("queues")].map(([queue, { label }]) => [label,
    el("input", { type: "checkbox", name: "queues", value: queue, checked: agent.queues.includes(queue) })]);
  const skills = el("input", { name: "skills", placeholder: "polish 2, cars 1", autocomplete: "off" });
  const given = await form(t("desk.teams_of", { agent: agent.label }), [...team, [t("desk.skills"), skills]]);
  if (!given) return;
  const wanted = Object.fromEntries(given.get("skills").split(",").map((one) => one.trim()).filter(Boolean)
    .map((one) => [one.replace(/\s+\d+$/, ""), Number(/\d+$/.exec(one)?.[0] ?? 1)]));
  await act("PATCH", `/agents/${encodeURIComponent(name)}/changes`,
    { version, queues: given.getAll("queues"), ...(Object.keys(wanted).length ? { skills: wanted } : {}) });
}
