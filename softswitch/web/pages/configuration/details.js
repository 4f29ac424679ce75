// What the file says of one box: its ways, its settings, and what holds where it says nothing.

import { el } from "../frame/dom.js";
import { t } from "../frame/words.js";
import { goal, place } from "./ends.js";

export function details(box, boxes, go, close) {
  const set = box.facts.filter((fact) => fact.place);
  const defaults = box.facts.filter((fact) => !fact.place);
  return [
    el("header", {},
      el("p", { class: "label" }, t(`kind.${box.kind}`)),
      el("h2", {}, el("bdi", {}, box.label || box.name)),
      box.label ? el("code", {}, box.name) : null,
      el("p", {}, place(box.place)),
      ...box.marks.map((mark) => el("p", {}, el("span", { class: "chip warn" }, t(`mark.${mark}`)))),
      el("button", { type: "button", class: "quiet close", "aria-label": t("map.close"), on: { click: close } }, "×")),
    box.ways.length ? el("ul", { class: "ways" }, ...box.ways.map((way) => el("li", {},
      way.key ? el("kbd", { dir: "ltr" }, way.key) : null,
      way.to ? el("button", { type: "button", class: "link", on: { click: () => go(way.to) } }, goal(way, boxes)) : goal(way, boxes),
      place(way.place)))) : null,
    set.length ? facts(set) : null,
    defaults.length ? el("details", {}, el("summary", {}, t("map.defaults", { count: defaults.length })), facts(defaults)) : null,
  ].filter(Boolean);
}

function facts(some) {
  return el("dl", { dir: "ltr" }, ...some.flatMap((fact) => [
    el("dt", {}, el("code", {}, fact.key)),
    el("dd", {}, el("bdi", {}, fact.text || "–"), fact.place ? place(fact.place) : null),
  ]));
}
