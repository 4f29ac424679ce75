// Whose phone is rung for the supervisor: kept in this browser.

import { attribute, el, keyed, text } from "../frame/dom.js";
import { me, notice } from "../frame/frame.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";

const KEY = "desk.phone";
const names = el("datalist", { id: "phones" });
const input = el("input", { id: "phone", list: "phones", autocomplete: "off", spellcheck: "false", size: 14 });

export const phone = el("label", { class: "phone" }, el("span", { class: "label" }, t("desk.phone")), input, names);

try {
  input.value = localStorage.getItem(KEY) ?? me.agent ?? "";
} catch {
  input.value = me.agent ?? "";
}
input.addEventListener("change", () => {
  try {
    localStorage.setItem(KEY, input.value.trim());
  } catch {
    // no storage: until the page is left
  }
});

export function showPhones() {
  keyed(names, [...live.section("agents")], ([name]) => name, ([name]) => el("option", { value: name }),
    (option, [, agent]) => text(option, agent.label));
}

// The body that names it: {agent} or {number}; null, and the field asks for one, where there is none.
export function myPhone() {
  const wanted = input.value.trim();
  attribute(input, "aria-invalid", wanted ? null : "true");
  if (wanted) return live.section("agents").has(wanted) ? { agent: wanted } : { number: wanted };
  input.focus();
  notice(t("desk.no_phone"), "warn");
  return null;
}
