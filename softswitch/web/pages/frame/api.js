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

// call("POST", "/agents/desk/pause", { reason: "lunch" }) -> the answer's JSON; `more`: options of fetch
export async function call(method, path, body, more = {}) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      cache: "no-store",
      headers: {
        "X-CSRF-Token": document.documentElement.dataset.csrf ?? "",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      ...more,
    });
  } catch {
    throw new Problem(0, t("frame.unreachable"));
  }
  if (answer.status === 401) logIn();
  const said = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, said?.detail ?? `${answer.status}`);
  return said;
}
