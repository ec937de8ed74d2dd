// The row of the open conversation is marked at once; J and K, or Alt and the arrows while writing, walk through the list.
const rows = () => [...document.querySelectorAll("#conversations .conversation")];
const current = () => rows().find((row) => row.getAttribute("aria-current") === "true");

document.addEventListener("click", ({ target }) => {
  const row = target.closest("#conversations .conversation");
  if (!row) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
});
document.addEventListener("keydown", (event) => {
  if (!document.getElementById("conversations") || event.ctrlKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input, textarea, select, dialog[open], [popover]");
  const step = event.altKey ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : !typing ? { j: 1, k: -1 }[event.key] : undefined;
  if (!step) return;
  const all = rows(), at = all.indexOf(current());
  const next = all[at < 0 ? 0 : at + step];
  if (!next) return;
  event.preventDefault();
  next.click();
  next.scrollIntoView({ block: "nearest" });
});
