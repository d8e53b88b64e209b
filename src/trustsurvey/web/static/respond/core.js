/* What every part uses; `web/scripts.py` says how parts fit together. */
const form = document.forms.survey;

const say = (text, named) => text.replace(/%\((\w+)\)s/g, (_, name) => named[name]);

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const rules = (...all) => all.forEach(rule => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length));

const live = make("p", { className: "live" });
live.setAttribute("role", "status");
document.body.append(live);
rules(".live:not(:empty){position:sticky;inset-block-end:0;z-index:3;padding:.875rem var(--gut);background:var(--ink);color:var(--paper)}");
const announce = text => live.textContent = text;

const wipers = [];
const onWipe = wiper => wipers.push(wiper);
