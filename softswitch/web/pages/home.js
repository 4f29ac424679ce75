// Who is logged in, the switch in a few figures, every five seconds, and links to what that one may see.
"use strict";
const ROLES = ["agent", "supervisor", "engineer"];
const EVERY = 5000;
const at = (id) => document.getElementById(id);

async function ask(path) {
  const answer = await fetch(path);
  if (answer.status === 401) location.assign("/login?then=/");
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.json();
}

function clock(seconds) {
  const [days, hours, minutes] = [seconds / 86400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
  return days ? `${days} d ${hours} h` : hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}

function tile(value, name) {
  const made = document.createElement("div");
  made.append(Object.assign(document.createElement("b"), { textContent: value }));
  made.append(Object.assign(document.createElement("span"), { textContent: name }));
  return made;
}

function row(cells) {
  const made = document.createElement("tr");
  for (const cell of cells) made.append(Object.assign(document.createElement("td"), { textContent: cell }));
  return made;
}

async function problems(status) {
  const ready = await (await fetch("/ready")).json();
  const found = [...ready.reasons, ...ready.degraded];
  if (status.record.lost) found.push(`${status.record.lost} events are lost`);
  if (status.mail.dead) found.push(`${status.mail.dead} mails were refused for good`);
  return found.join("; ");
}

async function look() {
  try {
    const [status, queues, agents] = await Promise.all(["status", "queues", "agents"].map((one) => ask(`/api/v1/${one}`)));
    const count = (...states) => agents.agents.filter((agent) => states.includes(agent.state)).length;
    const waiting = queues.queues.reduce((sum, queue) => sum + queue.waiting, 0);
    at("tiles").replaceChildren(
      tile(status.calls, `calls, of ${status.max_calls}`),
      tile(waiting, "callers wait"),
      tile(count("free"), "agents are free"),
      tile(count("talking", "outside-call", "ringing"), "agents in calls"),
      tile(count("paused", "wrap-up"), "pause or write notes"),
      tile(clock(status.uptime), `up, version ${status.version}`),
    );
    at("queues").hidden = !queues.queues.length;
    at("queues").tBodies[0].replaceChildren(
      ...queues.queues.map((queue) => {
        const level = queue.service_level === null ? "-" : `${(100 * queue.service_level).toFixed(1)} %`;
        return row([queue.name, queue.waiting, queue.free, queue.counts.answered, queue.counts.abandoned, level]);
      }),
    );
    const wrong = await problems(status);
    at("state").textContent = wrong ? "" : "All is well.";
    at("error").textContent = wrong;
  } catch (reason) {
    at("state").textContent = "";
    at("error").textContent = reason instanceof TypeError ? "The switch does not answer." : reason.message;
  }
}

async function begin() {
  const me = await ask("/api/v1/me");
  at("me").textContent = [me.name.replace(/^user /, ""), me.role, me.agent].filter(Boolean).join(" · ");
  for (const item of document.querySelectorAll("[data-role]"))
    item.hidden = ROLES.indexOf(me.role) < ROLES.indexOf(item.dataset.role);
  for (const item of document.querySelectorAll("[data-asks]"))
    fetch(item.dataset.asks).then((answer) => (item.hidden = answer.status === 403));
  at("logout").hidden = !me.csrf;
  at("logout").addEventListener("click", async () => {
    await fetch("/api/v1/logout", { method: "POST", headers: { "X-CSRF-Token": me.csrf } });
    location.assign("/login");
  });
  await look();
  setInterval(() => document.hidden || look(), EVERY);
}
begin();
