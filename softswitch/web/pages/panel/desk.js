// The desk of one agent as the switch says it: asked for whenever the agent's entry on the board changes, and now
// and then, for what is known of a caller grows. Whatever is clicked changes nothing here: the switch does.

import { call } from "../frame/api.js";
import { me, notice } from "../frame/frame.js";
import { live } from "../frame/live.js";
import { t } from "../frame/words.js";

const BUSY = 4000, QUIET = 30000; // ms between two looks, with a call at hand and without

const asked = new URLSearchParams(location.search).get("agent");
// Whose desk it is: one's own; supervisors may look at anybody's by ?agent=NAME.
export const agent = (me.may("supervisor") && asked) || me.agent;
export const path = (rest) => `/agents/${encodeURIComponent(agent)}${rest}`;

let desk = null;
let known = "";
let asking = false;
let again = false;
let timer = 0;
const listeners = [];

export const theDesk = () => desk;
export const entry = () => live.section("agents").get(agent);

// render(desk) runs after each answer.
export function onDesk(render) {
  listeners.push(render);
}

export async function refresh() {
  clearTimeout(timer);
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    do {
      again = false;
      desk = await call("GET", path("/panel"));
      for (const render of listeners) render(desk);
    } while (again);
  } catch (problem) {
    if (problem.status === 404) notice(problem.message, "alarm");
  } finally {
    asking = false;
    timer = setTimeout(refresh, desk?.calls.length ? BUSY : QUIET);
  }
}

const past = new Map();

// A promise of the earlier contacts of who is in a call, asked for once.
export function contactsOf(id) {
  if (!past.has(id)) {
    if (past.size > 50) past.clear();
    past.set(id, call("GET", path(`/calls/${id}/contacts`)).then((found) => found.contacts));
    past.get(id).catch(() => past.delete(id));
  }
  return past.get(id);
}

// Does something by the API; what does not fit any more is said in the switch's words. Returns whether it was done.
export async function act(method, rest, body, done) {
  try {
    await call(method, rest, body);
    if (done) notice(t(done));
    return true;
  } catch (problem) {
    notice(problem.message, "alarm");
    return false;
  } finally {
    refresh();
  }
}

// Once the board is there, which says what queues and agents are called.
export function openDesk() {
  live.on(["agents", "queues", "switch"], () => {
    const now = JSON.stringify([live.boot, entry()]);
    if (now === known) return;
    known = now;
    for (const id of entry()?.calls ?? []) contactsOf(id); // beside the desk, not after it
    refresh();
  });
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  addEventListener("focus", refresh);
}

// Whenever queues or agents are called otherwise than before, the first time too.
export function onNames(render) {
  let before = "";
  live.on(["queues", "agents"], () => {
    const names = ["queues", "agents"].map((name) => [...live.section(name)].map(([key, one]) => [key, one.label]));
    const now = JSON.stringify(names);
    if (now === before) return;
    before = now;
    render();
  });
}

export const queueLabel = (name) => (name ? live.section("queues").get(name)?.label ?? name : "");
export const agentLabel = (name) => live.section("agents").get(name)?.label ?? name;

// A list that is asked for again: at once, every `every` ms while somebody looks, and when `look` is called.
// A list that one may not see (403) stays away.
export function polled(rest, every, render) {
  let waiting = 0;
  async function look() {
    clearTimeout(waiting);
    waiting = setTimeout(() => (document.hidden ? (waiting = setTimeout(look, every)) : look()), every);
    try {
      render(await call("GET", rest));
    } catch (problem) {
      if (problem.status === 403) {
        clearTimeout(waiting);
        render(null);
      }
    }
  }
  look();
  return look;
}
