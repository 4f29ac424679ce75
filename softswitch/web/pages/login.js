// Logs in; with the key of the first start behind the #, makes the first administrator; with KEY:NAME of an
// invitation, lets that user choose a password.
"use strict";
const form = document.getElementById("form");
const [key, invited] = location.pathname === "/first" ? location.hash.slice(1).split(":") : [""];
if (invited) {
  const name = form.elements.namedItem("name");
  name.value = decodeURIComponent(invited);
  name.readOnly = true;
  form.password.focus();
  document.getElementById("says").textContent = "Choose a password of at least ten characters.";
  form.querySelector("button").textContent = "Begin";
  form.password.autocomplete = "new-password";
} else if (key) {
  document.getElementById("says").textContent =
    "Choose a name and a password of at least ten characters: you are the first administrator.";
  form.querySelector("button").textContent = "Make me the administrator";
  form.password.autocomplete = "new-password";
}

// Where to go then: only to a page of this server, whoever made the link that led here.
function within(then) {
  if (!then?.startsWith("/") || then.startsWith("//")) return null;
  const url = new URL(then, location.origin);
  return url.origin === location.origin ? url.href : null; // whole: a path may begin with two slashes
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = { name: form.elements.namedItem("name").value, password: form.password.value };
  const answer = await fetch(key ? "/api/v1/first" : "/api/v1/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(key ? { ...given, key } : given),
  });
  const then = new URLSearchParams(location.search).get("then");
  if (answer.ok) location.assign(within(then) ?? "/");
  else document.getElementById("error").textContent = (await answer.json()).detail;
});
