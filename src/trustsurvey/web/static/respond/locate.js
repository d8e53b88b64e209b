/* Where do I live? The phone compares its position with the boundaries, which are the same file for everyone; the position stays on the phone.
   Nothing is fetched after the position is known. */
{
  const spoken = words.locate;
  const control = form.querySelector("#area");
  const NEAR = 75; /* meters from a border within which both sides are offered: outlines are simplified */
  const MOST = 4; /* more than that many neighborhoods in reach: the position says nothing */
  const DEGREE = 111320; /* meters of latitude */

  /* Meters from the position to a ring's nearest point, and whether the ring holds the position: the corners come with the position at 0, 0. */
  const seen = corners => {
    let inside = false, near = Infinity;
    let [ax, ay] = corners[corners.length - 1];
    for (const [bx, by] of corners) {
      if (ay > 0 != by > 0 && ax + (bx - ax) * ay / (ay - by) > 0) inside = !inside;
      const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
      const t = length ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length)) : 0;
      near = Math.min(near, Math.hypot(ax + t * dx, ay + t * dy));
      [ax, ay] = [bx, by];
    }
    return [inside, near];
  };

  /* The neighborhoods within reach, nearest first: [place in the list, code, whether it holds the position]. */
  const within = ({ grid, areas }, { longitude, latitude, accuracy }) => {
    const across = DEGREE * Math.cos(latitude * Math.PI / 180) / grid, up = DEGREE / grid;
    const found = areas.map(([code, ...rings], n) => {
      let inside = false, near = Infinity;
      for (const ring of rings) {
        let x = 0, y = 0;
        const corners = [];
        for (let k = 0; k < ring.length; k += 2) corners.push([((x += ring[k]) - longitude * grid) * across, ((y += ring[k + 1]) - latitude * grid) * up]);
        const [holds, away] = seen(corners);
        inside = inside != holds;
        near = Math.min(near, away);
      }
      return { n, code, inside, near: inside ? 0 : near };
    });
    return found.filter(one => one.near <= Math.max(NEAR, accuracy || 0)).sort((a, b) => a.near - b.near);
  };

  if (control && navigator.geolocation && isSecureContext) {
    const told = make("p", { className: "hint" });
    told.setAttribute("role", "status");
    const choices = make("div", { className: "found" });
    const hint = make("p", { className: "hint", id: "t-find", textContent: spoken.stays });
    const ask = make("button", { type: "button", className: "find", textContent: spoken.find });
    ask.setAttribute("aria-describedby", "t-find");
    const box = make("div", { className: "locate" }, ask, hint, told, choices);
    control.after(box);
    rules(
      ".locate{margin-block:.875rem}",
      ".locate button{min-block-size:3rem;padding:.5rem 1rem;margin-block-end:.35rem;background:none;border:1.5px solid var(--hue);border-radius:.5rem;color:var(--hue);font-weight:600}",
      ".locate [role=status]:not(:empty){margin-block-start:.6rem;color:var(--ink);font-weight:600}",
      ".locate .found{display:flex;flex-wrap:wrap;gap:.5rem;margin-block-start:.35rem}",
      ".locate .found:empty{display:none}"
    );

    const forget = () => {
      told.textContent = "";
      choices.replaceChildren();
    };
    const end = text => {
      ask.disabled = false;
      told.textContent = text;
    };
    /* Options of the list that are neighborhoods stand in the order of the file. */
    const option = ({ n, code }) => control.list ? control.list.options[n] : [...control.options].find(one => one.value == code);
    const choose = one => {
      control.value = one.value;
      control.dispatchEvent(new Event("change", { bubbles: true }));
      forget();
      control.focus();
    };
    const show = (map, position) => {
      const found = within(map, position.coords);
      if (!found.length) return end(spoken.outside);
      if (found.length > MOST) return end(spoken.rough);
      end(found.length > 1 ? spoken.border : spoken.here);
      for (const one of found.map(option).filter(Boolean)) {
        choices.append(make("button", { type: "button", textContent: control.list ? one.value : one.textContent, onclick: () => choose(one) }));
      }
    };
    ask.onclick = async () => {
      forget();
      ask.disabled = true;
      told.textContent = spoken.looking;
      let map;
      try {
        const answer = await fetch(`/s/${form.getAttribute("action").split("/")[2]}/areas.json`);
        if (!answer.ok) throw answer;
        map = await answer.json();
      } catch {
        return end(spoken.failed);
      }
      navigator.geolocation.getCurrentPosition(
        position => show(map, position),
        () => end(spoken.refused),
        { enableHighAccuracy: true, timeout: 20000 }
      );
    };
    onWipe(forget);
  }
}
