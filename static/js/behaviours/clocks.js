// The list beside a time's field: every half hour, at the one that is chosen.
import { iso, put } from "./typed.js";

const field = (list) => list.parentElement.querySelector("[data-typed]");
const HALVES = [...Array(48).keys()].map((n) => `${String(n >> 1).padStart(2, "0")}:${n % 2 ? "30" : "00"}`);

document.addEventListener("toggle", ({ target, newState }) => {
  if (newState !== "open" || !target.matches?.(".clocks")) return;
  const item = target.firstElementChild, chosen = iso(field(target)) || "09:00";
  target.replaceChildren(...HALVES.map((half) => Object.assign(item.cloneNode(), { textContent: half, hidden: false })));
  target.children[HALVES.findLastIndex((half) => half <= chosen)].focus({ focusVisible: false });
}, true);
document.addEventListener("click", ({ target }) => {
  const item = target.closest(".clocks .menu-item");
  if (item) put(field(item.parentElement), item.textContent);
});
