// One banner while the browser is offline or the server cannot be reached; it leaves with the first answer.
const show = (lost) => {
  const banner = document.getElementById("connection");
  if (banner) banner.hidden = !lost && navigator.onLine;
};

addEventListener("offline", () => show(true));
addEventListener("online", () => show(false));
document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx && !ctx.response) show(true); });
document.addEventListener("htmx:before:response", () => show(false));
document.addEventListener("htmx:sse:after:connection", () => show(false));
document.addEventListener("htmx:sse:error", ({ detail: { connection } }) => {
  // A single drop is a deploy or a sleeping laptop; the stream comes back by itself within a second.
  if (connection.attempt > 2) show(true);
});
