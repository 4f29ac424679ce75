// What the board does not say: who takes part in which conversation, and what is changed for a while.

import { call } from "../frame/api.js";
import { notice } from "../frame/frame.js";
import { t } from "../frame/words.js";

let supervisions = [];
let changes = new Map();
let due = 0;
const listeners = [];

export const onRefresh = (render) => listeners.push(render);

// Those of a call: {supervision, as, by, state, ...}
export const supervisionsOf = (name) => supervisions.filter((one) => one.call === name);

// What is changed of a queue or an agent ("queue", "support"); null: nothing.
export const changeOf = (kind, name) => changes.get(`${kind} ${name}`) ?? null;

export async function refresh() {
  try {
    const [who, what] = await Promise.all([call("GET", "/supervisions"), call("GET", "/changes")]);
    supervisions = who;
    changes = new Map(what.changes.map((one) => [one.queue ? `queue ${one.queue}` : `agent ${one.agent}`, one]));
    for (const render of listeners) render();
  } catch {
    // the banner says that the switch is away
  }
}

export function refreshSoon() {
  clearTimeout(due);
  due = setTimeout(refresh, 300);
}

// Do something, and say what came of it: a sentence of ours, or the switch's own where it could not be.
export async function act(method, path, body, done = t("desk.done")) {
  try {
    const answer = await call(method, path, body);
    notice(done);
    return answer;
  } catch (problem) {
    notice(problem.message, problem.status === 409 ? "warn" : "alarm");
    return null;
  } finally {
    refresh();
  }
}

// As `act`, but what is sent names the version of a queue or an agent as it is shown.
export async function put(kind, name, given) {
  let version;
  try {
    version = await versionOf(kind, name);
  } catch (problem) {
    return notice(problem.message, "alarm");
  }
  return act("PATCH", `/${kind}s/${encodeURIComponent(name)}/changes`, { version, ...given });
}

// The version of a queue or an agent as it is shown: who has seen nothing of a change asks first.
export async function versionOf(kind, name) {
  const shown = changeOf(kind, name);
  if (shown) return shown.version;
  return (await call("GET", `/${kind}s/${encodeURIComponent(name)}/changes`)).version;
}
