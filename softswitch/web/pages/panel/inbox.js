// What waits besides callers: callbacks that are promised, and messages to hear; and a number to dial.

import { call as ask } from "../frame/api.js";
import { notice } from "../frame/frame.js";
import { el, keyed, part, text } from "../frame/dom.js";
import { since } from "../frame/clocks.js";
import { live } from "../frame/live.js";
import { duration, moment, named, t } from "../frame/words.js";
import { act, entry, onNames, path, polled, queueLabel } from "./desk.js";

const EVERY = 20000;

// A number to dial: the own phone rings first.
const input = el("input", { type: "tel", id: "dial-number", autocomplete: "off", required: true, maxlength: 128, placeholder: "+48 …" });
const dialling = el("form", { class: "row" }, input, el("button", { type: "submit", class: "primary", data: { do: "dial" } }, t("panel.dial")));
export const dialler = el("section", { class: "card side dialler" },
  el("h2", {}, el("label", { for: "dial-number" }, t("panel.dial_title"))), dialling, el("p", { class: "soft" }, t("panel.dial_says")));
dialling.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await act("POST", path("/dial"), { number: input.value.trim() }, "panel.dialled_now")) input.value = "";
});

const cases = el("ul");
export const callbacks = el("section", { class: "card side", hidden: true, "aria-labelledby": "callbacks-title" },
  el("h2", { id: "callbacks-title" }, t("panel.callbacks")), cases);

const messages = el("ul");
export const voicemails = el("section", { class: "card side", hidden: true, "aria-labelledby": "voicemails-title" },
  el("h2", { id: "voicemails-title" }, t("panel.voicemails")), messages);

export function openInbox() {
  let look = () => {};
  let known = "";
  onNames(() => {
    if (known) return;
    look = polled(path("/callbacks"), EVERY, showCallbacks);
    if (!document.querySelector(".top nav [data-page=voicemails]")) return; // who has no mailbox has none to ask for
    const hear = polled("/voicemails?limit=20", EVERY, (found) => showVoicemails(found, () => hear()));
  });
  live.on(["queues", "agents"], () => {
    const now = JSON.stringify((entry()?.queues ?? []).map((name) => live.section("queues").get(name)?.callbacks));
    if (now === known) return;
    known = now;
    look();
  });
}

function showCallbacks(found) {
  callbacks.hidden = !found?.length;
  keyed(cases, found ?? [], (one) => one.callback, makeCase, (row, one) => {
    text(part(row, "number"), one.name ? `${one.name} ${one.number}` : one.number);
    text(part(row, "queue"), queueLabel(one.queue));
    text(part(row, "state"), named("callback", one.state));
    since(part(row, "since"), one.wanted);
    part(row, "take").hidden = ["calling", "talking"].includes(one.state);
  });
}

function makeCase(one) {
  const take = el("button", { type: "button", data: { part: "take", do: "take" } }, t("panel.take"));
  take.addEventListener("click", () => act("POST", path(`/callbacks/${one.callback}/take`), undefined, "panel.dialled_now"));
  return el("li", { class: "case" },
    el("bdi", { class: "number", data: { part: "number" } }), el("span", { class: "clock", data: { part: "since" } }),
    el("bdi", { class: "soft", data: { part: "queue" } }), el("span", { class: "chip", data: { part: "state" } }), take);
}

function showVoicemails(found, again) {
  voicemails.hidden = !found?.voicemails.length;
  keyed(messages, found?.voicemails ?? [], (one) => one.file, (one) => makeMessage(one, again), (row, one) => {
    text(part(row, "who"), [one.name, one.number].filter(Boolean).join(" ") || t("board.hidden"));
    text(part(row, "when"), `${moment(one.began)} · ${duration(one.seconds)}`);
    part(row, "new").hidden = one.heard !== null;
    part(row, "again").hidden = !one.number;
  });
}

function makeMessage(one, again) {
  const dial = el("button", { type: "button", class: "quiet", "aria-label": t("panel.call_again"), title: t("panel.call_again"), data: { part: "again" } }, "☎");
  dial.addEventListener("click", () => act("POST", path("/dial"), { number: one.number }, "panel.dialled_now"));
  const sound = el("audio", { controls: true, preload: "none", src: `/api/v1/voicemails/${one.file}` });
  sound.addEventListener("ended", again);
  const gone = el("button", { type: "button", class: "quiet danger" }, t("panel.delete"));
  gone.addEventListener("click", async () => {
    if (gone.dataset.sure !== "yes") {
      gone.dataset.sure = "yes";
      text(gone, t("panel.really"));
      setTimeout(() => {
        delete gone.dataset.sure;
        text(gone, t("panel.delete"));
      }, 4000);
      return;
    }
    try {
      await ask("DELETE", `/voicemails/${one.file}`);
    } catch (problem) {
      notice(problem.message, "alarm");
    }
    again();
  });
  return el("li", { class: "message" },
    el("p", { class: "line" }, el("b", { class: "chip good", data: { part: "new" } }, t("panel.new")),
      el("bdi", { class: "number", data: { part: "who" } }), el("span", { class: "soft", data: { part: "when" } }), dial, gone),
    sound);
}
