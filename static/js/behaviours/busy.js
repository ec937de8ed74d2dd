// The pressed button turns busy until its request is over.
const pressed = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const source = ctx.sourceElement;
  const button = ctx.request.submitter ?? (source.matches(".button") ? source : null);
  if (!button?.matches(".button")) return;
  pressed.set(ctx, button);
  button.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => pressed.get(ctx)?.removeAttribute("aria-busy"));
