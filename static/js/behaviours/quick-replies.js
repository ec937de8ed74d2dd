// "/" at the beginning of an answer opens the quick replies above it; arrows walk through them, Enter or Tab takes one.
const menu = () => document.getElementById("quick");
const options = () => [...menu().querySelectorAll("[data-insert]")];
const box = () => document.querySelector("[data-composer] textarea");

function look(words) {
  menu().hidden = false;
  const field = document.getElementById("quick-words");
  field.value = words;
  field.dispatchEvent(new Event("look"));
}
function choose(index) {
  const all = options();
  all.forEach((option, at) => option.setAttribute("aria-selected", at === index));
  all[index]?.scrollIntoView({ block: "nearest" });
}
function take(option) {
  menu().hidden = true;
  box().value = option.dataset.insert;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().focus();
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-composer] textarea")) return;
  const words = /^\/(\S*)$/.exec(target.value)?.[1];
  if (words === undefined) menu().hidden = true;
  else look(words);
});
document.addEventListener("click", ({ target }) => {
  const option = target.closest("#quick [data-insert]");
  if (option) take(option);
  else if (target.closest("[data-quick]")) menu().hidden ? look("") : (menu().hidden = true);
  else if (menu() && !target.closest("#quick, [data-composer] textarea")) menu().hidden = true;
});
document.addEventListener("htmx:after:swap", () => { if (menu() && !menu().hidden) choose(0); });
document.addEventListener("keydown", (event) => {
  if (!menu() || menu().hidden || event.target !== box()) return;
  const all = options(), at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose((at + 1) % all.length);
  else if (event.key === "ArrowUp") choose((at + all.length - 1) % all.length);
  else if (event.key === "Escape") menu().hidden = true;
  else if ((event.key === "Enter" || event.key === "Tab") && all[at]) take(all[at]);
  else return;
  event.preventDefault();
}, true);
