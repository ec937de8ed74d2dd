// hx-confirm asks in the page's own dialog. data-confirm-title, data-confirm-action and data-tone of the source fill it in.
document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  const dialog = document.getElementById("confirm");
  if (!dialog) return;
  event.preventDefault();

  const source = ctx.request?.submitter?.dataset.confirmTitle ? ctx.request.submitter : ctx.sourceElement;
  const { confirmTitle, confirmAction, tone } = source.dataset;
  const [title, text, action] = ["title", "text", "action"].map((part) => dialog.querySelector(`[data-${part}]`));
  title.textContent = confirmTitle ?? ctx.confirm;
  text.textContent = confirmTitle ? ctx.confirm : "";
  text.hidden = !confirmTitle;
  action.textContent = confirmAction ?? action.dataset.action;
  action.dataset.kind = tone === "danger" ? "danger" : "primary";
  dialog.querySelector("header").dataset.tone = tone ?? "primary";

  dialog.returnValue = "";
  dialog.addEventListener("close", () => (dialog.returnValue === "yes" ? issueRequest() : dropRequest()), { once: true });
  dialog.showModal();
});
