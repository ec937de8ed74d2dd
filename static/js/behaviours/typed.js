// Days and times are typed as people write them and sent as machines do: data-typed="day" or "clock", limits in data-min and data-max.
const DAY = /^(\d{1,2})\D+(\d{1,2})\D+(\d{4}|\d\d)$|^(\d\d)(\d\d)(\d{4}|\d\d)$/;
const CLOCK = /^(\d{1,2}?)(?:\D?(\d\d))?\s*h?$/i;

const two = (number) => String(number).padStart(2, "0");
const READERS = { day, clock };
const written = (day) => day.split("-").reverse().join("/");

export const iso = (field) => READERS[field.dataset.typed](field.value.trim());

export function put(field, value) {
  field.value = field.dataset.typed === "day" ? written(value) : value;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
}

function day(text) {
  const [d, m, y] = (DAY.exec(text) ?? []).slice(1).filter(Boolean).map(Number);
  if (!d) return "";
  const year = y < 100 ? 2000 + y : y;
  const found = new Date(Date.UTC(year, m - 1, d));
  return found.getUTCMonth() === m - 1 && found.getUTCDate() === d ? found.toISOString().slice(0, 10) : "";
}

function clock(text) {
  const [hour, minute = 0] = (CLOCK.exec(text) ?? []).slice(1).filter(Boolean).map(Number);
  return hour < 24 && minute < 60 ? `${two(hour)}:${two(minute)}` : "";
}

function wrong(field) {
  const value = iso(field), { typed, min, max } = field.dataset;
  const [kind, limit] = !field.value.trim() ? [""] : !value ? [typed] : min && value < min ? ["early", min] : max && value > max ? ["late", max] : [""];
  return kind && document.querySelector(`#said [data-wrong="${kind}"]`).textContent.replace("{n}", limit && written(limit));
}

// Before anybody else hears of it: a form that filters asks at once. While somebody types, nothing is wrong yet.
document.addEventListener("input", ({ target }) => {
  if (target.dataset.typed && target.validity.customError) target.setCustomValidity(wrong(target));
}, true);
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.typed) return;
  const value = iso(target);
  target.setCustomValidity(wrong(target));
  if (value) target.value = target.dataset.typed === "day" ? written(value) : value;
}, true);
document.addEventListener("formdata", ({ formData, target }) => {
  for (const field of target.elements) if (field.dataset?.typed && !field.disabled) formData.set(field.name, iso(field));
});
