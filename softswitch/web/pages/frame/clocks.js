// Clocks that count on by themselves: an element with `data-since` (a moment of the switch's clock) counts up,
// one with `data-until` counts down to nothing. While the connection is lost they stand still: whatever they
// would show could be wrong.

import { duration } from "./words.js";
import { live } from "./live.js";
import { attribute, text } from "./dom.js";

// Shows how long it has been since a moment; null: a dash.
export function since(element, moment) {
  set(element, "data-since", moment);
}

export function until(element, moment) {
  set(element, "data-until", moment);
}

function set(element, name, moment) {
  attribute(element, name, moment);
  if (moment === null || moment === undefined) text(element, "–");
  else show(element);
}

function show(element) {
  const { since: from, until: to } = element.dataset;
  const now = live.now();
  text(element, duration(from === undefined ? Number(to) - now : now - Number(from)));
}

function tick() {
  if (live.online) document.querySelectorAll("[data-since], [data-until]").forEach(show);
  setTimeout(tick, 1000 - ((live.now() * 1000) % 1000));
}

tick();
