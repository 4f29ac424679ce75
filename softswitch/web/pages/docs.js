// Shows openapi.json: each operation with its parameters, its body and what it answers. Reads can be tried.
"use strict";

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

let schemas = {};

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
  return typeof made === "string" ? made : JSON.stringify(made, null, 2);
}

function tryOut(path, parameters) {
  const form = element("form");
  const output = element("pre");
  for (const parameter of parameters) {
    const input = element("input");
    input.name = parameter.name;
    input.required = parameter.required || false;
    form.append(element("label", parameter.name + " ", input));
  }
  form.append(element("button", "Try"), output);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const parameter of parameters) {
      const value = form.elements.namedItem(parameter.name).value;
      if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value) query.set(parameter.name, value);
    }
    const answer = await fetch(url + (query.size ? `?${query}` : ""));
    const text = await answer.text();
    try {
      output.textContent = `${answer.status}\n${JSON.stringify(JSON.parse(text), null, 2)}`;
    } catch {
      output.textContent = `${answer.status}\n${text}`;
    }
  });
  return form;
}

function show(path, method, operation) {
  const name = element("code", `${method.toUpperCase()} ${path}`);
  const made = element("details", "", element("summary", "", name, ` ${operation.summary || ""}`));
  made.append(element("p", operation.description));
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) made.append(element("p", "It takes"), element("pre", written(body)));
  for (const [status, answer] of Object.entries(operation.responses)) {
    const schema = answer.content?.["application/json"]?.schema;
    if (Number(status) < 300 && schema) made.append(element("p", `${status}`), element("pre", written(schema)));
  }
  const parameters = operation.parameters || [];
  if (method === "get" && !path.endsWith("/stream")) made.append(tryOut(path, parameters));
  return made;
}

fetch("/api/v1/openapi.json")
  .then((answer) => answer.json())
  .then((described) => {
    schemas = described.components.schemas;
    const list = document.getElementById("operations");
    for (const [path, operations] of Object.entries(described.paths))
      for (const [method, operation] of Object.entries(operations)) list.append(show(path, method, operation));
  });
