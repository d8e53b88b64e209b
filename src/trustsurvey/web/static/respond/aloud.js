/* Read aloud: a button a question, by a recording where the survey has one, else by a voice that lives on the phone itself. A voice from the
   network would tell its maker what is being read, so those aren't used. */
{
  const spoken = words.aloud;
  const speech = window.speechSynthesis;
  const recorded = (form.dataset.audio || "").split(" ").filter(Boolean);
  const tag = document.documentElement.lang.toLowerCase();
  const same = { fil: ["fil", "tl"], "zh-hans": ["zh-hans", "zh-cn", "zh-sg"], "zh-hant": ["zh-hant", "zh-tw", "zh-hk"] };
  const wanted = same[tag] || [tag, tag.split("-")[0]];
  const buttons = [];
  let playing, sound, voice;

  const quiet = () => {
    if (speech) speech.cancel();
    if (sound) sound.pause();
    sound = undefined;
    if (playing) label(playing, false);
    playing = undefined;
  };
  const icon = stop => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", width: 24, height: 24, fill: "currentColor", "aria-hidden": true })) svg.setAttribute(name, value);
    path.setAttribute("d", stop ? "M6 6h12v12H6z" : "M3 9v6h4l5 5V4L7 9H3zm13.5 3A4.5 4.5 0 0 0 14 8v8a4.5 4.5 0 0 0 2.5-4zM14 3.2v2.1a7 7 0 0 1 0 13.4v2.1a9 9 0 0 0 0-17.6z");
    svg.append(path);
    return svg;
  };
  const label = (one, stop) => {
    one.button.setAttribute("aria-label", stop ? spoken.stop : say(spoken.read, { n: one.number }));
    one.button.replaceChildren(icon(stop));
  };

  /* The sentence that the question goes on with, the question, its note and each answer, one after another. */
  const texts = one => {
    const stem = (one.ask.getAttribute("aria-describedby") || "").split(" ").map(id => document.getElementById(id)).find(found => found && found.classList.contains("stem"));
    const head = one.box.querySelector("legend,.ask").cloneNode(true);
    head.querySelectorAll(".n").forEach(number => number.remove());
    const answers = [...one.box.querySelectorAll(".rows label,.also label,.ten p,.ten+.also label,.hint")].filter(found => !found.closest(".locate"));
    return [stem && stem.textContent, head.textContent, ...answers.map(found => found.textContent)].filter(text => text && text.trim());
  };
  const speak = one => {
    if (!voice) return quiet();
    const parts = texts(one);
    parts.forEach((text, n) => {
      const words = new SpeechSynthesisUtterance(text.trim());
      words.voice = voice;
      words.lang = voice.lang;
      words.rate = .9;
      words.onerror = () => playing == one && quiet();
      if (n == parts.length - 1) words.onend = words.onerror;
      speech.speak(words);
    });
  };
  const press = one => {
    const again = playing == one;
    quiet();
    if (again) return;
    playing = one;
    label(one, true);
    if (!recorded.includes(one.code)) return speak(one);
    const playedNow = sound = new Audio(`/s/${form.getAttribute("action").split("/")[2]}/audio/${form.getAttribute("action").split("/")[3]}/${one.code}.opus`);
    const instead = () => sound == playedNow && (sound = undefined, speak(one));
    sound.onended = () => sound == playedNow && quiet();
    sound.onerror = instead;
    sound.play().catch(instead);
  };

  /* Buttons are made when the first voice or recording is known: most phones' voices come late, some never. */
  const build = () => {
    for (const box of form.querySelectorAll(".q[id]")) {
      const head = box.querySelector("legend,.ask"), number = box.querySelector(".n");
      if (!head || !number) continue;
      const one = { box, code: box.id.slice(2), number: number.textContent, ask: box.querySelector("fieldset,[aria-describedby]") || box, button: make("button", { type: "button", className: "aloud", hidden: true }) };
      one.button.onclick = () => press(one);
      label(one, false);
      box.prepend(one.button);
      buttons.push(one);
    }
  };
  const dress = () => {
    const voices = speech ? speech.getVoices().filter(found => found.localService) : [];
    const tags = voices.map(found => found.lang.toLowerCase().replace("_", "-"));
    const best = wanted.map(name => tags.findIndex(found => found == name || found.startsWith(name + "-"))).find(n => n >= 0);
    voice = best == undefined ? undefined : voices[best];
    if (!buttons.length && (voice || recorded.length)) build();
    for (const one of buttons) one.button.hidden = !voice && !recorded.includes(one.code);
  };
  rules(
    ".q{position:relative}",
    ".aloud{position:absolute;inset-block-start:0;inset-inline-end:-.75rem;inline-size:3rem;block-size:3rem;padding:0;background:none;border:0;border-radius:50%;color:var(--hue)}",
    ".aloud svg{display:inline-block;vertical-align:middle}",
    "[dir=rtl] .aloud svg{transform:scaleX(-1)}",
    ".aloud:not([hidden])~fieldset legend,.aloud:not([hidden])~.ask{padding-inline-end:2.5rem}"
  );
  dress();
  if (speech) speech.addEventListener("voiceschanged", dress);
  addEventListener("pagehide", quiet);
  onWipe(quiet);
}
