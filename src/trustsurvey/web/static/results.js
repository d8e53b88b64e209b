/* Handier results: an area under the mouse or the focus stands out on the map and in the tables, typing leaves the rows that match, the
   full table sorts by column, and a report in the making says how far it is. Every page works without this. */
{
  const all = (what, from = document) => [...from.querySelectorAll(what)];
  const language = document.documentElement.lang;

  // an area is known by the address of its page, which the map and the tables share; rows without a link by their name
  const name = (row) => row.cells[0].textContent.trim();
  const link = (row) => row.querySelector("th a")?.href.split(/[?#]/)[0];
  const named = new Map(all("tbody tr:has(th a)").map((row) => [name(row), link(row)]));
  const of = (row) => link(row) || named.get(name(row));
  const rows = all("tbody tr").filter(of);
  const shapes = all(".map a");
  const at = (shape) => new URL(shape.getAttribute("href"), document.baseURI).href.split(/[?#]/)[0];
  const parts = new Map();
  for (const row of rows) parts.set(of(row), [...(parts.get(of(row)) || []), row]);
  for (const shape of shapes) parts.set(at(shape), [...(parts.get(at(shape)) || []), shape]);

  // an outline is whole only above its neighbors, and below the labels
  const mark = (part, kind, on) => {
    part.classList.toggle(kind, on);
    if (on && part.matches(".map a")) part.parentNode.insertBefore(part, part.parentNode.querySelector(":scope > g"));
  };

  let lit = [];
  const light = (event) => {
    const row = event.target.closest?.("tbody tr"), shape = event.target.closest?.(".map a");
    const key = shape ? at(shape) : rows.includes(row) ? of(row) : "";
    const now = event.type === "focusout" ? [] : parts.get(key) || [];
    if (now === lit) return;
    lit.forEach((part) => mark(part, "hot", false));
    now.forEach((part) => mark(part, "hot", true));
    lit = now;
  };
  if (shapes.length) for (const kind of ["mouseover", "focusin", "focusout"]) document.addEventListener(kind, light);

  // typing
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(language).trim();
  for (const box of all(".find")) {
    const field = box.querySelector("input"), status = box.querySelector("[role=status]");
    box.hidden = false;
    field.addEventListener("input", () => {
      const wanted = plain(field.value), found = new Set();
      for (const row of rows) {
        const fits = plain(name(row)).includes(wanted);
        row.hidden = !fits;
        if (fits) found.add(of(row));
      }
      for (const shape of shapes) mark(shape, "found", wanted !== "" && found.has(at(shape)));
      status.textContent = wanted ? status.dataset.say.replace("{shown}", found.size) : "";
    });
  }

  // sorting: by the figure as published (data-v), names as the language sorts them; what isn't shown stays below
  for (const table of all("table.sorts")) {
    const heads = all("thead th", table), body = table.querySelector(".order");
    heads.forEach((head, column) => {
      if (head.dataset.sort === undefined) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.ariaSort === "descending" || (head.ariaSort !== "ascending" && column === 0);
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.ariaSort = up ? "ascending" : "descending";
        const value = (row) => row.cells[column].dataset.v;
        const order = (a, b) => (column ? value(a) - value(b) : name(a).localeCompare(name(b), language));
        body.append(...[...body.rows].sort((a, b) => (up ? order(a, b) : order(b, a))));
      });
    });
  }

  // a report in the making
  for (const box of all(".making")) {
    const bar = box.querySelector("progress"), status = box.querySelector("[role=status]");
    const ask = async () => {
      const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
      if (answer?.status === 200) {
        bar.value = bar.max;
        status.textContent = box.dataset.done;
        location.assign(location.href);
      } else if (answer && answer.status !== 202) location.reload();
      else {
        const [step, steps] = (answer?.headers.get("Progress") || "0/0").split("/");
        if (+steps) [bar.max, bar.value] = [steps, step];
        setTimeout(ask, 500);
      }
    };
    setTimeout(ask, 500);
  }
}
