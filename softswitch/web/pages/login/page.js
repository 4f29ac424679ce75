// Logs in; with the key of the first start behind the #, makes the first administrator; with KEY:NAME of an
// invitation, lets that user choose a password.

import "../frame/frame.js";
import { el, text } from "../frame/dom.js";
import { t } from "../frame/words.js";

const [key, invited] = location.pathname === "/first" ? location.hash.slice(1).split(":") : [""];
const kind = invited ? "invited" : key ? "first" : "known";

const name = el("input", {
  name: "name", autocomplete: "username", required: true, maxlength: 64, dir: "auto", autocapitalize: "none",
  readonly: kind === "invited",
});
const password = el("input", {
  name: "password", type: "password", required: true, maxlength: 200,
  autocomplete: kind === "known" ? "current-password" : "new-password",
});
const problem = el("p", { id: "error", class: "problem", role: "alert" });
const form = el("form", { id: "form" },
  el("label", {}, t("login.name"), name), el("label", {}, t("login.password"), password),
  el("button", { class: "primary" }, t(`login.go_${kind}`)));

if (invited) name.value = decodeURIComponent(invited);
document.getElementById("main").append(
  el("section", { class: "card login" },
    el("img", { src: "/static/frame/icon.svg", alt: "", width: 44, height: 44 }),
    el("h1", {}, "softswitch"), el("p", { id: "says", class: "soft" }, t(`login.says_${kind}`)), form, problem));
(invited ? password : name).focus();

// Where to go then: only to a page of this server, whoever made the link that led here.
function within(then) {
  if (!then?.startsWith("/") || then.startsWith("//")) return null;
  const url = new URL(then, location.origin);
  return url.origin === location.origin ? url.href : null; // whole: a path may begin with two slashes
}

async function told(answer) {
  if (answer.status === 401) return t(key ? "login.link_is_over" : "login.wrong");
  const said = await answer.json().catch(() => null);
  return said?.detail ?? String(answer.status);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  text(problem, "");
  const given = { name: name.value, password: password.value };
  try {
    const answer = await fetch(key ? "/api/v1/first" : "/api/v1/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(key ? { ...given, key } : given),
      signal: AbortSignal.timeout(15000),
    });
    if (!answer.ok) return text(problem, await told(answer));
    location.assign(within(new URLSearchParams(location.search).get("then")) ?? "/");
  } catch {
    text(problem, t("frame.silent"));
  }
});
