// Where calls go, as a picture of the configuration's file; check and reload. The file itself is never changed here.

import "../frame/frame.js";
import { call, FILE } from "../frame/api.js";
import { el, text } from "../frame/dom.js";
import { live } from "../frame/live.js";
import { t, timeOfDay } from "../frame/words.js";
import { details } from "./details.js";
import { Picture } from "./picture.js";
import { checked, problem, reloaded } from "./results.js";

const LOOK = 4000; // ms between two looks whether the file was edited

const standing = el("p", { class: "chip standing", role: "status" });
const wanted = el("input", { type: "search", "aria-label": t("map.find"), placeholder: t("map.find"), dir: "auto" });
const none = el("p", { class: "empty", hidden: true }, t("map.empty"));
const said = el("section", { class: "said", "aria-live": "polite" });
const panel = el("aside", { class: "card details", hidden: true, "aria-label": t("map.details") });
const stage = el("div", { class: "card stage", tabindex: 0, role: "region", "aria-label": t("map.stage"), "aria-describedby": "map-keys" });
const picture = new Picture(stage, choose);

const doing = { check: button("check", check), reload: button("reload", reload, "primary") };
document.getElementById("main").append(
  el("header", { class: "head" }, el("h1", {}, t("page.configuration")), standing,
    el("div", { class: "acts" }, doing.check, doing.reload)),
  said,
  el("div", { class: "head tools-of-map" }, wanted,
    el("div", { class: "acts", role: "group", "aria-label": t("map.zoom") },
      zoomer("−", "smaller", () => picture.zoom(1 / 1.25)), zoomer("+", "larger", () => picture.zoom(1.25)),
      zoomer("⤢", "fit", () => picture.fit())),
    el("div", { class: "acts", role: "group", "aria-label": t("map.folding") },
      el("button", { type: "button", on: { click: () => picture.foldAll(true) } }, t("map.fold_all")),
      el("button", { type: "button", on: { click: () => picture.foldAll(false) } }, t("map.unfold_all"))),
    el("p", { class: "soft keys", id: "map-keys" }, t("map.keys"))),
  none,
  el("div", { class: "both" }, stage, panel),
);

function button(name, act, kind = "") {
  return el("button", { type: "button", class: kind, on: { click: act } }, t(`map.${name}`));
}

function zoomer(sign, name, act) {
  return el("button", { type: "button", title: t(`map.${name}`), "aria-label": t(`map.${name}`), on: { click: act } }, sign);
}

let boxes = new Map();
let drawn = null; // what the file's text was that is drawn, and what was said of it

function choose(id) {
  const box = boxes.get(id);
  panel.hidden = !box;
  if (!box) return;
  panel.replaceChildren(...details(box, boxes, (next) => picture.choose(next, { follow: true }), () => picture.choose(null)));
  if (getComputedStyle(panel).position === "fixed") panel.querySelector("button").focus();
}

function show(map) {
  if (map.digest !== drawn?.digest) redraw(map);
  drawn = map;
  stand(map);
}

function redraw(map) {
  boxes = new Map(map.boxes.map((box) => [box.id, box]));
  none.hidden = map.boxes.length > 0;
  stage.hidden = !none.hidden;
  picture.show(map.boxes);
}

// `edited`: the file has another text by now than the one that is drawn.
function stand({ in_force, problems, file }, edited = false) {
  const name = edited ? "edited" : problems.length ? "broken" : in_force ? "in_force" : "differs";
  text(standing, t(`map.${name}`, { file: file.split("/").pop() }));
  standing.className = `chip standing ${{ broken: "alarm", in_force: "good" }[name] ?? "warn"}`;
  standing.title = file;
}

async function read() {
  const map = await call("GET", "/configuration/map", undefined, { limit: FILE });
  show(map);
  return map;
}

async function draw() {
  try {
    return await read();
  } catch (wrong) {
    said.replaceChildren(problem(wrong.message));
    return null;
  }
}

// Whether somebody has edited the file since it was drawn.
async function look() {
  if (document.hidden || !live.online || acting || !drawn) return;
  const of = drawn;
  try {
    const { digest } = await call("GET", "/configuration/state");
    if (of === drawn && !acting) stand(drawn, digest !== null && digest !== drawn.digest);
  } catch {
    // the banner says that the switch is away
  }
}

// One thing at a time; what it says stays until the next.
let acting = false;
async function busy(act) {
  acting = true;
  for (const one of Object.values(doing)) one.disabled = true;
  said.replaceChildren(el("p", { class: "soft" }, t("map.reading")));
  try {
    said.replaceChildren(...(await act()));
  } catch (wrong) {
    said.replaceChildren(problem(wrong.message));
  }
  for (const one of Object.values(doing)) one.disabled = false;
  acting = false;
  loaded = now();
}

function check() {
  return busy(async () => checked(await read()));
}

function reload() {
  return busy(async () => {
    try {
      const done = reloaded(await call("POST", "/reload", undefined, { limit: FILE }));
      await draw();
      return done;
    } catch (wrong) {
      await draw();
      if (wrong.status === 409) return [problem(t("map.refused")), ...wrong.message.split("\n").map((line) => problem(line, "line"))];
      throw wrong;
    }
  });
}

// What others put in force meanwhile.
let loaded = null;
const now = () => live.section("switch").get("switch")?.loaded ?? null;

live.on(["switch"], () => {
  const known = loaded;
  if (acting || now() === known) return;
  loaded = now();
  if (known !== null) busy(async () => {
    const map = await draw();
    return map ? [el("p", { class: "good-news" }, t("map.elsewhere", { time: timeOfDay(loaded) }))] : [...said.childNodes];
  });
});

live.open();

wanted.addEventListener("input", () => picture.find(wanted.value));
wanted.addEventListener("keydown", (event) => {
  if (event.key === "Enter") picture.next();
  if (event.key === "Escape") {
    wanted.value = "";
    picture.find("");
  }
});
addEventListener("keydown", (event) => event.key === "Escape" && picture.choose(null));

setInterval(look, LOOK);
document.addEventListener("visibilitychange", look);

const reading = el("p", { class: "soft" }, t("map.reading"));
said.append(reading);
const first = await draw();
reading.remove();
if (first?.problems.length || first?.warnings.length) said.replaceChildren(...checked(first));
