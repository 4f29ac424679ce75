// Agents, by what they do: those who can be offered a call first, then who is busy, then who is away.

import { since } from "../frame/clocks.js";
import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { named, number } from "../frame/words.js";

const ORDER = [
  "free", "back-off", "reserved", "ringing", "talking", "outside-call", "wrap-up", "paused", "signed-out", "offline",
];

// `queues`: only agents who serve one of these; null: all.
export function showAgents(place, queues) {
  const byState = new Map(ORDER.map((state) => [state, []]));
  for (const [name, agent] of live.section("agents"))
    if (!queues || agent.queues.some((queue) => queues.has(queue))) {
      if (!byState.has(agent.state)) byState.set(agent.state, []);
      byState.get(agent.state).push([name, agent]);
    }
  const states = [...byState].filter(([, agents]) => agents.length);
  keyed(place, states, ([state]) => state, makeState, (group, [, agents]) => {
    text(part(group, "count"), number(agents.length));
    agents.sort(([, one], [, other]) => one.since - other.since);
    keyed(part(group, "agents"), agents, ([name]) => name, makeAgent, (row, [, agent]) => showAgent(row, agent));
  });
}

function makeState([state]) {
  return el("section", { class: "state", data: { state } },
    el("h3", {}, el("i", { class: "dot", "aria-hidden": "true" }), el("span", {}, named("state", state)),
      el("b", { class: "figure", data: { part: "count" } })),
    el("ul", { data: { part: "agents" } }));
}

function makeAgent() {
  return el("li", {},
    el("bdi", { class: "name", data: { part: "label" } }),
    el("bdi", { class: "soft what", data: { part: "what" } }),
    el("span", { class: "clock", data: { part: "since" } }));
}

function showAgent(row, agent) {
  text(part(row, "label"), agent.label);
  const queue = agent.queue && (live.section("queues").get(agent.queue)?.label ?? agent.queue);
  text(part(row, "what"), agent.state === "paused" ? agent.reason : (queue ?? ""));
  attribute(row, "title", agent.label);
  since(part(row, "since"), agent.since);
}
