// Theme and density live on <html>; without a choice the system decides. Loaded blocking, so no page flashes in the wrong one.
const root = document.documentElement;
for (const name of ["theme", "density"]) if (localStorage[name]) root.dataset[name] = localStorage[name];
addEventListener("click", ({ target }) => {
  const toggle = target.closest("[data-theme-toggle], [data-set]");
  if (!toggle) return;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const [name, value] = toggle.dataset.set?.split(":") ?? ["theme", dark ? "light" : "dark"];
  root.dataset[name] = localStorage[name] = value;
});
