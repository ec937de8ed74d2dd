// <button data-copy="text"> or data-copy-from="#id" puts it on the clipboard; data-copied is what the toast says.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const from = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  await navigator.clipboard.writeText(button.dataset.copy ?? from.value ?? from.textContent);
  const text = button.dataset.copied;
  if (text) button.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text, tone: "success" } }));
});
