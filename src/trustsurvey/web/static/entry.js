/* Typing goes on by itself: a number that can't grow longer leads to the next field. Enter goes on, Backspace in an empty field goes back.
   Without script it is a plain form. */
(() => {
  "use strict";
  const form = document.querySelector("form.keys");
  if (!form) return;
  const fields = [...form.querySelectorAll(".crossed input, .code input")];

  /* A follow-up is passed over when the answer before it doesn't lead there; Backspace and Tab still reach it. */
  const asked = (field) => {
    const before = field.dataset.after && form.elements[field.dataset.after];
    return !before || (asked(before) && field.dataset.only.split(" ").includes(before.value.trim()));
  };
  const go = (from, step) => {
    let at = fields.indexOf(from) + step;
    while (step > 0 && fields[at] && !asked(fields[at])) at += step;
    const next = fields[at];
    if (next) {
      next.focus();
      next.select();
    } else if (step > 0) form.querySelector("button").focus();
  };
  const check = (field) => {
    const numbers = field.dataset.numbers ? field.dataset.numbers.split(" ") : [];
    const typed = field.value.trim();
    const wrong = /^[0-9]+$/.test(typed) && numbers.length && !field.classList.contains("several") && !numbers.includes(typed);
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };
  for (const field of fields) {
    field.addEventListener("input", (event) => {
      const numbers = field.dataset.numbers ? field.dataset.numbers.split(" ") : [];
      const typed = field.value.trim();
      const whole = numbers.includes(typed) && !numbers.some((number) => number !== typed && number.startsWith(typed));
      if (whole && !field.classList.contains("several") && !(event.inputType || "").startsWith("delete")) go(field, 1);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        go(field, 1);
      } else if (event.key === "Backspace" && !field.value) {
        event.preventDefault();
        go(field, -1);
      }
    });
    field.addEventListener("blur", () => check(field));
  }
})();
