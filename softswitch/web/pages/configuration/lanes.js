// Where a way that leads past columns goes through them: between their boxes, not behind one, where it would look
// like a way of that box.

const ROOM = 12; // px between a box and a way past it, above the first and below the last
const BESIDE = 5; // px between two such ways

// The boxes of each column as they stand, from top to bottom.
export function standing(boxes, elements) {
  const columns = [];
  for (const [id, box] of boxes) {
    const { hidden, offsetTop: top, offsetHeight: height, offsetLeft: left, offsetWidth: width } = elements.get(id);
    if (!hidden) (columns[box.column] ??= []).push({ top, bottom: top + height, left, right: left + width });
  }
  for (const column of columns) column?.sort((one, other) => one.top - other.top);
  return columns;
}

// One place { left, right, y } for each column between two, in the order in which it is passed, beside those that were
// given before; y1 and y2: where the way begins and ends.
export function lanes(columns, from, to, y1, y2) {
  const step = Math.sign(to - from);
  const found = [];
  for (let at = from + step; step && at !== to; at += step) {
    const boxes = columns[at];
    if (!boxes?.length) continue;
    const straight = y1 + ((y2 - y1) * (at - from)) / (to - from);
    const gaps = [boxes[0].top - ROOM, boxes.at(-1).bottom + ROOM];
    for (let next = 1; next < boxes.length; next += 1) gaps.push((boxes[next - 1].bottom + boxes[next].top) / 2);
    const gap = gaps.reduce((best, one, place) => (Math.abs(one - straight) < Math.abs(gaps[best] - straight) ? place : best), 0);
    boxes.taken ??= gaps.map(() => 0);
    found.push({ left: boxes[0].left, right: boxes[0].right, y: beside(gaps[gap], gap, boxes.taken[gap]++) });
  }
  return found;
}

// Where there is an end of the boxes, away from them; between two of them, to either side in turn.
function beside(y, gap, taken) {
  if (gap === 0) return Math.max(3, y - taken * (BESIDE - 1));
  return gap === 1 ? y + taken * BESIDE : y + Math.ceil(taken / 2) * (taken % 2 ? -2 : 2);
}
