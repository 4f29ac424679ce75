// Earlier contacts of a caller: when, with whom, what came of it, and what was written on it.

import { el } from "../frame/dom.js";
import { duration, moment, named, t } from "../frame/words.js";
import { agentLabel, queueLabel } from "./desk.js";

export function showContacts(place, contacts) {
  place.replaceChildren(
    el("h3", {}, t("panel.contacts")),
    contacts.length ? el("ol", {}, ...contacts.map(row)) : el("p", { class: "soft" }, t("panel.first_contact")));
}

function row(one) {
  const agents = one.agents.map(agentLabel).join(", ");
  return el("li", {},
    el("p", { class: "line" },
      el("span", { class: "when" }, moment(one.at)),
      el("span", { class: `chip ${one.outcome === "answered" ? "good" : one.outcome === "abandoned" ? "warn" : ""}` },
        named("outcome", one.outcome)),
      one.callback || one.outgoing ? el("span", { class: "chip" }, t(one.callback ? "panel.called_back" : "panel.outgoing")) : null,
      el("bdi", { class: "soft" }, [queueLabel(one.queue), agents].filter(Boolean).join(" · ")),
      one.talk ? el("span", { class: "clock soft" }, duration(one.talk)) : null),
    ...one.notes.map((each) => el("blockquote", {},
      each.disposition ? el("b", { class: "chip" }, el("bdi", {}, each.disposition)) : null,
      el("span", { class: "text", dir: "auto" }, each.notes),
      el("cite", { class: "soft" }, el("bdi", {}, agentLabel(each.agent))))));
}
