// The open phone screen: draws what changed, sends forms without leaving the page, and reads what somebody is looking at.
const desk = document.querySelector("[data-talk]");
const zone = -new Date().getTimezoneOffset();
const still = matchMedia("(prefers-reduced-motion: reduce)");
let drawing = Promise.resolve();

const draw = () => (drawing = drawing.then(redraw, redraw));

async function redraw() {
  const answer = await fetch(`${desk.dataset.talk}&zone=${zone}`);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of fresh.querySelectorAll("[data-live]")) follow(document.getElementById(region.id), region);
  read();
}

// What is the same stays untouched, so that open menus, focus and playing voices survive.
function follow(old, fresh) {
  Object.assign(old.dataset, fresh.dataset);
  const focused = document.activeElement?.id;
  const ids = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...old.children]) if (!ids.has(child.id)) child.remove();
  let place = old.firstElementChild;
  for (const child of [...fresh.children]) {
    if (place?.id !== child.id) {
      const moved = document.getElementById(child.id);
      moved?.remove();
      old.insertBefore(child, place);
      if (!moved && !still.matches) child.animate([{ opacity: 0, translate: "0 6px" }, {}], 240);
    } else {
      const kept = place.isEqualNode(child) ? place : child;
      if (kept === child) place.replaceWith(child);
      place = kept.nextElementSibling;
    }
  }
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
}

function read() {
  const { unread } = document.getElementById("messages").dataset;
  if (unread !== "0" && document.visibilityState === "visible") fetch(desk.dataset.read, { method: "POST" });
}

if (desk) {
  const stream = new EventSource(desk.dataset.stream);
  stream.onopen = stream.onmessage = draw;
  document.addEventListener("visibilitychange", read);
  addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-quiet]")) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) return location.reload();
    form.reset();
    event.submitter?.closest("[popover]")?.hidePopover();
    draw();
  });
}
