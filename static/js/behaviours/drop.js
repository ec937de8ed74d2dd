// A drop zone takes a file by hand or by mouse and shows its name and size.
const zone = (event) => event.target.closest?.("[data-drop]");

for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const drop = zone(event);
    if (!drop) return;
    event.preventDefault();
    drop.toggleAttribute("data-over", over);
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    const input = drop.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.addEventListener("change", (event) => {
  const drop = event.target.matches("input[type=file]") && zone(event);
  if (!drop) return;
  const [file] = event.target.files;
  const name = drop.querySelector("[data-file-name]");
  name.dataset.empty ??= name.textContent;
  name.textContent = file ? `${file.name}, ${size(file.size)}` : name.dataset.empty;
});

function size(bytes) {
  const [unit, value] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  const digits = { style: "unit", unit, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, digits).format(value);
}
