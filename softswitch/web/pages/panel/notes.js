// Notes on a call, and how it came out. What is written is kept on its own, a little after the last key, when one
// leaves the field, and when the call leaves the desk. What another tab writes is shown unless one writes here.

import { call as ask } from "../frame/api.js";
import { notice } from "../frame/frame.js";
import { el, text } from "../frame/dom.js";
import { t, timeOfDay } from "../frame/words.js";
import { refresh } from "./desk.js";

const IDLE = 4000; // ms after the last key

// { element, show(call), leave() } of one call; `call` as the switch says it: notes, disposition, written,
// dispositions. `saved(call)` is told when something was put on record.
export function makeNotes(agent, one, saved = () => {}) {
  const id = `notes-${one.call}`;
  const area = el("textarea", { id, rows: 3, maxlength: 4000, placeholder: t("panel.notes_hint"), dir: "auto" });
  const listed = one.dispositions.length > 0;
  const choice = listed ? el("select", { id: `${id}-how` })
    : el("input", { id: `${id}-how`, maxlength: 64, autocomplete: "off", dir: "auto" });
  if (listed) choice.append(...["", ...one.dispositions].map((word) => el("option", { value: word }, word || "–")));
  const status = el("span", { class: "soft", role: "status" });
  const save = el("button", { type: "submit", data: { do: "save" } }, t("panel.save"));
  const other = el("p", { class: "other warn", hidden: true });
  const form = el("form", { class: "notes" },
    el("label", { for: id, class: "label" }, t("panel.notes")), area, other,
    el("div", { class: "row" },
      el("label", { for: `${id}-how`, class: "label" }, t("panel.disposition")), choice, save, status));
  let dirty = false, busy = false, timer = 0, seen = null, last = { notes: "", disposition: "" };

  const now = () => ({ notes: area.value, disposition: choice.value });
  const differs = () => area.value !== last.notes || choice.value !== last.disposition;

  function changed() {
    dirty = differs();
    text(status, dirty ? t("panel.unsaved") : "");
    clearTimeout(timer);
    if (dirty) timer = setTimeout(put, IDLE);
  }

  async function put() {
    clearTimeout(timer);
    if (!differs() || busy) return;
    const sent = now();
    busy = true;
    try {
      const body = { ...sent, ...(seen === null ? {} : { seen }) };
      const answer = await ask("PUT", `/agents/${encodeURIComponent(agent)}/calls/${one.call}/notes`, body, { keepalive: true }); // it is sent though the page is left
      last = sent;
      seen = answer.written;
      other.hidden = true;
      saved({ ...one, ...sent, written: seen });
      said();
    } catch (problem) {
      if (problem.status === 409) seen = null; // what is there has been said: the next one replaces it
      if (problem.status === 409 || problem.status === 0) refresh(); // and what came of it without an answer is shown
      text(status, t("panel.not_saved"));
      notice(problem.message, "alarm");
    } finally {
      busy = false;
      dirty = differs();
      if (dirty && seen !== null) timer = setTimeout(put, IDLE);
    }
  }

  const said = () => text(status, seen === null ? "" : t("panel.saved", { time: timeOfDay(seen) }));

  area.addEventListener("input", changed);
  choice.addEventListener("input", changed);
  area.addEventListener("change", () => put());
  choice.addEventListener("change", () => put());
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) put();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    put();
  });
  addEventListener("pagehide", () => form.isConnected && put());

  function show(said_by_switch) {
    const { notes, disposition, written } = said_by_switch;
    if (written === null || (seen !== null && written < seen) || busy) return;
    if (dirty && (notes !== area.value || disposition !== choice.value)) {
      if (notes !== last.notes && notes !== area.value) {
        text(other, `${t("panel.other")} ${notes}`);
        other.hidden = false;
      }
      return;
    }
    last = { notes, disposition };
    dirty = false;
    seen = written;
    if (area.value !== notes) area.value = notes;
    if (listed && disposition && !one.dispositions.includes(disposition) && ![...choice.options].some((option) => option.value === disposition))
      choice.append(el("option", { value: disposition }, disposition));
    if (choice.value !== disposition) choice.value = disposition;
    said();
  }

  show(one);
  return { element: form, show, leave: () => put(), writes: () => dirty || document.activeElement === area };
}
