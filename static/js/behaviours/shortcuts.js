// data-key="/" focuses a field or presses a button with one key, unless somebody is typing or a dialog is open.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open], [popover]")) return;
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((found) => found.checkVisibility());
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
});
