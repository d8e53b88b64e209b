/* What a phone keeps when its owner chose so: a draft of the answers, and answers that wait for the network. For the page and the worker.
   Entries of the box: `{key: "draft …", …}`, `{key, waits: 1, …}` for answers to send, `{key, lost: 1}` for answers that can't be sent any
   more and are deleted, `{key: "kiosk", at}`. Looking into a box that isn't there doesn't make one. */
const box = (mode, act) => new Promise((done, fail) => {
  const asked = indexedDB.open("answers", 1);
  asked.onupgradeneeded = () => {
    if (mode == "readonly") asked.transaction.abort();
    else asked.result.createObjectStore("box", { keyPath: "key" });
  };
  asked.onerror = event => {
    event.preventDefault();
    asked.error.name == "AbortError" ? done([]) : fail(asked.error);
  };
  asked.onblocked = fail;
  asked.onsuccess = () => {
    const base = asked.result;
    base.onversionchange = () => base.close();
    const work = base.transaction("box", mode);
    let got;
    try {
      got = act(work.objectStore("box"));
    } catch (error) {
      work.abort();
      fail(error);
    }
    work.oncomplete = () => {
      base.close();
      done(got.result);
    };
    work.onabort = () => {
      base.close();
      fail(work.error);
    };
  };
});
const held = () => box("readonly", store => store.getAll());
const put = entry => box("readwrite", store => store.put(entry));
const drop = key => box("readwrite", store => store.delete(key));

/* Forget everything: box, pages, worker. */
const dispose = async () => {
  await new Promise(done => {
    const gone = indexedDB.deleteDatabase("answers");
    gone.onsuccess = gone.onerror = gone.onblocked = done;
  });
  if (!self.caches) return;
  for (const name of await caches.keys()) await caches.delete(name);
  const own = self.registration ? [self.registration] : await navigator.serviceWorker.getRegistrations();
  for (const one of own) await one.unregister();
};

const post = ({ survey, key, locale, ticket, mode, pass, answers }) => fetch(`/api/v1/surveys/${survey}/responses`, {
  method: "POST",
  credentials: "omit",
  headers: { "Content-Type": "application/json", "Idempotency-Key": key },
  body: JSON.stringify({ locale, ticket, mode, pass, answers }),
});

/* Send once, with a new ticket where the page's is too old: `[status, what the server said]`. Throws when nobody heard it. */
const deliver = async entry => {
  let heard = await post(entry), said = await heard.json();
  if (said.stale) {
    const page = await fetch(`/s/${entry.survey}/${entry.locale}`, { credentials: "omit" });
    if (!page.ok) throw page.status;
    [, entry.ticket] = (await page.text()).match(/name="ticket" value="([^"]+)/) || [];
    if (!entry.ticket) return [410, {}];
    heard = await post(entry);
    said = await heard.json();
  }
  if (heard.status == 429 || heard.status > 499) throw heard.status;
  return [heard.status, said];
};

/* Send what waits. Throws when the network is away; else the counts of what was sent, lost and given back as a draft to be looked at. */
const flush = async () => {
  const counts = { sent: 0, lost: 0, back: 0 };
  for (const entry of await held()) {
    if (!entry.waits) continue;
    const [status, said] = await deliver(entry);
    if (status < 300) counts.sent++;
    if (!(await held()).some(one => one.key == entry.key)) continue; /* cleared in the meantime: nothing is put back */
    if (status < 300) {
      await drop(entry.key);
    } else if (status == 422 && said.errors && entry.mode == "web") {
      counts.back++;
      await drop(entry.key);
      await put({ ...entry, key: "draft " + entry.survey, id: entry.key, waits: 0 });
    } else {
      counts.lost++;
      await put({ key: entry.key, lost: 1 });
    }
  }
  if (counts.sent && !(await held()).length) await dispose();
  return counts;
};
