// Questions before what cannot be taken back, and forms; each is a <dialog>, closed by Escape.

import { el } from "../frame/dom.js";
import { t } from "../frame/words.js";

// Whether it is to be done: ask(t("desk.sure_hang_up", {...}), t("desk.hang_up"))
export async function ask(question, verb) {
  return (await form(question, [], verb, "danger")) !== null;
}

// Shows fields, [[label, element], ...], a null for what has labels of its own; their values by name once it is
// sent, or null.
export function form(title, fields, verb = t("desk.save"), kind = "primary") {
  return new Promise((settle) => {
    let answer = null;
    const inner = el("form", { method: "dialog" },
      el("h3", {}, title),
      ...fields.map(([label, field]) => (label === null ? field : el("label", {}, el("span", { class: "label" }, label), field))),
      el("p", { class: "buttons" },
        el("button", { type: "button", on: { click: () => shown.close() } }, t("desk.cancel")),
        el("button", { type: "submit", class: kind }, verb)));
    const shown = el("dialog", { "aria-label": title }, inner);
    inner.addEventListener("submit", () => (answer = new FormData(inner)));
    shown.addEventListener("close", () => {
      shown.remove();
      settle(answer);
    });
    document.body.append(shown);
    shown.showModal();
  });
}

// Says something, until it is closed.
export function show(title, ...said) {
  const close = el("button", { type: "button", class: "primary", on: { click: () => shown.close() } }, t("map.close"));
  const shown = el("dialog", { "aria-label": title }, el("h3", {}, title), ...said, el("p", { class: "buttons" }, close));
  shown.addEventListener("close", () => shown.remove());
  document.body.append(shown);
  shown.showModal();
}

// A choice: options as [[value, label], ...], or [[label of a group, its options], ...] among them.
export const choice = (name, options, chosen = "") => el("select", { name }, ...options.map((one) => option(one, chosen)));

const option = ([value, label], chosen) => Array.isArray(label)
  ? el("optgroup", { label: value, hidden: !label.length }, ...label.map((one) => option(one, chosen)))
  : el("option", { value, selected: value === chosen }, label);
