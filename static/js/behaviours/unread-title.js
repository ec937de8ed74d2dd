// The tab's title begins with how many conversations wait, as the navigation shows it.
const show = () => {
  const count = document.querySelector("#inbox-unread .count")?.firstChild?.textContent.trim();
  const plain = document.title.replace(/^\(\d+\+?\) /, "");
  const title = count ? `(${count}) ${plain}` : plain;
  if (title !== document.title) document.title = title;
};
document.addEventListener("htmx:after:swap", show);
document.addEventListener("DOMContentLoaded", show);
