// Shows openapi.json: each operation with its parameters, its body and what it answers. Reads can be tried.
// What the switch says of its routes is in English.

import "../frame/frame.js";
import { el, text } from "../frame/dom.js";
import { logIn } from "../frame/live.js";
import { t } from "../frame/words.js";

const ADDRESS = "/api/v1/openapi.json";
const LONGEST = 60000; // ms that an answer may take
let schemas = {};

const wanted = el("input", { type: "search", "aria-label": t("docs.find"), placeholder: t("docs.find"), dir: "auto" });
const list = el("div", { id: "operations", dir: "ltr", lang: "en" });
const problem = el("p", { class: "problem", role: "alert" });
const none = el("p", { class: "empty", hidden: true }, t("docs.none"));
document.getElementById("main").append(
  el("h1", {}, t("docs.title")),
  el("p", { class: "soft" }, el("a", { href: ADDRESS, dir: "ltr" }, "openapi.json"), " ", t("docs.programs"), " ",
    el("code", { dir: "ltr" }, "Authorization: Bearer TOKEN"), " ", t("docs.token"), " ",
    el("code", { dir: "ltr" }, "softswitch tokens add LABEL")),
  wanted, problem, list, none);

function shape(schema, depth = 0) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return depth > 3 ? name : shape(schemas[name], depth + 1);
  }
  if (schema.anyOf) return schema.anyOf.map((one) => shape(one, depth)).join(" or ");
  if (schema.type === "array") return [shape(schema.items, depth + 1)];
  if (schema.properties)
    return Object.fromEntries(Object.entries(schema.properties).map(([key, one]) => [key, shape(one, depth + 1)]));
  return schema.enum ? schema.enum.join(" | ") : schema.type || "anything";
}

function written(schema) {
  const made = shape(schema);
  return el("pre", { tabindex: 0 }, typeof made === "string" ? made : JSON.stringify(made, null, 2));
}

function tryOut(path, parameters) {
  const output = el("pre", { tabindex: 0, hidden: true });
  const inputs = parameters.map((parameter) => [parameter, el("input", { name: parameter.name, required: parameter.required })]);
  const form = el("form", { class: "fields" },
    ...inputs.map(([parameter, input]) => el("label", {}, parameter.name, input)), el("button", {}, t("docs.try")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const [parameter, { value }] of inputs) {
      if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value) query.set(parameter.name, value);
    }
    output.hidden = false;
    try {
      const answer = await fetch(url + (query.size ? `?${query}` : ""), { signal: AbortSignal.timeout(LONGEST) });
      const said = await answer.text();
      text(output, `${answer.status}\n${pretty(said)}`);
    } catch {
      text(output, t("frame.silent"));
    }
  });
  return el("div", {}, form, output);
}

function pretty(said) {
  try {
    return JSON.stringify(JSON.parse(said), null, 2);
  } catch {
    return said;
  }
}

function operation(path, method, { summary, description, requestBody, responses, parameters = [] }) {
  const made = el("details", { data: { says: `${method} ${path} ${summary} ${description}`.toLowerCase() } },
    el("summary", {}, el("b", { class: `method ${method}` }, method.toUpperCase()), el("code", {}, path),
      el("span", { class: "soft" }, summary ?? "")));
  made.addEventListener("toggle", () => made.childElementCount > 1 || fill(), { once: true });
  function fill() {
    if (description) made.append(el("p", {}, description));
    const body = requestBody?.content?.["application/json"]?.schema;
    if (body) made.append(el("p", { class: "label" }, "takes"), written(body));
    for (const [status, answer] of Object.entries(responses)) {
      const schema = answer.content?.["application/json"]?.schema;
      if (Number(status) < 300 && schema) made.append(el("p", { class: "label" }, status), written(schema));
    }
    if (method === "get" && !path.endsWith("/stream")) made.append(tryOut(path, parameters));
  }
  return made;
}

function show(described) {
  schemas = described.components.schemas;
  const groups = new Map();
  for (const [path, operations] of Object.entries(described.paths))
    for (const [method, one] of Object.entries(operations)) {
      const tag = one.tags?.[0] ?? "the rest";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(path, method, one));
    }
  for (const [tag, made] of groups)
    list.append(el("section", { class: "card" }, el("h2", {}, tag), ...made));
}

wanted.addEventListener("input", () => {
  const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of list.children) {
    const all = [...group.querySelectorAll("details")];
    for (const one of all) one.hidden = !words.every((word) => one.dataset.says.includes(word));
    group.hidden = all.every((one) => one.hidden);
  }
  none.hidden = [...list.children].some((group) => !group.hidden);
});

try {
  const answer = await fetch(ADDRESS, { cache: "no-store", signal: AbortSignal.timeout(LONGEST) });
  if (answer.status === 401) logIn();
  else show(await answer.json());
} catch {
  text(problem, t("frame.silent"));
}
