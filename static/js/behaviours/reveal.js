// The eye beside a password shows it and hides it again.
document.addEventListener("click", ({ target }) => {
  const eye = target.closest("[data-reveal]");
  if (!eye) return;
  const input = document.getElementById(eye.dataset.reveal);
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  eye.setAttribute("aria-pressed", shown);
});
