/* Sending, at once or when the network is back; what the phone keeps if its owner wants that; and clearing everything. */
const sendButton = document.getElementById("send");
let keeps = Boolean(kiosk), busy, over;
const note = make("p", { className: "hint small", textContent: words.send.hint });
const keepBox = make("input", { type: "checkbox", onchange: () => keep(keepBox.checked) });
const keepLabel = make("label", {}, keepBox, words.send.keep);
const clear = button(words.send.clear, "quiet plain", () => wipe(true));
const tools = make("section", { className: "sheet tools" }, make("div", { className: "also" }, keepLabel), note, clear);
tools.setAttribute("aria-label", words.send.phone);
form.after(tools);
rules(
  ".tools{margin-block-start:1rem}",
  ".tools .also label{padding-inline-start:0}",
  ".plain{min-block-size:3rem;border:0;background:0 0;color:var(--hue);text-decoration:underline;text-underline-offset:.2em}",
  "#review .alert{margin-block:0 1.5rem}",
  ".live{margin:0}",
);

const draft = () => ({ key: "draft " + survey, id: key, survey, answers: given() });

/* Keep: the answers in the phone's box, and the page with its script, so that it opens without a network where the browser can do that. */
const keep = async on => {
  keepBox.checked = keeps = on;
  note.textContent = words.send.hint;
  if (!on) return settle().catch(() => {});
  try {
    await put(kiosk ? { key: "kiosk", at: here } : draft());
  } catch {
    keepBox.checked = keeps = false;
    return announce(note.textContent = words.send.refused);
  }
  try {
    await navigator.serviceWorker.register("/s/worker.js", { scope: "/s/" });
    const store = await caches.open("survey");
    const others = kiosk ? document.querySelectorAll(".lang button:not([aria-current])") : [];
    for (const at of [here, ...[...others].map(other => `/s/${survey}/${other.value}`)]) {
      const page = await fetch(at, { credentials: "omit" });
      await store.put(at, page.clone());
      await store.addAll((await page.text()).match(/\/s\/(script|font)\/[\w.]+/g)); /* a kept page's own script and letters */
    }
    await navigator.serviceWorker.ready;
    note.textContent = words.send.kept;
  } catch {
    note.textContent = words.send.half;
  }
  if (!keeps) await settle().catch(() => {}); /* cleared, sent or taken back in the meantime */
};
const save = () => keeps && !kiosk && !over && put(draft()).catch(() => {
  keepBox.checked = keeps = false;
  announce(note.textContent = words.send.refused);
});
form.addEventListener("change", save);
form.addEventListener("input", ({ target }) => target.nodeName == "TEXTAREA" && save());

/* Nothing of this survey is to be kept any longer; and nothing at all, when nothing of another waits. */
const settle = async () => {
  for (const one of await held()) if (one.survey == survey) await drop(one.key);
  if (!(await held()).length) await dispose();
};

/* A page without answers again. */
const blank = () => {
  key = newKey();
  alertBox.hidden = true;
  form.querySelectorAll(".q.bad").forEach(mend);
  fill({});
  wipers.forEach(wiper => wiper());
  try {
    delete sessionStorage.answers;
  } catch {}
};
/* The pass too. */
const forget = () => {
  try {
    sessionStorage.clear();
  } catch {}
};
const wipe = async aloud => {
  const served = invited || document.querySelector(".intro .alert") || !location.pathname.endsWith(here);
  blank();
  keepBox.checked = keeps = false;
  note.textContent = words.send.hint;
  await (aloud ? dispose() : settle()).catch(() => {});
  if (!aloud) return;
  forget();
  if (served) return unwind(() => location.replace(here));
  move(parts[0].id);
  announce(words.send.cleared);
};
document.addEventListener("leave", () => {
  over = true;
  blank();
});

/* What a page can tell without asking: it must, when the network is away. */
const doubts = answers => {
  const errors = {}, add = (name, found, remedy) => errors[name] = { number: question(name).querySelector(".n").textContent, found, remedy };
  if (!answers.area) add("area", words.send.where, words.send.choose);
  for (const own of form.querySelectorAll("[data-most]")) {
    const name = own.id.slice(2), most = +own.dataset.most;
    if ((answers[name] || []).length > most) add(name, words.send.many, say(words.send.most, { n: most }));
  }
  if ((kiosk || !navigator.onLine) && /[^\s@]@[^\s@]+\.\w\w|(\d[\s().-]*){7}/.test((answers.comment || [""])[0])) add("comment", words.send.contact, words.send.out);
  return errors;
};

const entry = () => ({ key, survey, locale, ticket: form.elements.ticket.value, mode: kiosk ? "kiosk" : "web", pass: invited ? invited.value : "", answers: given() });

/* The server's own page for what has no place here: closed, not from here, refused. */
const plainly = () => {
  form.append(make("input", { type: "hidden", name: "key", value: key }));
  HTMLFormElement.prototype.submit.call(form);
};
const arrived = async () => {
  over = true;
  await wipe();
  forget();
  unwind(() => location.replace(here + "/thanks"));
};

const send = async () => {
  if (busy) return;
  const now = entry(), errors = doubts(now.answers);
  if (Object.keys(errors).length) return complain(words.send.again, words.send.here, errors);
  if (Object.keys(now.answers).length < 2) return complain(words.send.one, words.send.nothing);
  busy = sendButton.disabled = true;
  try {
    await (kiosk ? queue(now) : keeps ? wait(now) : straight(now));
  } finally {
    busy = sendButton.disabled = false;
  }
};
const judge = ([status, said]) => {
  if (status < 300) return arrived();
  if (status == 422 && said.errors) return complain(said.title, said.detail, said.errors);
  return plainly();
};
const straight = async now => {
  let heard;
  try {
    heard = await deliver(now);
  } catch {
    return announce(words.send.offline);
  }
  return judge(heard);
};

/* Kept on the phone first, so that nothing is lost whatever happens next. */
const wait = async now => {
  try {
    await put({ ...now, waits: 1 });
    await drop("draft " + survey);
  } catch {
    return straight(now);
  }
  try {
    const heard = await deliver(now);
    if (heard[0] > 299) {
      await drop(now.key);
      await put(draft());
    }
    return judge(heard);
  } catch {
    over = true;
    blank();
    waiting();
    later();
  }
};
const later = async () => {
  try {
    await (await navigator.serviceWorker.ready).sync.register("answers");
  } catch {}
};

/* In place of the form: the answers wait. */
const panel = make("section", { className: "sheet", hidden: true, tabIndex: -1 });
form.before(panel);
const waiting = () => {
  for (const element of [form, tools, ...beside]) element.hidden = true;
  panel.replaceChildren(make("h1", { textContent: words.send.waits }), make("p", { textContent: words.send.soon }), button(words.send.clear, "quiet plain", async () => {
    await wipe();
    location.replace(here);
  }));
  panel.hidden = false;
  panel.focus();
};

/* When the page opens and when the network comes back. */
const catchUp = async () => {
  let counts = { sent: 0, lost: 0, back: 0 };
  try {
    counts = await flush();
  } catch {
    if (!kiosk && (await held().catch(() => [])).some(one => one.waits)) later();
  }
  if (kiosk) return tell();
  if (counts.sent && over) return unwind(() => location.replace(here + "/thanks"));
  if (counts.sent) announce(words.send.sent);
  const kept = await held().catch(() => []);
  if (kept.some(one => one.lost)) {
    announce(words.send.lost);
    for (const one of kept) if (one.lost) await drop(one.key);
    if (kept.every(one => one.lost)) await dispose();
  }
  if (counts.back && !panel.hidden) location.reload();
  if (panel.hidden && kept.some(one => one.waits)) announce(words.send.waits);
};
addEventListener("online", catchUp);
setInterval(() => (kiosk || !panel.hidden) && catchUp(), 60000); /* the network was there, and the server wasn't */

/* An invitation that can't be used is told of on the first part; who presses Send must hear it. */
const said = document.getElementById("said");
if (invited) new MutationObserver(() => {
  if (invited.value || !said.value) return;
  announce(said.value);
  if (current == "review") move("code");
}).observe(said, { childList: true, characterData: true, subtree: true });

form.submit = send;
form.addEventListener("submit", event => {
  if (event.submitter && event.submitter.name == "to") return;
  event.preventDefault();
  send();
});
addEventListener("beforeinstallprompt", event => event.preventDefault());
