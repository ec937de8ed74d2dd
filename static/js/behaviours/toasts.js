// A toast says that something was done. The server sends one as HTML, or the header HX-Trigger: {"toast": {"text", "tone"}};
// a bare sentence there is a refusal.
const KEPT = 6000;

document.addEventListener("toast", ({ detail: { text, value, tone = value ? "warning" : "success" } }) => {
  const blank = document.querySelector(`#said [data-toast="${tone}"]`) ?? document.querySelector("#said [data-toast]");
  if (!blank) return;
  const toast = blank.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-text]").textContent = text ?? value;
  document.getElementById("toasts").append(toast);
  keep(toast);
});
document.addEventListener("htmx:after:swap", keepAll);
document.addEventListener("DOMContentLoaded", keepAll);
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-dismiss]")) target.closest(".toast, .banner")?.remove();
});

function keepAll() {
  for (const toast of document.querySelectorAll("#toasts > .toast:not([data-kept])")) keep(toast);
}

function keep(toast) {
  toast.dataset.kept = "";
  let timer = setTimeout(leave, KEPT);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => (timer = setTimeout(leave, KEPT / 2)));
  function leave() {
    toast.dataset.leaving = "";
    setTimeout(() => toast.remove(), 300);
  }
}
