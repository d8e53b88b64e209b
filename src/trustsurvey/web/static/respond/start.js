/* Everything is there: begin. */
begin();
(async () => {
  if (kiosk) return table(), catchUp();
  const kept = (await held().catch(() => [])).filter(one => one.survey == survey || one.lost || one.waits);
  const mine = kept.find(one => one.key == "draft " + survey);
  if (mine) {
    keepBox.checked = keeps = true;
    note.textContent = words.send.kept;
    if (!recall() && !Object.keys(given()).length) {
      fill(mine.answers);
      remember();
      if (mine.locale) announce(words.send.look);
    }
    key = mine.id;
  }
  if (kept.length) await catchUp();
})();
