// Menus: arrows walk through the items, a choice closes the menu.
const items = (menu) => [...menu.querySelectorAll(".menu-item:not(:disabled)")].filter((item) => item.checkVisibility());

document.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "open" && target.matches?.(".menu[popover]") && target.contains(document.activeElement) === false)
    items(target)[0]?.focus({ focusVisible: false });
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  if (!menu) return;
  const list = items(menu);
  const at = list.indexOf(event.target);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (next === undefined || at < 0) return;
  event.preventDefault();
  list.at(next % list.length).focus();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest(".menu-item:not([data-stay])")) target.closest("[popover]")?.hidePopover();
});
