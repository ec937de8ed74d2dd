// data-react="address" opens the emoji beside its message; the chosen one is put there.
let opener = null;

document.addEventListener("click", ({ target }) => {
  const menu = document.getElementById("reactions");
  const button = target.closest("[data-react]");
  if (button) {
    opener = button;
    menu.showPopover({ source: button });
  }
  const chosen = target.closest("#reactions [data-emoji]");
  if (!chosen || !opener) return;
  menu.hidePopover();
  const bubble = opener.closest("li");
  htmx.ajax("PUT", opener.dataset.react, { source: opener, target: bubble, swap: "outerHTML", values: { emoji: chosen.dataset.emoji } });
});
