// Keeps the chosen theme on <html>; without a choice the system decides. Loaded blocking, so no page flashes in the wrong one.
const root = document.documentElement;
if (localStorage.theme) root.dataset.theme = localStorage.theme;
addEventListener("click", ({ target }) => {
  if (!target.closest("[data-theme-toggle]")) return;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = localStorage.theme = dark ? "light" : "dark";
});
