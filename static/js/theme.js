// Theme and density are attributes of <html>, which the server writes from cookies, so no page flashes in the wrong one.
// Without a choice the system decides. data-set="theme:dark" chooses, data-set="theme:" leaves it to the system.
const root = document.documentElement;
const A_YEAR = 31536000; // seconds

addEventListener("click", ({ target }) => {
  const button = target.closest("[data-set], [data-theme-toggle]");
  if (!button) return;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const [name, value] = button.dataset.set?.split(":") ?? ["theme", dark ? "light" : "dark"];
  choose(name, value);
});

function choose(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; SameSite=Lax; Max-Age=${value ? A_YEAR : 0}${secure}`;
  for (const each of document.querySelectorAll(`[data-set^="${name}:"]`))
    each.setAttribute("aria-pressed", each.dataset.set === `${name}:${value}`);
}
