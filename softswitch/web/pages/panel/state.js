// Who I am and what I do: the state with its clock, pause and resume, time for notes, and each queue.

import { since, until } from "../frame/clocks.js";
import { el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { duration, named, t } from "../frame/words.js";
import { act, entry, path, theDesk } from "./desk.js";

const name = el("bdi", { class: "name" });
const dot = el("i", { class: "dot", "aria-hidden": "true" });
const state = el("b", { class: "what", role: "status" });
const clock = el("span", { class: "clock" });
const more = el("span", { class: "soft more" });
const ends = el("span", { class: "clock" });
const reasons = el("select", { "aria-label": t("panel.reason") });
const pause = el("button", { type: "submit", data: { do: "pause" } }, t("panel.pause"));
const pausing = el("form", { class: "pausing" }, reasons, pause);
const resume = el("button", { type: "button", class: "primary", data: { do: "resume" } }, t("panel.resume"));
const done = el("button", { type: "button", class: "primary", data: { do: "end" } }, t("panel.end_notes"));
const longer = el("button", { type: "button", data: { do: "extend" } });
const queues = el("ul", { class: "queues", "aria-label": t("panel.queues") });

export const stateBar = el("section", { class: "card state-bar", "aria-label": t("panel.state") },
  el("div", { class: "who" }, dot, el("div", {}, name, el("p", { class: "now" }, state, clock, more, ends))),
  el("div", { class: "verbs" }, done, longer, resume, pausing),
  queues);

pausing.addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", path("/pause"), { reason: reasons.value });
});
resume.addEventListener("click", () => act("POST", path("/resume")));
done.addEventListener("click", () => act("POST", path("/wrap-up"), { what: "end" }));
longer.addEventListener("click", () => act("POST", path("/wrap-up"), { what: "extend" }));

export function showState() {
  const mine = entry(), desk = theDesk();
  stateBar.hidden = !mine;
  if (!mine) return;
  text(name, mine.label);
  dot.dataset.state = mine.state;
  text(state, named("state", mine.state));
  state.dataset.state = mine.state;
  since(clock, mine.since);
  const paused = mine.reason !== null;
  text(more, mine.state === "paused" ? mine.reason
    : paused ? (mine.reason ? t("panel.paused_after", { reason: mine.reason }) : t("panel.pause_after"))
    : mine.until === null ? "" : t("panel.until"));
  ends.hidden = mine.until === null;
  if (mine.until !== null) until(ends, mine.until);
  const writing = mine.writing.length > 0;
  done.hidden = longer.hidden = !writing;
  text(longer, t("panel.more_time", { time: duration(desk?.extend ?? 60) }));
  resume.hidden = !paused;
  pausing.hidden = paused;
  if (desk) showReasons(desk.pauses);
  showQueues(mine);
}

function showReasons(pauses) {
  const wanted = [["", t("panel.no_reason")], ...pauses.map(({ reason, limit }) =>
    [reason, limit === null ? reason : `${reason} (${duration(limit)})`])];
  keyed(reasons, wanted, ([reason]) => reason, ([reason]) => el("option", { value: reason }),
    (option, [, label]) => text(option, label));
}

function showQueues(mine) {
  const all = live.section("queues");
  const rows = mine.queues.map((queue) => [queue, all.get(queue)?.label ?? queue, !mine.signed_out.includes(queue)]);
  if (rows.length > 1) rows.push(["", t("panel.all_queues"), mine.signed_out.length === 0]);
  keyed(queues, rows, ([queue]) => queue, makeQueue, (row, [queue, label, there]) => {
    text(part(row, "label"), label);
    const waiting = all.get(queue)?.waiting;
    text(part(row, "waiting"), waiting ? t("panel.waiting", { count: waiting }) : "");
    const button = part(row, "switch");
    button.setAttribute("aria-checked", String(there));
    button.title = t(there ? "panel.sign_out" : "panel.sign_in");
  });
}

function makeQueue([queue]) {
  const button = el("button", { type: "button", role: "switch", data: { part: "switch" } },
    el("bdi", { data: { part: "label" } }), el("span", { class: "soft", data: { part: "waiting" } }));
  button.addEventListener("click", () => {
    const there = button.getAttribute("aria-checked") === "true";
    act("POST", path(there ? "/sign-out" : "/sign-in"), queue ? { queue } : undefined);
  });
  return el("li", {}, button);
}
