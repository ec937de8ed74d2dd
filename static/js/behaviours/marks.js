// WhatsApp's marks around the selection (data-mark="*" data-of="body"), and the next variable at the cursor (data-variable="body").
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-mark], [data-variable]");
  const field = button && document.getElementById(button.dataset.of ?? button.dataset.variable);
  if (!field) return;
  const { selectionStart: from, selectionEnd: to, value } = field;
  const mark = button.dataset.mark;
  const text = mark ? mark + value.slice(from, to) + mark : next(value);
  field.setRangeText(text, from, to, mark && from === to ? "start" : "end");
  if (mark && from === to) field.selectionStart = field.selectionEnd = from + 1;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

function next(value) {
  const numbers = [...value.matchAll(/\{\{\s*(\d+)\s*\}\}/g)].map(([, number]) => Number(number));
  return `{{${Math.max(0, ...numbers) + 1}}}`;
}
