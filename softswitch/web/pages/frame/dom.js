// Elements for pages. Whatever comes from outside becomes a text node, never markup: there is no innerHTML
// anywhere in these pages, and nobody may add one.

const SVG = "http://www.w3.org/2000/svg";

// el("p", { class: "big", title: "...", hidden: true, data: { key: "x" }, on: { click: f } }, "text", child, ...)
export function el(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

function fill(made, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [kind, heard] of Object.entries(value)) made.addEventListener(kind, heard);
    else if (name === "data") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Sets what differs, so that nothing is drawn again, or read aloud again, that stays as it is.
export function text(element, value) {
  const wanted = String(value ?? "");
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function attribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

// Makes a container's children those of `items`, in their order: `make(item)` makes an element for a key that is
// new, `update(element, item, place)` brings every one up to date. Focus and scrolling stay where they are.
export function keyed(container, items, key, make, update) {
  const known = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let before = null;
  items.forEach((item, place) => {
    const name = String(key(item));
    let child = known.get(name);
    if (child) known.delete(name);
    else {
      child = make(item);
      child.dataset.key = name;
    }
    const next = before ? before.nextElementSibling : container.firstElementChild;
    if (next !== child) container.insertBefore(child, next);
    update(child, item, place);
    before = child;
  });
  for (const child of known.values()) child.remove();
}

// A part of an element by its `data-part`, found once.
export function part(element, name) {
  const parts = (element.parts ??= {});
  return (parts[name] ??= element.querySelector(`[data-part="${name}"]`));
}

// act(value) once something is chosen: by pointer at once, by keyboard with Enter, lest every arrow on the way to it
// acts. Whoever leaves it without Enter has chosen nothing.
export function chosen(select, act) {
  let before = select.value;
  let keys = false;
  select.addEventListener("focus", () => (before = select.value));
  select.addEventListener("pointerdown", () => (keys = false));
  select.addEventListener("keydown", ({ key }) => {
    if (key === "Enter" && keys && select.value !== before) act(select.value);
    else if (key !== "Tab" && key !== "Shift") keys = true;
  });
  select.addEventListener("change", () => keys || act(select.value));
  select.addEventListener("blur", () => {
    if (keys) select.value = before;
    keys = false;
  });
}
