// A thread follows its end only for whoever reads there; others keep their place and are told. Reading it marks it as read.
const FOLLOWS = 100; // pixels from the end
let last = null;
let atEnd = true;

const scroll = () => document.getElementById("scroll");
const newest = () => document.querySelector("#messages > li:last-child");

document.addEventListener("scroll", ({ target }) => {
  if (target.id !== "scroll") return;
  atEnd = Math.abs(target.scrollTop) < FOLLOWS;
  if (atEnd) document.getElementById("new-messages").hidden = true;
}, true);
document.addEventListener("htmx:after:swap", changed);
document.addEventListener("DOMContentLoaded", changed);
document.addEventListener("visibilitychange", seen);
document.addEventListener("click", ({ target }) => {
  if (target.closest("#new-messages")) toEnd();
  const quote = target.closest("a.quote");
  if (quote && document.querySelector(quote.hash)) requestAnimationFrame(() => flash(document.querySelector(quote.hash)));
});

function changed() {
  const message = newest();
  if (!message || message.id === last) return;
  const opened = !last || !document.getElementById(last);
  last = message.id;
  if (opened || atEnd || message.dataset.from === "us") toEnd();
  else document.getElementById("new-messages").hidden = false;
  if (!opened) seen();
}
function toEnd() {
  atEnd = true;
  document.getElementById("new-messages").hidden = true;
  scroll().scrollTop = scroll().scrollHeight;
}
function seen() {
  if (!document.hidden && atEnd) document.getElementById("reading")?.dispatchEvent(new Event("seen"));
}
function flash(message) {
  message.setAttribute("data-flash", "");
  setTimeout(() => message.removeAttribute("data-flash"), 1600);
}
