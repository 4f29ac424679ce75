// The last hours of a queue as a picture: bars for the most who waited at once, a line for the service level.
// Time runs from left to right in every language, as charts do. Colours are those of the theme.

import { svg } from "../frame/dom.js";
import { number, share, t, timeOfDay } from "../frame/words.js";

const SHOWN = 48; // steps
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [480, 120, 26, 34, 8, 18];

export function drawTrend(place, trend) {
  if (place.drawn === trend) return;
  place.drawn = trend;
  if (!trend || !trend.at.length) {
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "soft", textContent: t("board.trend_none") }));
    return;
  }
  const last = (values) => values.slice(-SHOWN);
  const at = last(trend.at), waiting = last(trend.waiting), level = last(trend.level);
  const sum = (values) => last(values).reduce((one, other) => one + other, 0);
  const most = Math.max(...waiting);
  const says = t("board.trend", { waiting: most, answered: sum(trend.answered), abandoned: sum(trend.abandoned) });
  const scale = new Scale(at, trend.step, Math.max(4, most));
  place.replaceChildren(
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": says },
      svg("title", {}, says),
      ...axes(scale, at),
      ...waiting.map((value, index) => bar(scale, at[index], value)),
      ...lines(scale, at, level)),
    legend());
}

class Scale {
  constructor(at, step, most) {
    this.step = step;
    this.most = most;
    this.first = at.at(-1) - (SHOWN - 1) * step; // the newest at the edge, whatever is known of before
    this.wide = (WIDTH - LEFT - RIGHT) / SHOWN;
  }
  x(at) {
    return LEFT + ((at - this.first) / this.step) * this.wide;
  }
  count(value) {
    return TOP + (1 - value / this.most) * (HEIGHT - TOP - BOTTOM);
  }
  share(value) {
    return TOP + (1 - value) * (HEIGHT - TOP - BOTTOM);
  }
}

function bar(scale, at, value) {
  const y = scale.count(value), floor = scale.count(0);
  return svg("rect", { class: "waiting", x: scale.x(at) + 0.8, y, width: scale.wide - 1.6, height: Math.max(0, floor - y), rx: 1.5 });
}

// One line for each stretch in which the level is known.
function lines(scale, at, level) {
  const stretches = [[]];
  level.forEach((value, index) => {
    if (value === null) stretches.push([]);
    else stretches.at(-1).push(`${(scale.x(at[index]) + scale.wide / 2).toFixed(1)},${scale.share(value).toFixed(1)}`);
  });
  return stretches.filter((one) => one.length).map((one) =>
    one.length > 1 ? svg("polyline", { class: "level", points: one.join(" ") })
      : svg("circle", { class: "level", cx: one[0].split(",")[0], cy: one[0].split(",")[1], r: 1.8 }));
}

function axes(scale, at) {
  const floor = scale.count(0), made = [];
  for (const value of [0, 0.5, 1])
    made.push(
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: scale.share(value), y2: scale.share(value) }),
      svg("text", { x: WIDTH - RIGHT + 4, y: scale.share(value) + 3.5 }, share(value)));
  made.push(
    svg("text", { x: LEFT - 5, y: scale.count(scale.most) + 3.5, "text-anchor": "end" }, number(scale.most)),
    svg("text", { x: LEFT - 5, y: floor + 3.5, "text-anchor": "end" }, number(0)));
  for (let hour = Math.ceil(scale.first / 3600) * 3600; hour <= at.at(-1); hour += 3600)
    made.push(
      svg("line", { class: "tick", x1: scale.x(hour), x2: scale.x(hour), y1: floor, y2: floor + 4 }),
      svg("text", { x: scale.x(hour), y: HEIGHT - 4, "text-anchor": "middle" }, timeOfDay(hour)));
  return made;
}

function legend() {
  const made = document.createElement("figcaption");
  for (const [name, word] of [["waiting", "board.trend_waiting"], ["level", "board.trend_level"]]) {
    const one = document.createElement("span");
    one.className = `legend ${name}`;
    one.textContent = t(word);
    made.append(one);
  }
  return made;
}
