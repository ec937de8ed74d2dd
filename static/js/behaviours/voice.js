// [data-voice] plays its audio: one at a time, at three speeds, with the time that has passed.
const SPEEDS = [1, 1.5, 2];
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const icon = (voice, name) => {
  const use = voice.querySelector("[data-play] use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
};

document.addEventListener("click", (event) => {
  const voice = event.target.closest("[data-voice]");
  const audio = voice?.querySelector("audio");
  if (!audio) return;
  if (event.target.closest("[data-play]")) {
    for (const other of document.querySelectorAll("[data-voice] audio")) if (other !== audio) other.pause();
    audio.paused ? audio.play() : audio.pause();
  } else if (event.target.closest("[data-speed]")) {
    audio.playbackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
    event.target.closest("[data-speed]").textContent = `${audio.playbackRate}×`;
  } else if (event.target.matches("progress") && audio.duration) {
    audio.currentTime = (audio.duration * event.offsetX) / event.target.offsetWidth;
  }
});
for (const name of ["play", "pause", "ended", "timeupdate"]) {
  document.addEventListener(name, ({ target: audio }) => {
    const voice = audio.closest?.("[data-voice]");
    if (!voice) return;
    icon(voice, audio.paused || audio.ended ? "play" : "pause");
    voice.querySelector("progress").value = audio.duration ? audio.currentTime / audio.duration : 0;
    voice.querySelector("[data-time]").textContent = `${clock(audio.currentTime)} / ${clock(audio.duration || 0)}`;
  }, true);
}
