// A dialog that the server sends opens by itself; it closes when a request from inside it succeeds.
const open = () => {
  for (const dialog of document.querySelectorAll("dialog[data-modal]:not([open])")) {
    delete dialog.dataset.modal;
    dialog.showModal();
  }
};

document.addEventListener("DOMContentLoaded", open);
document.addEventListener("htmx:after:swap", open);
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "GET" && ctx.response.status < 400) ctx.sourceElement.closest?.("dialog[open]")?.close();
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  // Browsers without closedby: the backdrop is the dialog itself.
  if (target.matches("dialog[closedby='any']") && !("closedBy" in target)) target.close();
});
