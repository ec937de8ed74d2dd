// <input data-check-all="ids"> ticks every box named ids of its form; [data-when-checked] shows while any is, with the number.
const boxes = (scope, name) => [...scope.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]:not(:disabled)`)];

document.addEventListener("change", ({ target }) => {
  const scope = target.closest("form, [data-selection]");
  const all = scope?.querySelector("[data-check-all]");
  if (!all) return;
  const listed = boxes(scope, all.dataset.checkAll);
  if (target === all) for (const box of listed) box.checked = all.checked;
  show(scope, all, listed);
});
document.addEventListener("htmx:after:swap", () => {
  for (const all of document.querySelectorAll("[data-check-all]")) {
    const scope = all.closest("form, [data-selection]");
    if (scope) show(scope, all, boxes(scope, all.dataset.checkAll));
  }
});

function show(scope, all, listed) {
  const checked = listed.filter((box) => box.checked).length;
  all.checked = checked > 0 && checked === listed.length;
  all.indeterminate = checked > 0 && checked < listed.length;
  for (const box of listed) box.closest("tr")?.setAttribute("aria-selected", box.checked);
  for (const bar of scope.querySelectorAll("[data-when-checked]")) {
    bar.hidden = checked === 0;
    for (const figure of bar.querySelectorAll("[data-checked-count]")) figure.textContent = checked.toLocaleString(document.documentElement.lang);
  }
}
