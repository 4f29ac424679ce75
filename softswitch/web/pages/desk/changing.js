// How a queue goes for the rest of the day: strategy, longest wait, where callers go, whose teams help.

import { call } from "../frame/api.js";
import { el } from "../frame/dom.js";
import { notice } from "../frame/frame.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";
import { choice, form } from "./dialogs.js";
import { act, changeOf, versionOf } from "./known.js";

const PLACES = ["full", "timeout", "no_agents", "closed", "closes"];

export async function changeQueue(name) {
  const { label } = live.section("queues").get(name);
  let version, choices;
  try {
    [version, choices] = await Promise.all([versionOf("queue", name), call("GET", "/changes/choices")]);
  } catch (problem) {
    return notice(problem.message, "alarm");
  }
  const now = changeOf("queue", name)?.change ?? {};
  const others = [...live.section("queues")].filter(([other]) => other !== name).map(([other, one]) => [other, one.label]);
  const given = await form(t("desk.change_of", { queue: label }), [
    [t("desk.strategy"), choice("strategy", [same(), ...choices.strategies.map((one) => [one, one])], now.strategy)],
    [t("desk.max_wait"), el("input", { name: "max_wait", type: "number", min: 1, max: 86400, value: now.max_wait ?? "" })],
    ...PLACES.map((place) => [t(`desk.${place}`), goal(place, now[place], others, choices.menus)]),
    [null, helpers(now.overflow, others)],
  ]);
  const wanted = given && changed(given, now);
  if (wanted && Object.keys(wanted).length)
    await act("PATCH", `/queues/${encodeURIComponent(name)}/changes`, { version, ...wanted });
}

const same = () => ["", t("desk.as_configured")];

// Where callers go, as "queue sales"; what has been chosen by the API and is none of these stays what it is.
function goal(place, chosen, queues, menus) {
  const agents = [...live.section("agents")].map(([agent, one]) => [agent, one.label]);
  const groups = [["queue", queues], ["menu", menus.map((menu) => [menu, menu])], ["agent", agents]]
    .map(([kind, all]) => [t(`desk.to_${kind}`), all.map(([one, label]) => [`${kind} ${one}`, label])]);
  const known = groups.some(([, all]) => all.some(([value]) => value === chosen));
  return choice(place, [same(), ...(chosen && !known ? [[chosen, chosen]] : []), ...groups], chosen);
}

// Whose teams help: as configured, nobody's, or those that are ticked.
function helpers(chosen, queues) {
  const how = choice("helpers", [same(), ["nobody", t("desk.nobodys")], ["these", t("desk.these")]],
    chosen === undefined ? "" : chosen.length ? "these" : "nobody");
  const teams = el("div", { class: "teams" }, ...queues.map(([queue, label]) => el("label", {},
    el("input", { type: "checkbox", name: "overflow", value: queue, checked: chosen?.includes(queue) }), el("bdi", {}, label))));
  const show = () => (teams.hidden = how.value !== "these");
  how.addEventListener("change", show);
  show();
  return el("fieldset", {}, el("label", {}, el("span", { class: "label" }, t("desk.overflow")), how), teams);
}

// What is to be other than it is, for the API; null: as configured.
function changed(given, now) {
  const wanted = {};
  const put = (key, value, before) => {
    if (JSON.stringify(value) !== JSON.stringify(before ?? null)) wanted[key] = value;
  };
  put("strategy", given.get("strategy") || null, now.strategy);
  put("max_wait", Number(given.get("max_wait")) || null, now.max_wait);
  for (const place of PLACES) {
    const [, kind, name] = /^(queue|menu|agent) (.*)$/.exec(given.get(place)) ?? [];
    if (given.get(place) !== (now[place] ?? "")) wanted[place] = kind ? { [kind]: name } : null;
  }
  const how = given.get("helpers");
  put("overflow", how === "these" ? given.getAll("overflow") : how === "nobody" ? [] : null, now.overflow);
  return wanted;
}
