// Ticking friends across pages of the list: what is ticked stays ticked until it is used or forgotten.
(() => {
  "use strict";
  const KEPT = "friends-ticked";
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return sessionStorage.removeItem(KEPT);

  const ticks = [...document.querySelectorAll("[data-tick]")];
  const everybody = bar.querySelector("[data-everybody]");
  const forget = bar.querySelector("[data-forget-selection]");
  const ticked = new Set(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));

  function show() {
    for (const box of ticks) {
      box.checked = everybody.checked || ticked.has(box.value);
      box.disabled = everybody.checked;
    }
    const count = everybody.checked ? Number(bar.dataset.total) : ticked.size;
    bar.querySelector("[data-bulk-count]").textContent = count ? `${count.toLocaleString()}人を選択中` : "選んだ人にまとめて";
    forget.hidden = !count;
    bar.classList.toggle("is-active", count > 0);
    sessionStorage.setItem(KEPT, JSON.stringify([...ticked]));
  }

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-tick]")) ticked[target.checked ? "add" : "delete"](target.value);
    if (target.matches("[data-tick], [data-everybody]")) show();
  });
  forget.addEventListener("click", () => {
    ticked.clear();
    everybody.checked = false;
    show();
  });
  bar.addEventListener("submit", () => {
    const here = new Set(ticks.map((box) => box.value));
    for (const id of everybody.checked ? [] : ticked) {
      if (!here.has(id)) bar.append(Object.assign(document.createElement("input"), { type: "hidden", name: "id", value: id }));
    }
  });
  window.addEventListener("pageshow", show); // also when coming back: the browser restores boxes by itself
})();
