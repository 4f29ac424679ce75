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
import { exactTime, t } from "./words.js";

const SILENCE = 8000; // ms without a word (the switch says one every 3 s) after which a connection is dead
const FIRST = 400; // ms until the first new attempt; each next one waits twice as long
const LONGEST = 8000;

const root = document.documentElement;
const banner = document.getElementById("banner");

class Live {
  #sections = new Map();
  #listeners = [];
  #due = new Set();
  #source = null;
  #number = 0;
  #offset = 0; // of the switch's clock, from performance.now() / 1000
  #watchdog = 0;
  #again = 0;
  #pause = FIRST;
  #address = "";
  boot = null;
  online = false;

  open({ calls = false } = {}) {
    this.#address = `/api/v1/board/stream${calls ? "?calls=true" : ""}`;
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
    this.#source?.close();
    const source = (this.#source = new EventSource(this.#address));
    const heard = (kind, take) =>
      source.addEventListener(kind, (event) => source === this.#source && take(JSON.parse(event.data)));
    heard("board", (whole) => this.#begin(whole));
    heard("change", (change) => this.#change(change));
    heard("beat", (beat) => (beat.n === this.#number ? this.#alive() : this.#lose()));
    source.addEventListener("error", () => source === this.#source && this.#lose());
    this.#watch();
  }

  #begin(whole) {
    if (root.dataset.version !== whole.version && renew(whole.version)) return;
    this.boot = whole.boot;
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
    this.#watch();
    if (this.online) return;
    this.online = true;
    root.classList.remove("lost");
    banner.hidden = true;
    text(banner, "");
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lose(), SILENCE);
  }

  // The connection is gone, or not to be trusted: say so, and connect again.
  #lose() {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#again);
    if (this.online || banner.hidden) {
      this.online = false;
      root.classList.add("lost");
      text(banner, t("frame.lost", { time: exactTime(Date.now() / 1000) }));
      attribute(banner, "hidden", null);
    }
    this.#again = setTimeout(() => this.#retry(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(2 * this.#pause, LONGEST);
  }

  // EventSource does not say why it fails: whether somebody is still logged in, an ordinary request tells.
  async #retry() {
    try {
      const answer = await fetch("/api/v1/me", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.status === 401) return logIn();
      if (!answer.ok) return this.#lose();
    } catch {
      return this.#lose();
    }
    this.#connect();
  }

  #hurry() {
    if (this.#source) return;
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
