// Requests that change something. They carry the session's token; what goes wrong is a Problem, whose message is
// the sentence of the switch.

import { logIn } from "./live.js";
import { t } from "./words.js";

export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const LIMIT = 8000, READING = 20000; // ms that the answer to a change may take, and to a question
export const FILE = 90000; // where the configuration's file is read for it

const underway = new Map(); // changes that are not answered yet

// call("POST", "/agents/desk/pause", { reason: "lunch" }) -> the answer's JSON; `limit`: in ms; `more`: options of
// fetch. Without an answer nobody knows what has become of a change, so none is ever sent a second time from here:
// whoever reads that looks and decides, and the switch begins none that has been given up. A button that is pressed
// twice before the answer comes is one change.
export async function call(method, path, body, { limit, ...more } = {}) {
  if (method === "GET") return ask(method, path, undefined, limit ?? READING, more);
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const key = `${method} ${path} ${sent}`;
  if (!underway.has(key)) {
    const asked = ask(method, path, sent, limit ?? LIMIT, more);
    underway.set(key, asked);
    const over = () => underway.delete(key);
    asked.then(over, over);
  }
  return underway.get(key);
}

async function ask(method, path, body, limit, more) {
  let answer, said;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      cache: "no-store",
      headers: {
        "X-CSRF-Token": document.documentElement.dataset.csrf ?? "",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body,
      signal: AbortSignal.timeout(limit),
      ...more,
    });
    if (answer.status === 401) logIn();
    said = answer.status === 204 ? null : await answer.json();
  } catch (wrong) {
    if (answer && !answer.ok) throw new Problem(answer.status, `${answer.status}`);
    const late = wrong.name === "TimeoutError" || wrong.name === "AbortError";
    throw new Problem(0, unanswered(method, late ? limit / 1000 : null));
  }
  if (!answer.ok) throw new Problem(answer.status, said?.detail ?? `${answer.status}`);
  return said;
}

// `seconds`: that were waited; null: the connection is gone.
function unanswered(method, seconds) {
  if (method === "GET") return t("frame.silent");
  return seconds === null ? t("frame.unreachable") : t("frame.unanswered", { count: seconds });
}
