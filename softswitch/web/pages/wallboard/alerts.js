// Alerts that go on: a bar over everything, read aloud as they come; and which figures are coloured.

import { el, keyed, part, text } from "../frame/dom.js";
import { since } from "../frame/clocks.js";
import { live } from "../frame/live.js";
import { number, share, t } from "../frame/words.js";

const list = el("ul", { class: "alerts" });
export const alertBar = el("div", { role: "log", "aria-live": "assertive", "aria-relevant": "additions", "aria-label": t("alerts.title") }, list);

// By queue: warn or alarm, by what is measured.
export function levels() {
  const found = new Map();
  for (const alert of live.section("alerts").values()) {
    if (!found.has(alert.queue)) found.set(alert.queue, new Map());
    found.get(alert.queue).set(alert.measure, alert.level);
  }
  return found;
}

// What the figure is now. A longest wait counts in its tile; here it would be read aloud every second.
const FIGURES = {
  waiting: (queue) => number(queue.waiting),
  longest_wait: () => null,
  service_level: (queue) => share(queue.level),
  free_agents: (queue) => number(queue.free),
  abandoned: (queue) => number(queue.abandoned_lately),
};

// `queues`: those that are shown.
export function showAlerts(queues) {
  const alerts = [...live.section("alerts")].filter(([, alert]) => queues.has(alert.queue));
  alerts.sort(([, one], [, other]) => (one.level === other.level ? one.since - other.since : one.level < other.level ? -1 : 1));
  keyed(list, alerts, ([key, alert]) => `${key} ${alert.level}`, makeAlert, (row, [, alert]) => {
    const queue = live.section("queues").get(alert.queue);
    const value = FIGURES[alert.measure]?.(queue ?? {}) ?? "";
    text(part(row, "says"), t(`alert.${alert.measure}`, { queue: queue?.label ?? alert.queue, value }));
    since(part(row, "since"), alert.since);
  });
}

function makeAlert([, alert]) {
  return el("li", { data: { level: alert.level } },
    el("b", {}, t(`alert.${alert.level}`)), el("span", { data: { part: "says" } }),
    el("span", { class: "clock", data: { part: "since" }, "aria-hidden": "true" }));
}
