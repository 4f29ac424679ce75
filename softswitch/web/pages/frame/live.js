// The board of the switch as it changes: GET /api/v1/board/stream, kept here for every part of a page.
//
//   live.open({ calls: false })             once; `calls`: the calls in progress too, for supervisors
//   live.on(["queues", "agents"], render)   render() runs soon after anything in these sections has changed
//   live.section("queues")                  a Map of entries by key
//   live.now()                              the moment on the switch's clock, in seconds since the epoch
//   live.online                             whether what is there is true
//
// Nothing stale stays: whoever misses a number, a beat or the switch itself connects again and gets the whole
// board. Until then the page says so (`html.lost`, the banner) and is grey.

import { attribute, text } from "./dom.js";
import { Line } from "./stream.js";
import { exactTime, t } from "./words.js";

const SILENCE = 2500; // ms without a word (the switch says one every second) after which a connection is dead
const GRACE = 250; // ms for what has come while the page itself was busy
const BEGINNING = 5000; // ms that the first word may take
const FIRST = 400; // ms until the first new attempt; each next one waits twice as long
const LONGEST = 8000;

const root = document.documentElement;
const banner = document.getElementById("banner");

class Live {
  #sections = new Map();
  #listeners = [];
  #due = new Set();
  #line = null;
  #trying = false; // connected, or about to be
  #refused = false; // the switch has answered the last attempt with a refusal
  #heard = 0; // when the switch was heard last, by the page's own clock
  #number = 0;
  #offset = 0; // of the switch's clock, from performance.now() / 1000
  #watchdog = 0;
  #again = 0;
  #pause = FIRST;
  #room = ""; // where the switch says why it refuses a stream
  boot = null;
  online = false;

  open({ calls = false } = {}) {
    const query = calls ? "?calls=true" : "";
    this.#room = `/api/v1/board/room${query}`;
    this.#line = new Line(`/api/v1/board/stream${query}`, (kind, said) => this.#hear(kind, said));
    this.#heard = Date.now();
    addEventListener("online", () => this.#hurry());
    addEventListener("pageshow", (event) => event.persisted && this.#lose());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    this.#connect();
  }

  on(sections, render) {
    this.#listeners.push({ sections, render });
  }

  section(name) {
    if (!this.#sections.has(name)) this.#sections.set(name, new Map());
    return this.#sections.get(name);
  }

  now() {
    return performance.now() / 1000 + this.#offset;
  }

  #connect() {
    clearTimeout(this.#again);
    this.#trying = true;
    this.#line.open();
    this.#watch(BEGINNING);
  }

  #hear(kind, said) {
    if (kind === "error") return this.#lose(said);
    const message = JSON.parse(said);
    if (kind === "board") return this.#begin(message);
    if (!this.online) return;
    if (kind === "change") return this.#change(message);
    if (message.n !== this.#number) return this.#lose();
    this.#offset = Math.max(this.#offset, message.now - performance.now() / 1000);
    this.#alive();
  }

  #begin(whole) {
    if (root.dataset.version !== whole.version && renew(whole.version)) return;
    this.#trying = true;
    this.#refused = false;
    clearTimeout(this.#again);
    this.boot = whole.boot;
    attribute(root, "data-zone", whole.sections.switch?.switch.zone);
    this.#number = whole.n;
    this.#offset = whole.now - performance.now() / 1000;
    const names = new Set([...this.#sections.keys(), ...Object.keys(whole.sections)]);
    for (const name of names) {
      const section = this.section(name);
      section.clear();
      for (const [key, entry] of Object.entries(whole.sections[name] ?? {})) section.set(key, entry);
    }
    this.#pause = FIRST;
    this.#alive();
    this.#render(names);
  }

  #change({ n, now, set, gone }) {
    if (n !== this.#number + 1) return this.#lose();
    this.#number = n;
    // Messages come late, never early: the least delay seen so far is nearest to the switch's clock.
    this.#offset = Math.max(this.#offset, now - performance.now() / 1000);
    for (const [name, keys] of Object.entries(gone)) for (const key of keys) this.section(name).delete(key);
    for (const [name, entries] of Object.entries(set))
      for (const [key, entry] of Object.entries(entries)) this.section(name).set(key, entry);
    this.#alive();
    this.#render(new Set([...Object.keys(set), ...Object.keys(gone)]));
  }

  #alive() {
    this.#heard = Date.now();
    this.#watch();
    if (this.online) return;
    this.online = true;
    root.classList.remove("lost");
    banner.hidden = true;
    text(banner, "");
  }

  #watch(patience = SILENCE) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => (this.#watchdog = setTimeout(() => this.#lose(), GRACE)), patience);
  }

  // The connection is gone, or not to be trusted: say so, and connect again, after `wait` ms at least.
  #lose(refused = false, says = null, wait = 0) {
    this.#line.close();
    this.#trying = false;
    this.#refused = refused;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#again);
    this.online = false;
    root.classList.add("lost");
    text(banner, says ?? t("frame.lost", { time: exactTime(this.#heard / 1000) }));
    attribute(banner, "hidden", null);
    this.#again = setTimeout(() => this.#retry(), Math.max(wait, this.#pause * (0.75 + Math.random() / 2)));
    this.#pause = Math.min(2 * this.#pause, LONGEST);
  }

  // Whether somebody is still logged in, and why the switch refuses if it does: a stream does not say.
  async #retry() {
    try {
      const asked = ["/api/v1/me", ...(this.#refused ? [this.#room] : [])];
      for (const address of asked) {
        const limit = new AbortController();
        setTimeout(() => limit.abort(), 5000);
        const answer = await fetch(address, { cache: "no-store", signal: limit.signal });
        if (answer.status === 401) return logIn();
        if (!answer.ok) return this.#lose(true, await reason(answer), 1000 * (answer.headers.get("Retry-After") ?? 0));
        limit.abort();
      }
    } catch {
      return this.#lose();
    }
    this.#connect();
  }

  #hurry() {
    if (this.#trying) return;
    this.#pause = FIRST;
    clearTimeout(this.#again);
    this.#retry();
  }

  #render(names) {
    if (!this.#due.size) queueMicrotask(() => this.#flush());
    for (const name of names) this.#due.add(name);
  }

  #flush() {
    const due = this.#due;
    this.#due = new Set();
    for (const { sections, render } of this.#listeners)
      if (sections.some((name) => due.has(name))) render(due);
  }
}

// What a refusal says, and what can be done about it.
async function reason(answer) {
  const says = (await answer.json().catch(() => null))?.detail ?? String(answer.status);
  return answer.status === 429 ? t("frame.too_many") : t("frame.refused", { says });
}

export function logIn() {
  location.assign(`/login?then=${encodeURIComponent(location.pathname + location.search)}`);
}

// The switch is of another version than this page: load it again, but once for each version, lest some cache
// on the way makes a circle of it. Returns whether it does.
function renew(version) {
  try {
    if (sessionStorage.getItem("renewed") === version) return false;
    sessionStorage.setItem("renewed", version);
  } catch {
    return false;
  }
  location.reload();
  return true;
}

export const live = new Live();
