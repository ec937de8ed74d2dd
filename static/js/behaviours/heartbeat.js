// Somebody at the keyboard says so, once a minute at most. Whoever only leaves a window open says nothing, and is away after a while.
const EVERY = 60_000;
let told = -EVERY;

const beat = () => {
  const path = document.getElementById("availability")?.dataset.heartbeat;
  if (!path || document.hidden || performance.now() - told < EVERY) return;
  told = performance.now();
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
  fetch(path, { method: "POST", headers }).catch(() => { told = -EVERY; });
};

for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) document.addEventListener(sign, beat, { passive: true });
document.addEventListener("visibilitychange", beat);
document.addEventListener("DOMContentLoaded", beat);
