// The calendar of a day's field, by the date picker of the ARIA practices: arrows, Home, End, PageUp and PageDown, with Shift by years.
import { iso, put } from "./typed.js";

const A_DAY = 864e5; // milliseconds
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

const text = (moment) => new Date(moment).toISOString().slice(0, 10);
const field = (calendar) => calendar.parentElement.querySelector("[data-typed]");
const choose = (calendar, day) => (calendar.close(), put(field(calendar), day));
const weekday = (day) => (new Date(day).getUTCDay() + 6) % 7; // Monday is the first

function months(day, n) {
  const [year, month, date] = day.split("-").map(Number);
  return text(Date.UTC(year, month - 1 + n, Math.min(date, new Date(Date.UTC(year, month + n, 0)).getUTCDate())));
}

function moved(day, { key, shiftKey }) {
  const steps = STEPS[key] ?? { Home: -weekday(day), End: 6 - weekday(day) }[key], pages = { PageUp: -1, PageDown: 1 }[key];
  return steps === undefined ? pages && months(day, pages * (shiftKey ? 12 : 1)) : text(Date.parse(day) + steps * A_DAY);
}

function show(calendar, wished) {
  const { min = "0001-01-01", max = "9999-12-31" } = field(calendar).dataset, { today } = calendar.firstElementChild.dataset;
  const day = wished < min ? min : wished > max ? max : wished, chosen = iso(field(calendar)), first = Date.parse(`${day.slice(0, 7)}-01`);
  calendar.dataset.at = day;
  calendar.querySelector("h2").textContent = new Date(first).toLocaleDateString(document.documentElement.lang, { month: "long", year: "numeric", timeZone: "UTC" });
  calendar.querySelectorAll("td").forEach((cell, n) => {
    const each = text(first + (n - weekday(first)) * A_DAY), own = each.slice(0, 7) === day.slice(0, 7);
    cell.textContent = own ? Number(each.slice(8)) : "";
    cell.dataset.day = own && each >= min && each <= max ? each : "";
    cell.ariaSelected = own && each === chosen;
    cell.ariaDisabled = !cell.dataset.day;
    cell.ariaCurrent = own && each === today ? "date" : null;
    cell.tabIndex = each === day ? 0 : -1;
    cell.autofocus = each === day;
  });
  calendar.querySelector("button[data-day]").disabled = today < min || today > max;
}

document.addEventListener("beforetoggle", ({ target, newState }) => {
  if (!target.matches?.(".calendar")) return;
  if (newState !== "open") return target.replaceChildren();
  target.replaceChildren(document.getElementById("calendar").content.cloneNode(true));
  show(target, iso(field(target)) || target.firstElementChild.dataset.today);
}, true);
document.addEventListener("click", ({ target }) => {
  const calendar = target.closest(".calendar"), pressed = calendar && target.closest("[data-months], [data-day]");
  if (pressed?.dataset.months) show(calendar, months(calendar.dataset.at, Number(pressed.dataset.months)));
  else if (pressed?.dataset.day) choose(calendar, pressed.dataset.day);
});
document.addEventListener("keydown", (event) => {
  const calendar = event.target.closest?.(".calendar td")?.closest(".calendar");
  if (!calendar || event.altKey || event.ctrlKey || event.metaKey) return;
  const chosen = ["Enter", " "].includes(event.key), day = moved(calendar.dataset.at, event);
  if (!chosen && !day) return;
  event.preventDefault();
  if (chosen) return choose(calendar, calendar.dataset.at);
  show(calendar, day);
  calendar.querySelector("td[tabindex='0']").focus();
});
