/* One part at a time, back and forward, and a look at all answers before they are sent. The address holds the part's name, no answer. */
const parts = [...form.querySelectorAll("section[id]")].filter(section => /^p\d+$/.test(section.id));
const beside = [document.querySelector(".intro"), ...form.querySelectorAll("section:not([id])")];
const sending = document.getElementById("send").closest(".q");
const look = make("ol", { className: "look" });
const alertBox = make("div", { className: "alert", tabIndex: -1, hidden: true });
const review = make("section", { id: "review" },
  make("p", { className: "step" }, make("b", { textContent: words.steps.check })),
  make("div", { className: "sheet" }, alertBox, make("h2", { id: "hreview", textContent: words.steps.before }), make("p", { className: "hint", textContent: words.steps.change }), look, sending));
review.setAttribute("aria-labelledby", "hreview");
alertBox.setAttribute("role", "group");
alertBox.setAttribute("aria-labelledby", "hbad");
form.append(review);
const steps = [...parts, review];
const title = document.title;
let current;

rules(
  ".turn{display:flex;flex-wrap:wrap;gap:.75rem;margin-block-start:2rem}",
  ".turn .go{flex:3 1 9rem;margin:0}",
  ".turn .turn-back{flex:1 1 6rem;min-block-size:3.5rem;padding-inline:1rem;border:2px solid var(--edge);border-radius:.625rem;background:var(--sheet)}",
  "#review .step b{white-space:normal}",
  ".look{padding:0;list-style:none}",
  ".look a{display:block;padding-block:.75rem;border-block-end:1px solid var(--line);color:inherit;text-decoration:none}",
  ".look b{display:block}",
  ".look a:hover b{text-decoration:underline}",
  ".look h2{margin-block:1.5rem .25rem;font-size:1.1em}",
  ".alert h2{font-size:1.4em}",
);

/* Parts of which no question applies are passed over. */
const near = (id, way) => {
  let at = steps.findIndex(step => step.id == id) + way;
  while (steps[at] && steps[at] != review && ![...steps[at].querySelectorAll(".q")].some(asked)) at += way;
  return steps[at];
};

const show = id => {
  current = id;
  for (const step of steps) step.hidden = step.id != id;
  for (const element of beside) element.hidden = id != parts[0].id;
  for (const link of document.querySelectorAll(".parts a")) {
    link.hash == "#" + id ? link.setAttribute("aria-current", "step") : link.removeAttribute("aria-current");
  }
  if (id == "review") recount();
  const step = document.getElementById(id), heading = step.querySelector("h2:not([id=hbad])");
  if (id != parts[0].id) {
    heading.setAttribute("role", "heading"); /* the page's own first heading is on the first part */
    heading.setAttribute("aria-level", 1);
  }
  document.title = (id == parts[0].id ? "" : heading.textContent + " · ") + title;
};

/* Show what the address names: a part, or something inside one, and go there. */
const reach = id => {
  const target = document.getElementById(id) || parts[0];
  const step = target.closest("section[id]") || parts[0];
  if (!steps.includes(step)) return target.scrollIntoView();
  show(step.id);
  const to = target == step ? step.querySelector("h2:not([id=hbad])") : target;
  if (!to.matches("a,button,input,select,textarea")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
  target == step && step == parts[0] && !id ? scrollTo(0, 0) : target.scrollIntoView();
};

if (!history.state) history.replaceState({ depth: 0 }, "");
let depth = history.state.depth || 0;
const move = id => {
  const from = current;
  if (kiosk) history.replaceState({}, "", "#" + id);
  else history.pushState({ depth: ++depth, from }, "", "#" + id);
  reach(id);
};
addEventListener("hashchange", () => {
  if (!history.state) history.replaceState({ depth: depth + 1, from: current }, ""); /* an address typed by hand */
  depth = history.state.depth || 0;
  reach(location.hash.slice(1));
});
document.addEventListener("click", event => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  event.preventDefault();
  move(link.hash.slice(1));
});

for (const step of steps) {
  const turn = make("div", { className: "turn" });
  if (step != parts[0]) turn.append(button(words.steps.back, "turn-back", () => {
    const to = near(step.id, -1);
    history.state && history.state.from == to.id ? history.back() : move(to.id);
  }));
  if (step != review) turn.append(button(words.steps.next, "go", () => move(near(step.id, 1).id)));
  step.querySelector(".sheet").append(turn);
}

/* The answers as they would be sent, each a link to its question. */
const answerTo = element => {
  const chosen = [...element.querySelectorAll(":checked")].filter(control => control.value);
  const written = [...element.querySelectorAll("textarea,[list]")].map(control => control.value.trim());
  return [...chosen.map(control => (control.closest("label") || control).textContent.trim()), ...written].filter(Boolean);
};
const recount = () => {
  look.replaceChildren();
  for (const part of parts) {
    const questions = [...part.querySelectorAll(".q")].filter(asked);
    if (questions.length) look.append(make("li", {}, make("h2", { textContent: part.querySelector("h2").textContent })));
    for (const element of questions) {
      const text = element.querySelector("legend,.ask").cloneNode(true);
      text.querySelectorAll(".if").forEach(one => one.remove());
      const answers = answerTo(element);
      const said = make("b", {}, ...answers.flatMap((one, n) => n ? [make("br"), one] : [one]));
      if (!answers.length) said.append(words.steps.none);
      look.append(make("li", {}, make("a", { href: "#" + element.id }, ...text.childNodes, said)));
    }
  }
};

/* Choosing "none of these" or "I don't know" takes the others back, and the other way round. */
form.addEventListener("change", ({ target }) => {
  const own = target.closest(".q");
  if (own && target.name == "area" && own.querySelector("[list]")) {
    if (target.type == "checkbox" ? target.checked : target.value) own.querySelectorAll("[name=area]").forEach(one => one != target && (one.type == "checkbox" ? one.checked = false : one.value = ""));
  } else if (target.type == "checkbox" && target.checked) {
    const alone = value => ["?", "~", ...(own.dataset.alone || "").split(" ")].includes(value);
    for (const other of own.querySelectorAll(":checked")) if (other != target && (alone(target.value) || alone(other.value))) other.checked = false;
  }
  if (own) mend(own);
  route();
});

/* What is wrong, beside its question and on top with links. */
const mend = own => {
  own.classList.remove("bad");
  own.querySelectorAll(".err").forEach(one => one.remove());
  own.querySelectorAll("[aria-invalid]").forEach(one => one.removeAttribute("aria-invalid"));
  for (const one of own.querySelectorAll("[aria-describedby]")) {
    const rest = one.getAttribute("aria-describedby").split(" ").filter(id => id != own.id.replace("q", "e")).join(" ");
    rest ? one.setAttribute("aria-describedby", rest) : one.removeAttribute("aria-describedby");
  }
};
const complain = (heading, text, errors) => {
  const list = make("ul", {});
  form.querySelectorAll(".q.bad").forEach(mend);
  for (const [name, { number, found, remedy }] of Object.entries(errors || {})) {
    const own = question(name), error = make("p", { className: "err", id: "e-" + name }, make("b", { textContent: found }), " ", remedy);
    own.classList.add("bad");
    own.tabIndex = -1;
    own.querySelector("legend,.ask").after(error);
    const control = own.querySelector("fieldset") || own.querySelector("input,select,textarea");
    control.setAttribute("aria-describedby", `e-${name} ${control.getAttribute("aria-describedby") || ""}`.trim());
    if (control.nodeName != "FIELDSET") control.setAttribute("aria-invalid", "true");
    const problem = say(words.steps.problem, { number, problem: found });
    list.append(make("li", {}, make("a", { className: "quiet", href: "#q-" + name, textContent: problem })));
  }
  route();
  alertBox.replaceChildren(make("h2", { id: "hbad", textContent: heading }), make("p", { textContent: text }), list);
  alertBox.hidden = false;
  if (current != "review") move("review");
  alertBox.focus();
  alertBox.scrollIntoView({ block: "center" });
};

/* Begin: with what the tab remembers, unless the page came back from the server with answers of its own; and where the reader is. */
const begin = () => {
  const came = document.querySelector(".intro .alert") || Object.keys(given()).length;
  const tab = recall();
  if (tab && !came) fill(tab.answers);
  if (tab) key = tab.key;
  if (came) remember();
  route();
  const reading = scrolled && (document.activeElement.closest("section[id^=p]") || parts.filter(part => part.getBoundingClientRect().top < innerHeight / 2).pop());
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named && steps.includes(named.closest("section[id]"))) return reach(named.id);
  if (!reading || reading == parts[0]) return show(parts[0].id);
  const before = reading.getBoundingClientRect().top;
  show(reading.id);
  scrollBy(0, reading.getBoundingClientRect().top - before);
};
form.addEventListener("change", remember);
form.addEventListener("input", ({ target }) => target.nodeName == "TEXTAREA" && remember());

/* Another language: the tab remembers the answers, and the address names the language. Invitations go with the form. */
for (const other of document.querySelectorAll(".lang button")) {
  other.addEventListener("click", async event => {
    if (invited || !remember()) return;
    event.preventDefault();
    const to = `/s/${survey}/${other.value}`;
    try {
      await fetch(to, { credentials: "omit" });
    } catch {
      return announce(words.send.offline);
    }
    const { search, hash } = location;
    unwind(() => location.replace(to + search + hash));
  });
}
