// The picture: boxes in columns, which the browser lays out (in Hebrew from right to left), and over them ways as
// curves, drawn from where the boxes have come to stand. It scrolls as any page does, by keys, wheel or finger;
// it is dragged by its ground, and zoomed.

import { el, svg, text } from "../frame/dom.js";
import { t } from "../frame/words.js";
import { goal, isBad } from "./ends.js";
import { MANY, before, beginnings, foldable, isFoldable, seen } from "./folding.js";
import { lanes, standing } from "./lanes.js";

const LEAST = 0.2;
const MOST = 2;
const READABLE = 0.72; // what a first look may shrink to
const REACH = 46; // px that a curve runs straight on before it turns
const ASIDE = 16; // px from a column that a way leads past

export class Picture {
  #stage;
  #chosen;
  #boxes = new Map();
  #elements = new Map();
  #lines = []; // [path, from, to]
  #from = []; // where one begins to look
  #folded = null;
  #found = [];
  #at = -1;
  #scale = 1;
  #id = null;
  #ways = svg("svg", { class: "lines", "aria-hidden": "true" });
  #columns = el("div", { class: "columns" });
  #canvas = el("div", { class: "canvas" }, this.#ways, this.#columns);
  #sized = el("div", { class: "sized" }, this.#canvas);

  constructor(stage, chosen) {
    this.#stage = stage;
    this.#chosen = chosen;
    stage.append(this.#sized);
    stage.addEventListener("keydown", (event) => this.#key(event));
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.#drag(event));
    new ResizeObserver(() => this.#draw()).observe(this.#columns);
  }

  show(boxes) {
    this.#boxes = new Map(boxes.map((box) => [box.id, box]));
    this.#elements = new Map(boxes.map((box) => [box.id, this.#make(box)]));
    const columns = [];
    for (const box of boxes) (columns[box.column] ??= []).push(this.#elements.get(box.id));
    this.#columns.replaceChildren(...columns.filter(Boolean).map((some) => el("div", { class: "column" }, ...some)));
    this.#from = beginnings(this.#boxes);
    this.#folded ??= new Set(boxes.length > MANY ? foldable(this.#boxes) : []);
    this.#fold();
    this.#zoomTo(Math.max(READABLE, Math.min(1, this.#fitting())));
    this.choose(this.#boxes.has(this.#id) ? this.#id : null);
  }

  choose(id, { follow = false } = {}) {
    this.#id = id;
    const ends = new Set(id ? [id] : []);
    for (const [line, from, to] of this.#lines) {
      const on = id !== null && (from === id || to === id);
      line.classList.toggle("on", on);
      if (on) ends.add(from).add(to);
    }
    this.#stage.classList.toggle("choosing", id !== null);
    for (const [name, box] of this.#elements) {
      box.classList.toggle("chosen", name === id);
      box.classList.toggle("near", ends.has(name));
      box.querySelector("button").setAttribute("aria-pressed", String(name === id));
    }
    this.#chosen(id);
    if (follow) this.#go(id);
  }

  foldAll(all) {
    this.#folded = new Set(all ? foldable(this.#boxes) : []);
    this.#fold();
  }

  // Hide what is behind folded boxes, and draw the rest.
  #fold() {
    const shown = seen(this.#boxes, this.#from, this.#folded);
    for (const [id, box] of this.#elements) {
      const folded = this.#folded.has(id), ways = this.#boxes.get(id).ways.length;
      box.hidden = !shown.has(id);
      const list = box.querySelector("ul"), toggle = box.querySelector(".fold");
      if (list) list.hidden = folded;
      if (!toggle) continue;
      toggle.setAttribute("aria-expanded", String(!folded));
      toggle.title = t(folded ? "map.unfold" : "map.fold", { count: ways });
      text(toggle, folded ? `+${ways}` : "−");
    }
    for (const column of this.#columns.children) column.hidden = [...column.children].every((box) => box.hidden);
    this.#draw();
  }

  // A box that is behind folded ones is shown.
  #reveal(id) {
    if (!this.#elements.get(id)?.hidden) return;
    for (const one of before(this.#boxes, this.#from, id)) this.#folded.delete(one);
    this.#fold();
  }

  find(words) {
    const wanted = words.trim().toLowerCase();
    this.#found = [];
    this.#at = -1;
    for (const [id, box] of this.#boxes) {
      const says = [box.name, box.label, ...box.facts.map((fact) => fact.text)].join(" ").toLowerCase();
      const is = wanted !== "" && says.includes(wanted);
      if (is) this.#found.push(id);
      this.#elements.get(id).classList.toggle("found", is);
    }
    if (this.#found.length) this.#go(this.#found[0]);
  }

  next() {
    if (!this.#found.length) return;
    this.#at = (this.#at + 1) % this.#found.length;
    this.choose(this.#found[this.#at]);
    this.#go(this.#found[this.#at]);
  }

  zoom(by) {
    this.#zoomTo(this.#scale * by);
  }

  fit() {
    this.#zoomTo(Math.min(1, this.#fitting()));
  }

  #fitting() {
    const { clientWidth, clientHeight } = this.#stage;
    return Math.min(clientWidth / this.#canvas.offsetWidth, clientHeight / this.#canvas.offsetHeight) || 1;
  }

  // What is in the middle stays there, or under the pointer.
  #zoomTo(scale, at = null) {
    const stage = this.#stage;
    const before = this.#scale;
    this.#scale = Math.min(MOST, Math.max(LEAST, scale));
    const x = at ? at.x : stage.clientWidth / 2;
    const y = at ? at.y : stage.clientHeight / 2;
    const grown = this.#scale / before;
    const fromEdge = document.dir === "rtl" ? x - stage.clientWidth : x;
    const left = (stage.scrollLeft + fromEdge) * grown - fromEdge;
    const top = (stage.scrollTop + y) * grown - y;
    this.#canvas.style.transform = `scale(${this.#scale})`;
    this.#sized.style.width = `${this.#canvas.offsetWidth * this.#scale}px`;
    this.#sized.style.height = `${this.#canvas.offsetHeight * this.#scale}px`;
    stage.scrollTo(left, top);
  }

  #go(id) {
    const box = this.#elements.get(id);
    if (!box) return;
    this.#reveal(id);
    if (this.#scale < READABLE) this.#zoomTo(READABLE);
    const [inner, outer] = [box.getBoundingClientRect(), this.#stage.getBoundingClientRect()];
    this.#stage.scrollBy(
      inner.left + inner.width / 2 - outer.left - outer.width / 2,
      inner.top + inner.height / 2 - outer.top - outer.height / 2);
    this.#stage.scrollIntoView({ block: "nearest" });
  }

  #make(box) {
    const name = el("button", { type: "button", class: "name" }, el("bdi", {}, box.label || box.name));
    const fold = el("button", { type: "button", class: "quiet fold", "aria-label": `${t("map.ways")}: ${box.label || box.name}` });
    fold.addEventListener("click", (event) => {
      event.stopPropagation();
      this.#folded[this.#folded.has(box.id) ? "delete" : "add"](box.id);
      this.#fold();
    });
    const made = el("article", { class: `box ${box.kind}`, data: { id: box.id } },
      el("header", {}, name, isFoldable(box) ? fold : null, ...box.marks.map((mark) => el("span", { class: "chip warn" }, t(`mark.${mark}`)))),
      box.ways.length ? el("ul", {}, ...box.ways.map((way) => this.#row(way))) : null);
    made.addEventListener("click", () => this.choose(this.#id === box.id ? null : box.id));
    return made;
  }

  #row(way) {
    return el("li", { class: isBad(way) ? "bad" : "" }, way.key ? el("kbd", { dir: "ltr" }, way.key) : null, goal(way, this.#boxes));
  }

  #draw() {
    const { offsetWidth: width, offsetHeight: height } = this.#canvas;
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) this.#ways.setAttribute(name, value);
    this.#lines = [];
    const columns = standing(this.#boxes, this.#elements);
    for (const [id, box] of this.#boxes) {
      if (this.#elements.get(id).hidden || this.#folded.has(id)) continue;
      const rows = this.#elements.get(id).querySelectorAll("li");
      box.ways.forEach((way, place) => {
        const target = way.to && this.#elements.get(way.to);
        if (target) this.#lines.push([this.#line(box, rows[place], this.#boxes.get(way.to), target, way, columns), id, way.to]);
      });
    }
    this.#ways.replaceChildren(
      svg("defs", {}, svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
        svg("path", { d: "M0 0 8 4 0 8z", class: "tip" }))),
      ...this.#lines.map(([line]) => line));
    this.#zoomTo(this.#scale);
    if (this.#id) this.choose(this.#id);
  }

  #line(from, row, to, target, way, columns) {
    const on = document.dir === "rtl" ? -1 : 1; // the way that calls go
    const end = (element, last) => element.offsetLeft + (last === (on > 0) ? element.offsetWidth : 0);
    const box = this.#elements.get(from.id);
    const head = target.querySelector("header");
    const [y1, y2] = [row.offsetTop + row.offsetHeight / 2, head.offsetTop + head.offsetHeight / 2];
    const back = to.column < from.column;
    const x1 = end(box, !back);
    const x2 = end(target, to.column <= from.column) + (to.column > from.column ? -3 : 3) * on;
    return svg("path", {
      class: `line${way.callback ? " callback" : ""}${back ? " back" : ""}`,
      d: to.column === from.column
        ? `M${x1} ${y1}C${x1 + REACH * on} ${y1} ${x2 + REACH * on} ${y2} ${x2} ${y2}`
        : this.#across(x1, y1, x2, y2, lanes(columns, from.column, to.column, y1, y2)),
      "marker-end": "url(#tip)",
    });
  }

  // From one column to another, and past those between them.
  #across(x1, y1, x2, y2, past) {
    const on = Math.sign(x2 - x1) || 1;
    let [d, x, y] = [`M${x1} ${y1}`, x1, y1];
    const curve = (to, down, least) => {
      const reach = Math.max(least, Math.abs(to - x) / 2) * on;
      d += `C${x + reach} ${y} ${to - reach} ${down} ${to} ${down}`;
      [x, y] = [to, down];
    };
    for (const { left, right, y: lane } of past) {
      const [near, far] = on > 0 ? [left - ASIDE, right + ASIDE] : [right + ASIDE, left - ASIDE];
      curve(near, lane, 0);
      d += `H${far}`;
      x = far;
    }
    curve(x2, y2, past.length ? 0 : REACH);
    return d;
  }

  #key(event) {
    const acts = { "+": () => this.zoom(1.25), "=": () => this.zoom(1.25), "-": () => this.zoom(1 / 1.25), 0: () => this.fit() };
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top } = this.#stage.getBoundingClientRect();
    this.#zoomTo(this.#scale * Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
  }

  #drag(event) {
    if (event.button || event.pointerType === "touch" || event.target.closest(".box")) return;
    const stage = this.#stage;
    const begun = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    const move = (moved) => stage.scrollTo(begun.x - moved.clientX, begun.y - moved.clientY);
    const over = () => {
      stage.classList.remove("dragged");
      stage.removeEventListener("pointermove", move);
    };
    stage.classList.add("dragged");
    stage.setPointerCapture(event.pointerId);
    stage.addEventListener("pointermove", move);
    stage.addEventListener("pointerup", over, { once: true });
    stage.addEventListener("pointercancel", over, { once: true });
  }
}
