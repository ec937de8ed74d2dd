// A field with maxlength keeps the counter of its label current. WhatsApp counts code points, so an emoji is one.
document.addEventListener("input", ({ target }) => {
  const counter = target.id && document.querySelector(`[data-counts="${CSS.escape(target.id)}"]`);
  if (!counter) return;
  const length = [...target.value].length;
  counter.textContent = `${length} / ${target.maxLength > 0 ? target.maxLength : counter.dataset.limit}`;
});
