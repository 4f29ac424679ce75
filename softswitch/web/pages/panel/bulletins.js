// What supervisors tell agents: to read and confirm; and for supervisors, to write and withdraw.

import { call as ask } from "../frame/api.js";
import { me, notice } from "../frame/frame.js";
import { el, keyed, part, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { elsewhere, moment, momentOf, t } from "../frame/words.js";
import { agentLabel, entry, queueLabel } from "./desk.js";

const fresh = el("ul", { class: "fresh" });
export const toRead = el("section", { class: "bulletins", hidden: true, role: "region", "aria-label": t("panel.bulletins") }, fresh);

const old = el("ul");
const form = el("form", { class: "write", hidden: true });
export const board = el("section", { class: "card side board", hidden: true, "aria-labelledby": "board-title" },
  el("h2", { id: "board-title" }, t("panel.bulletins")), form, old);

async function tell(method, rest, body) {
  try {
    await ask(method, rest, body);
    return true;
  } catch (problem) {
    notice(problem.message, "alarm");
    return false;
  }
}

export function showBulletins() {
  const mine = entry();
  const all = [...live.section("bulletins")].sort(([, one], [, other]) => other.at - one.at);
  const forMe = ([, one]) => mine && (!one.queues.length || one.queues.some((queue) => mine.queues.includes(queue)));
  const isNew = (pair) => me.agent && forMe(pair) && !pair[1].read.includes(me.agent);
  const unread = all.filter(isNew);
  toRead.hidden = !unread.length;
  keyed(fresh, unread, ([id]) => id, makeFresh, (row, [, one]) => {
    text(part(row, "text"), one.text);
    text(part(row, "by"), t("panel.by", { name: one.by, time: moment(one.at) }));
  });
  const rest = me.may("supervisor") ? all : all.filter((pair) => forMe(pair) && !isNew(pair));
  board.hidden = !rest.length && !me.may("supervisor");
  keyed(old, rest, ([id]) => id, makeOld, (row, [, one]) => {
    text(part(row, "text"), one.text);
    const queues = one.queues.map(queueLabel).join(", ");
    const parts = [t("panel.by", { name: one.by, time: moment(one.at) }), queues];
    if (one.until !== null) parts.push(t("panel.holds_until", { time: moment(one.until) }));
    if (me.may("supervisor")) parts.push(t("panel.read_by", { count: one.read.length }));
    text(part(row, "by"), parts.filter(Boolean).join(" · "));
    row.title = me.may("supervisor") ? one.read.map(agentLabel).join(", ") : "";
  });
  showForm();
}

function makeFresh([id]) {
  const read = el("button", { type: "button", class: "primary", data: { do: "read" } }, t("panel.read"));
  read.addEventListener("click", () => tell("POST", `/bulletins/${id}/read`));
  return el("li", { class: "card" },
    el("p", { class: "text", dir: "auto", data: { part: "text" } }), el("p", { class: "soft", data: { part: "by" } }), read);
}

function makeOld([id]) {
  const gone = el("button", { type: "button", class: "quiet danger", hidden: !me.may("supervisor"), data: { do: "withdraw" } }, t("panel.withdraw"));
  gone.addEventListener("click", () => tell("DELETE", `/bulletins/${id}`));
  return el("li", {}, el("p", { class: "text", dir: "auto", data: { part: "text" } }), el("p", { class: "soft", data: { part: "by" } }), gone);
}

const says = el("textarea", { rows: 2, maxlength: 2000, required: true, "aria-label": t("panel.bulletin_text"), placeholder: t("panel.bulletin_text"), dir: "auto" });
const queues = el("fieldset", {}, el("legend", { class: "label" }, t("panel.for_queues")));
const chosen = el("div", { class: "choices" });
const until = el("input", { type: "datetime-local", id: "bulletin-until" });
const zone = el("bdi", { class: "soft" });
queues.append(chosen);
form.append(says, queues,
  el("div", { class: "row" }, el("label", { for: "bulletin-until", class: "label" }, t("panel.until_when"), " ", zone), until,
    el("button", { type: "submit", class: "primary", data: { do: "tell" } }, t("panel.tell"))));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { text: says.value, queues: [...chosen.querySelectorAll("input:checked")].map((box) => box.value) };
  if (until.value) body.until = momentOf(until.value);
  if (await tell("POST", "/bulletins", body)) form.reset();
});

function showForm() {
  text(zone, elsewhere() && `(${elsewhere()})`);
  form.hidden = !me.may("supervisor");
  keyed(chosen, [...live.section("queues")], ([name]) => name,
    ([name]) => el("label", {}, el("input", { type: "checkbox", value: name }), el("bdi")),
    (box, [, queue]) => text(box.lastElementChild, queue.label));
}
