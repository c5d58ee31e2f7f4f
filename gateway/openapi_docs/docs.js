"use strict";
const METHODS = ["get", "post", "patch", "put", "delete"];

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

function resolve(root, node) {
  if (!node || !node.$ref) return node;
  return node.$ref.split("/").slice(1).reduce((found, part) => found[part], root);
}

/** A JSON value in the shape of a schema: what a reader wants to see instead of the schema's own words. */
function shape(root, schema, depth) {
  const found = resolve(root, schema) || {};
  if (depth > 6) return "…";
  if (found.examples) return found.examples[0];
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum.filter((word) => word !== null).join("|");
  if (found.anyOf) return shape(root, found.anyOf[0], depth + 1);
  const type = Array.isArray(found.type) ? found.type[0] : found.type;
  if (type === "object") {
    const entries = Object.entries(found.properties || {});
    return Object.fromEntries(entries.map(([name, part]) => [name, shape(root, part, depth + 1)]));
  }
  if (type === "array") return [shape(root, found.items || {}, depth + 1)];
  if (type === "integer" || type === "number") return 0;
  if (type === "boolean") return true;
  if (found.format === "uuid") return "0199f000-0000-7000-8000-000000000001";
  if (found.format === "date-time") return "2026-01-31T12:00:00.000Z";
  return type === "string" ? "text" : null;
}

function json(value) {
  return element("pre", {}, JSON.stringify(value, null, 2));
}

function parameterTable(root, parameters) {
  if (!parameters.length) return null;
  const table = element("table", {}, element("tr", {}, ...["Parameter", "In", "Meaning"].map((t) => element("th", {}, t))));
  for (const reference of parameters) {
    const parameter = resolve(root, reference);
    const name = element("code", {}, parameter.name + (parameter.required ? " *" : ""));
    const words = [parameter.description, (parameter.schema.enum || []).join(", ")].filter(Boolean).join(" ");
    table.append(element("tr", {}, element("td", {}, name), element("td", {}, parameter.in), element("td", {}, words)));
  }
  return table;
}

function responseList(root, responses) {
  const table = element("table", {}, element("tr", {}, ...["Status", "Meaning"].map((t) => element("th", {}, t))));
  for (const [status, reference] of Object.entries(responses)) {
    const response = resolve(root, reference);
    const cell = element("td", {}, response.description);
    const content = (response.content || {})["application/json"];
    if (content && content.schema) {
      const example = content.example || shape(root, content.schema, 0);
      cell.append(element("details", {}, element("summary", {}, "Body"), json(example)));
    }
    table.append(element("tr", {}, element("td", {}, element("code", {}, status)), cell));
  }
  return table;
}

function requestBody(root, body) {
  const content = body && body.content["application/json"];
  if (!content || !content.schema) return null;
  return element("details", { open: "" }, element("summary", {}, "Request body"), json(content.example || shape(root, content.schema, 0)));
}

function section(root, path, method, operation) {
  const title = element("h3", {}, element("span", { class: "method " + method }, method.toUpperCase()), element("code", {}, path));
  return element(
    "section", { id: operation.operationId }, title,
    element("p", {}, element("strong", {}, operation.summary + ". "), operation.description || ""),
    parameterTable(root, operation.parameters || []),
    requestBody(root, operation.requestBody),
    responseList(root, operation.responses),
  );
}

function draw(root) {
  const main = document.getElementById("main");
  const nav = document.getElementById("nav");
  main.replaceChildren(element("pre", {}, root.info.description));
  for (const tag of root.tags) {
    main.append(element("h2", {}, tag.name));
    nav.append(element("h2", {}, tag.name));
    for (const [path, methods] of Object.entries(root.paths)) {
      for (const method of METHODS) {
        const operation = methods[method];
        if (!operation || operation.tags[0] !== tag.name) continue;
        main.append(section(root, path, method, operation));
        const name = element("span", { class: "method " + method }, method.toUpperCase());
        nav.append(element("a", { href: "#" + operation.operationId }, name, path.replace("/api/v1", "")));
      }
    }
  }
  document.getElementById("find").addEventListener("input", (event) => find(event.target.value.toLowerCase()));
  if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
}

function find(words) {
  for (const entry of document.querySelectorAll("section")) {
    entry.classList.toggle("hidden", !entry.textContent.toLowerCase().includes(words));
  }
}

fetch("/openapi.json").then((answer) => answer.json()).then(draw);
