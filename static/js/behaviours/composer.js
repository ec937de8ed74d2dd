// The composer: Enter sends, Shift+Enter breaks the line; what is half written is kept in this browser for each conversation.
const draftKey = () => `draft:${document.getElementById("thread")?.dataset.conversation}`;
const mint = (field) => { if (field && !field.value && crypto.randomUUID) field.value = crypto.randomUUID(); };

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-composer] textarea");
  if (!box || event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  if (box.value.trim()) box.form.requestSubmit();
});
document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-composer], [data-mints-id], [data-attachment]");
  if (!form) return;
  // The browser names the message, so that pressing twice sends once.
  mint(form.querySelector("[name=public_id]"));
  if (target.matches("[data-composer] textarea")) localStorage[draftKey()] = target.value;
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-composer] [name=kind]")) target.form.elements.text.focus();
});
document.addEventListener("submit", ({ target }) => {
  mint(target.querySelector("[name=public_id]"));
  if (target.matches("[data-composer]")) localStorage.removeItem(draftKey());
}, true);
document.addEventListener("htmx:after:swap", restore);
document.addEventListener("DOMContentLoaded", restore);

function restore({ detail }) {
  const box = document.querySelector("[data-composer] textarea");
  if (!box) return;
  if (!("ready" in box.dataset) && !box.value) box.value = localStorage[draftKey()] ?? "";
  box.dataset.ready = "";
  // Only when the composer itself was asked for: whoever walks through the list with J and K must not end up writing them.
  if (detail?.ctx?.target?.id === "composer") box.focus();
}

// data-quote="wamid" answers that message; an empty one stops quoting it.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-quote]");
  const form = document.querySelector("[data-composer]");
  if (!button || !form) return;
  const { quote, quoteWho = "", quoteText = "" } = button.dataset;
  form.elements.quoted.value = quote;
  form.querySelector("[data-who]").textContent = quoteWho;
  form.querySelector("[data-text]").textContent = quoteText;
  document.getElementById("replying").hidden = !quote;
  form.elements.text.focus();
});
