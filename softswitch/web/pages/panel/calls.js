// The calls at hand: who rings or talks, and what is known of them; then the one on which notes are written.

import { since } from "../frame/clocks.js";
import { attribute, el, keyed, part, text } from "../frame/dom.js";
import { duration, t } from "../frame/words.js";
import { showContacts } from "./contacts.js";
import { act, agent, contactsOf, path } from "./desk.js";
import { makeNotes } from "./notes.js";

const nobody = el("p", { class: "card empty" });
const list = el("div", { class: "calls" });
const said = el("p", { class: "visually-hidden", role: "status" }); // what is read aloud: who rings, and no clock
export const callsAtHand = el("section", { "aria-label": t("panel.calls") }, said, list, nobody);

const title = document.title;

export function showCalls(desk) {
  text(nobody, t("panel.nobody"));
  nobody.hidden = desk.calls.length > 0;
  for (const card of list.children)
    if (!desk.calls.some((one) => one.call === card.dataset.key)) card.notes.leave();
  keyed(list, desk.calls, (one) => one.call, makeCard, showCard);
  text(said, desk.calls.map((one) => `${t(`panel.phase_${one.phase}`)}: ${who(one)}`).join(" · "));
  const rings = desk.calls.find((one) => one.phase === "ringing");
  document.title = rings ? `☎ ${who(rings)}` : title;
}

const who = (one) => one.name || one.number || t("board.hidden");

function makeCard(one) {
  const notes = makeNotes(agent, one);
  const hangUp = el("button", { type: "button", class: "danger", data: { part: "hang_up", do: "hang-up" } }, t("panel.hang_up"));
  hangUp.addEventListener("click", () => act("POST", path(`/calls/${one.call}/hang-up`)));
  const contacts = el("div", { class: "contacts" });
  const card = el("article", { class: "card call" },
    el("header", {},
      el("span", { class: "chip", data: { part: "phase" } }),
      el("span", { class: "clock", data: { part: "clock" } }),
      el("span", { class: "chip", data: { part: "priority" } }),
      hangUp),
    el("h2", {}, el("bdi", { data: { part: "name" } }), el("bdi", { class: "number", data: { part: "number" } }),
      el("a", { data: { part: "link" }, target: "_blank", rel: "noopener noreferrer" }, t("panel.more"))),
    el("p", { class: "crm", data: { part: "note" } }),
    el("dl", { class: "facts", data: { part: "facts" } }),
    notes.element, contacts);
  card.notes = notes;
  lookBack(one.call, contacts);
  return card;
}

async function lookBack(id, place) {
  try {
    showContacts(place, await contactsOf(id));
  } catch (problem) {
    place.replaceChildren(el("p", { class: "soft", dir: "auto" }, problem.message));
  }
}

function showCard(card, one) {
  const phase = part(card, "phase");
  text(phase, t(`panel.phase_${one.phase}`));
  attribute(card, "data-phase", one.phase);
  since(part(card, "clock"), one.phase === "writing" ? null : one.connected ?? one.waits ?? one.came);
  part(card, "clock").hidden = one.phase === "writing";
  const priority = part(card, "priority");
  text(priority, one.priority);
  priority.hidden = !one.priority || one.priority === "default";
  part(card, "hang_up").hidden = !["talking", "dialling"].includes(one.phase);
  text(part(card, "name"), one.name);
  text(part(card, "number"), one.number || (one.name ? "" : t("board.hidden")));
  const link = part(card, "link");
  link.hidden = !one.link;
  if (one.link) attribute(link, "href", one.link);
  text(part(card, "note"), one.note);
  showFacts(part(card, "facts"), one);
  card.notes.show(one);
}

function showFacts(place, one) {
  const waited = one.connected !== null && one.waits !== null ? one.connected - one.waits : null;
  const facts = [
    ["queue", t("panel.queue"), one.label],
    ["waited", t("panel.waited"), waited === null ? "" : duration(waited)],
    ["dialled", t("panel.dialled"), one.outgoing ? "" : one.dialled],
    ["language", t("panel.language"), one.language && languageName(one.language)],
    ...Object.entries(one.entered).map(([name, digits]) => [`entered ${name}`, spelt(name), digits]),
    ...Object.entries(one.pressed).map(([menu, key]) => [`pressed ${menu}`, t("panel.menu", { menu: spelt(menu) }), key]),
    ...Object.entries(one.data).map(([name, value]) => [`data ${name}`, spelt(name), value]),
  ].filter(([, , value]) => value);
  keyed(place, facts, ([key]) => key,
    () => el("div", {}, el("dt", { class: "label" }, el("bdi")), el("dd", {}, el("bdi"))),
    (row, [, name, value]) => {
      text(row.querySelector("dt bdi"), name);
      text(row.querySelector("dd bdi"), value);
    });
}

// `customer_number` is "customer number" to people.
const spelt = (name) => name.replaceAll("_", " ");

function languageName(code) {
  try {
    return new Intl.DisplayNames(document.documentElement.lang, { type: "language" }).of(code);
  } catch {
    return code;
  }
}
