// Who is logged in, theme, language, log-out, and notices; every page's module imports it first.

import { call } from "./api.js";
import { attribute, chosen, el, text } from "./dom.js";
import { t } from "./words.js";

const root = document.documentElement;

export const me = {
  user: root.dataset.user,
  role: root.dataset.role,
  agent: root.dataset.agent || null,
  may: (role) => ORDER.indexOf(root.dataset.role) >= ORDER.indexOf(role),
};
const ORDER = ["agent", "supervisor", "engineer"];

const theme = document.getElementById("theme");
const THEMES = ["system", "light", "dark"];
const SIGNS = { system: "◐", light: "☀", dark: "☾" };

function showTheme() {
  const now = root.dataset.theme ?? "system";
  text(theme, SIGNS[now]);
  attribute(theme, "title", t(`theme.${now}`));
  attribute(theme, "aria-label", `${t("frame.theme")}: ${t(`theme.${now}`)}`);
}

theme.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "system") + 1) % THEMES.length];
  if (next === "system") delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    if (next === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {
    // no storage: until the page is left
  }
  showTheme();
});
showTheme();

// On a phone the menu is one line, which scrolls: to where one is. (scrollIntoView would begin the order of the Tab
// key there.)
const here = document.querySelector(".top nav [aria-current]");
if (here) {
  const menu = here.parentElement, at = here.getBoundingClientRect(), all = menu.getBoundingClientRect();
  menu.scrollLeft += at.left + at.width / 2 - all.left - all.width / 2;
}

chosen(document.getElementById("language"), (language) => {
  document.cookie = `language=${language}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
});

document.getElementById("logout")?.addEventListener("click", async () => {
  try {
    await call("POST", "/logout");
    location.assign("/login");
  } catch (problem) {
    notice(problem.message, "alarm");
  }
});

// A sentence in the corner, read aloud too; it goes by itself, or on a click.
export function notice(sentence, kind = "good") {
  const shown = el("button", { type: "button", class: `notice ${kind}`, dir: "auto" }, sentence);
  shown.addEventListener("click", () => shown.remove());
  document.getElementById("notices").append(shown);
  setTimeout(() => shown.remove(), 8000);
}
