// Where a way leads, in words.

import { el } from "../frame/dom.js";
import { t } from "../frame/words.js";

const BAD = ["missing", "broken"];

// The file's name is enough where one looks; the whole path is in the title.
export function place(at, name = "small") {
  return el(name, { class: "place", dir: "ltr", title: at }, at.split("/").pop());
}

export function isBad(way) {
  return BAD.includes(way.end);
}

// The target's name, or how the call ends there.
export function goal(way, boxes) {
  if (way.to) {
    const box = boxes.get(way.to);
    return el("span", {}, way.callback ? `${t("end.callback")} ` : null, el("bdi", {}, box?.label || box?.name || way.to),
      way.text ? el("span", { class: "soft" }, " · ", el("bdi", {}, way.text)) : null);
  }
  const more = way.text && way.end !== "extension" ? [" ", el("bdi", {}, way.text)] : [];
  return el("span", { class: isBad(way) ? "bad" : "soft", title: way.end === "message" ? way.text : null },
    t(`end.${way.end}`), ...more);
}
