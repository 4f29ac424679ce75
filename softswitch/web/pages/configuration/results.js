// What a check and a reload have to say. Messages are the switch's own, in English.

import { el } from "../frame/dom.js";
import { t } from "../frame/words.js";
import { place } from "./ends.js";

export function problem(message, kind = "") {
  return el("p", { class: `problem ${kind}`, role: kind ? null : "alert", dir: "auto" }, message);
}

function list(title, found, kind) {
  if (!found.length) return null;
  return el("section", { class: `card told ${kind}` },
    el("h2", {}, t(title, { count: found.length })),
    el("ul", { dir: "ltr", lang: "en" }, ...found.map(({ file, line, column, message }) =>
      el("li", {}, place(`${file}:${line}:${column}`, "code"), " ", el("span", {}, message)))));
}

export function checked({ problems, warnings }) {
  const parts = [list("map.problems", problems, "alarm"), list("map.warnings", warnings, "warn")].filter(Boolean);
  return parts.length ? parts : [el("p", { class: "good-news" }, t("map.sound"))];
}

export function reloaded({ added, removed, changed, after_restart: later }) {
  const told = [["added", added], ["removed", removed], ["changed", changed], ["later", later]].filter(([, names]) => names.length);
  return [el("section", { class: "card told good" },
    el("h2", {}, t("map.done")),
    told.length
      ? el("dl", {}, ...told.flatMap(([how, names]) => [el("dt", {}, t(`map.${how}`)), el("dd", { dir: "ltr" }, ...names.map((name) => el("code", {}, name)))]))
      : el("p", { class: "soft" }, t("map.nothing")))];
}
