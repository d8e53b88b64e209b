/* A phone or tablet on a table, for one person after another: answers wait on it until there is a network; the page begins again after each
   person and after two idle minutes; there is no way back to the last one's answers. */
const count = make("p", { className: "small" });
const tell = async () => {
  const kept = await held().catch(() => []);
  const lost = kept.filter(one => one.lost).length;
  count.textContent = say(words.kiosk.waiting, { n: kept.filter(one => one.waits).length });
  if (lost) count.append(make("br"), say(words.kiosk.lost, { n: lost }));
};

const again = () => {
  blank();
  over = false;
  panel.hidden = true;
  for (const element of [form, tools]) element.hidden = false;
  still.hidden = true;
  forget();
  if (invited || locale != kiosk) return location.replace(`/s/${survey}/${kiosk}?kiosk=${kiosk}`);
  history.replaceState({}, "", location.pathname + location.search);
  show(parts[0].id);
  scrollTo(0, 0);
};

const queue = async now => {
  try {
    await put({ ...now, waits: 1 });
  } catch {
    return straight(now);
  }
  blank();
  over = true;
  for (const element of [form, tools, ...beside]) element.hidden = true;
  panel.replaceChildren(make("h1", { textContent: words.kiosk.thanks }), make("p", { textContent: words.kiosk.hand }), button(words.kiosk.next, "go", again));
  panel.hidden = false;
  panel.focus();
  scrollTo(0, 0);
  clearTimeout(idle.timer);
  idle.timer = setTimeout(again, 15000);
  await catchUp();
};

/* Two minutes without a touch: a warning, half a minute long. */
const still = make("div", { className: "live", hidden: true });
still.setAttribute("role", "alert");
const idle = () => {
  still.hidden = true;
  clearTimeout(idle.timer);
  if (over) return void (idle.timer = setTimeout(again, 15000));
  idle.timer = setTimeout(() => {
    if (current == parts[0].id && !Object.keys(given()).length) return idle();
    still.replaceChildren(make("p", { textContent: words.kiosk.still }), button(words.kiosk.on, "go", idle));
    still.hidden = false;
    idle.timer = setTimeout(again, 30000);
  }, 120000);
};

const table = () => {
  document.head.append(make("link", { rel: "manifest", href: `/s/manifest.webmanifest?survey=${survey}&locale=${kiosk}` }));
  document.body.append(still);
  form.setAttribute("action", here + location.search);
  const sure = make("p", { className: "small", hidden: true }, words.kiosk.sure, button(words.send.clear, "quiet plain", async () => {
    await dispose();
    location.replace(here);
  }));
  const end = button(words.kiosk.end, "quiet plain", async () => {
    await drop("kiosk");
    await flush().catch(() => {});
    if ((await held()).length) return tell(sure.hidden = false);
    await dispose();
    location.replace(here);
  });
  clear.onclick = again;
  tools.querySelector(".also").remove();
  note.remove();
  rules(".tools summary{padding:0}");
  tools.append(make("details", {}, make("summary", {}, words.kiosk.table), count, end, sure));
  document.addEventListener("leave", event => {
    event.preventDefault();
    again();
  });
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(kind, idle, { passive: true });
  keep(true).then(tell);
  idle();
};
