// Which boxes of the picture are seen while some are folded: a folded box shows no ways, and nothing behind it to which
// no other way leads.

export const MANY = 60; // boxes; of more, all are folded at first

const goals = (box) => box.ways.map((way) => way.to).filter(Boolean);

// Where one begins to look: boxes to which no way leads, and one of each circle that none leads into.
export function beginnings(boxes) {
  const led = new Set([...boxes.values()].flatMap(goals));
  const found = [...boxes.keys()].filter((id) => !led.has(id));
  let reached = seen(boxes, found, new Set());
  for (const id of boxes.keys()) {
    if (reached.has(id)) continue;
    found.push(id);
    reached = seen(boxes, found, new Set());
  }
  return found;
}

export function seen(boxes, from, folded) {
  const found = new Set();
  const open = [...from];
  while (open.length) {
    const id = open.pop();
    if (found.has(id) || !boxes.has(id)) continue;
    found.add(id);
    if (!folded.has(id)) open.push(...goals(boxes.get(id)));
  }
  return found;
}

// What must be unfolded for a box to be seen, by the shortest way to it.
export function before(boxes, from, id) {
  const came = new Map(from.map((one) => [one, null]));
  for (const one of came.keys())
    for (const goal of boxes.has(one) ? goals(boxes.get(one)) : []) if (!came.has(goal)) came.set(goal, one);
  const path = [];
  for (let one = came.get(id); one; one = came.get(one)) path.push(one);
  return path;
}

// A number has one way, and needs no folding.
export const isFoldable = (box) => box.kind !== "numbers" && goals(box).length > 0;

export const foldable = (boxes) => [...boxes.values()].filter(isFoldable).map((box) => box.id);
