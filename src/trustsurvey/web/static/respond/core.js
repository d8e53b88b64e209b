/* What every part uses; `web/scripts.py` says how parts fit together. */
const form = document.forms.survey;
const here = form.getAttribute("action");
const [, , survey, locale] = here.split("/");
const kiosk = new URLSearchParams(location.search).get("kiosk");
const invited = form.elements.pass;
const scrolled = scrollY; /* read before anything is written: asked later, it would lay the whole page out once more */

const say = (text, named) => text.replace(/%\((\w+)\)s/g, (_, name) => named[name]);

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const button = (textContent, className, onclick) => make("button", { type: "button", textContent, className, onclick });

const rules = (...all) => all.forEach(rule => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length));

const live = make("p", { className: "live" });
live.setAttribute("role", "status");
document.body.append(live);
rules(".live:not(:empty){position:sticky;inset-block-end:0;z-index:3;padding:.875rem var(--gut);background:var(--ink);color:var(--paper)}");
const announce = text => {
  live.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => live.textContent = "", 12000);
};

const wipers = [];
const onWipe = wiper => wipers.push(wiper);

/* The answers by item code, as the server takes them; without those to questions that don't apply. */
const BESIDE = ["ticket", "pass", "code", "key", "to"];
const question = name => document.getElementById("q-" + name);
const asked = element => {
  if (!element || !element.dataset.if) return true;
  const [name, values] = element.dataset.if.split("=");
  return asked(question(name)) && values.split(",").some(value => form.querySelector(`[name="${name}"][value="${value}"]:checked`));
};
const place = (list, from, to, value) => {
  const option = list && [...list.options].find(one => one[from] == value);
  return option && option[to] || value;
};
const given = () => {
  const found = {};
  for (let [name, value] of new FormData(form)) {
    if (BESIDE.includes(name) || !value.trim() || !asked(question(name))) continue;
    const control = form.elements[name];
    /* A neighborhood by the name that it has in every language. */
    if (name == "area") value = place((control.list || control[0] && control[0].list), "value", "label", value);
    (found[name] = found[name] || []).push(value);
  }
  return found;
};
const fill = found => {
  for (const control of form.elements) {
    const { name, type, value, list } = control;
    if (!name || BESIDE.includes(name) || type == "submit") continue;
    const values = found[name] || [];
    if (type == "radio" || type == "checkbox") control.checked = values.includes(value);
    else control.value = place(list, "label", "value", values.find(one => !form.querySelector(`[name="${name}"][type=checkbox][value="${CSS.escape(one)}"]`)) || "");
  }
  route();
};
const route = () => {
  for (const element of form.querySelectorAll("[data-if]")) {
    element.style.display = asked(element) || element.classList.contains("bad") ? "block" : "none";
  }
};

/* The key of this sending: the same until the answers are taken. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, 0)).join("");
let key = newKey();

/* What the tab remembers, so that loading the page again and another language lose nothing. It goes with the tab. */
const remember = () => {
  try {
    sessionStorage.answers = JSON.stringify({ survey, key, answers: given() });
    return true;
  } catch {
    return false;
  }
};
const recall = () => {
  try {
    const found = JSON.parse(sessionStorage.answers || "{}");
    return found.survey == survey && found;
  } catch {
    return false;
  }
};

/* Go on to another page in place of all steps of this one. */
const unwind = then => {
  const depth = history.state && history.state.depth;
  if (!depth) return then();
  let gone;
  const go = () => gone || (gone = true, then());
  addEventListener("popstate", go);
  history.go(-depth);
  setTimeout(go, 200);
};
