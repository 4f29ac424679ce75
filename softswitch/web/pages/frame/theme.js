// Before anything is drawn: the theme that was chosen in this browser; without a choice CSS follows the system.
"use strict";
{
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // no storage: the system's
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
