// Keys for the workbench. Every page works without it.
"use strict";
const form = document.querySelector("form.write");
if (form) {
  const keys = form.querySelector(".keys");
  const texts = [...form.querySelectorAll("textarea")];
  let last = texts[0];
  let sending = false;
  keys.hidden = false;
  texts.forEach((text) => text.addEventListener("focus", () => (last = text)));
  form.addEventListener("submit", () => (sending = true));
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[name=next]"));
    }
  });
  addEventListener("beforeunload", (event) => {
    if (!sending && ("unsaved" in form.dataset || texts.some((text) => text.value !== text.defaultValue))) event.preventDefault();
  });
  for (const code of form.querySelectorAll("code")) {
    const insert = document.createElement("button");
    insert.type = "button";
    insert.className = "insert";
    insert.textContent = code.textContent;
    insert.addEventListener("click", () => {
      last.setRangeText(insert.textContent, last.selectionStart, last.selectionEnd, "end");
      last.focus();
    });
    code.replaceChildren(insert);
  }
}
