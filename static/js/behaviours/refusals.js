// An answer that is no content for its region: signed out reloads, not found or not allowed and our own failures say so in a toast.
document.addEventListener("htmx:response:error", ({ detail: { ctx }, target }) => {
  const status = ctx.response.status;
  if (status === 401) return location.reload();
  if (status === 422 || ctx.hx.trigger || (ctx.target === document.body && status < 500)) return;

  ctx.swap = "none";
  const kind = status === 403 ? "forbidden" : status === 404 ? "gone" : status === 429 ? "slow" : "failed";
  const said = document.querySelector(`#said [data-said="${kind}"]`);
  if (said) (target.isConnected ? target : document.body).dispatchEvent(
    new CustomEvent("toast", { bubbles: true, detail: { text: said.textContent, tone: "danger" } }));
});

// A form that comes back refused takes the reader to the first field that is wrong.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx?.response?.status === 422) document.querySelector("[aria-invalid=true]")?.focus();
});
