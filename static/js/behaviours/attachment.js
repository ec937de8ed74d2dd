// A file is looked at before it is sent: a picture shows itself, one that is too large says so. Pasting and dropping work too.
document.addEventListener("change", ({ target }) => {
  const form = target.matches("input[type=file]") && target.closest("[data-attachment]");
  if (!form) return;
  const [file] = target.files;
  const picture = file?.type.startsWith("image/");
  const { largest, largestImage, tooLarge } = target.dataset;
  target.setCustomValidity(file && file.size > Number(picture ? largestImage : largest) ? tooLarge : "");
  target.reportValidity();
  const preview = form.querySelector("[data-preview]");
  URL.revokeObjectURL(preview.src);
  preview.hidden = !picture;
  if (picture) preview.src = URL.createObjectURL(file);
});

const attach = (files) => {
  const dialog = document.getElementById("attach");
  if (!dialog || !files?.length) return false;
  const input = dialog.querySelector("input[type=file]");
  input.files = files;
  if (!dialog.open) dialog.showModal();
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
};
document.addEventListener("paste", (event) => {
  if (event.target.closest("#thread") && attach(event.clipboardData?.files)) event.preventDefault();
});
document.addEventListener("dragover", (event) => { if (event.target.closest?.("#thread")) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (event.target.closest?.("#thread") && attach(event.dataTransfer.files)) event.preventDefault();
});
