// No bubbles of the browser: what is missing or does not fit is said beside its field, in the reader's language.
const KINDS = { valueMissing: "missing", tooShort: "short", rangeUnderflow: "low", rangeOverflow: "high" };
const LIMITS = { short: "minLength", low: "min", high: "max" };

document.addEventListener("invalid", (event) => {
  event.preventDefault();
  const field = event.target;
  say(field, sentence(field));
  const wrong = [...(field.form?.elements ?? [])].filter((each) => each.willValidate && !each.validity.valid);
  if (field !== (wrong[0] ?? field)) return;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
}, true);
for (const name of ["input", "change"]) document.addEventListener(name, ({ target }) => {
  if (target.dataset?.wrong !== undefined && target.validity.valid) unsay(target);
});

function sentence(field) {
  if (field.validity.customError) return field.validationMessage;
  const kind = Object.keys(KINDS).find((each) => field.validity[each]);
  const name = KINDS[kind] ?? (field.validity.typeMismatch ? field.type : "shape");
  const said = document.querySelector(`#said [data-wrong="${name}"]`) ?? document.querySelector('#said [data-wrong="shape"]');
  return said.textContent.replace("{n}", Number(field[LIMITS[name]]).toLocaleString(document.documentElement.lang));
}

function say(field, text) {
  const place = field.closest(".field") ?? field.closest(".choice")?.parentElement ?? field.parentElement;
  const id = `${field.id || field.name}-error`;
  let error = place.querySelector(`:scope > .error`);
  if (!error) {
    error = document.querySelector("#said template[data-wrong]").content.firstElementChild.cloneNode(true);
    const beside = [...place.children].find((child) => child.contains(field)) ?? field;
    beside.after(error);
  }
  error.id = id;
  error.querySelector("span").textContent = text;
  field.dataset.wrong = "";
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [...new Set([...described(field), id])].join(" "));
}

function unsay(field) {
  const id = `${field.id || field.name}-error`;
  document.getElementById(id)?.remove();
  delete field.dataset.wrong;
  field.removeAttribute("aria-invalid");
  const rest = described(field).filter((each) => each !== id);
  if (rest.length) field.setAttribute("aria-describedby", rest.join(" "));
  else field.removeAttribute("aria-describedby");
}

function described(field) {
  return (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
}
