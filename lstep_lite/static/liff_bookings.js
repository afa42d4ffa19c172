// Booking for customers. The pages work without it; here the menu adds up what is chosen, and a booking that could not
// be sent says so instead of showing the browser's own page.
(() => {
  // A page that answers a form is asked for anew by its own address, when one comes back to it or reloads it.
  const instead = document.body.dataset.instead;
  if (instead) history.replaceState(history.state, "", instead);
  document.querySelector("[data-focus]")?.focus();
  const menu = document.querySelector("form[data-total]");
  if (menu) {
    menu.addEventListener("change", addUp);
    window.addEventListener("pageshow", addUp);
    addUp();
  }
  const held = document.querySelector("[data-hold]");
  if (held) keep();
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-busy]");
    if (!button) return;
    if (!navigator.onLine) {
      event.preventDefault();
      show(event.target);
      return;
    }
    button.dataset.words ??= button.textContent;
    button.textContent = button.dataset.busy;
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-busy][data-words]").forEach((button) => {
      button.textContent = button.dataset.words;
    });
  });

  // 「カット+カラー 約180分 14,300円」
  function addUp() {
    const chosen = [...menu.querySelectorAll("[name=course]:checked")];
    const place = menu.querySelector("[data-total-words]");
    place.hidden = chosen.length === 0;
    const minutes = chosen.reduce((sum, each) => sum + Number(each.dataset.minutes), 0);
    const hasPrices = chosen.every((each) => each.dataset.price !== undefined);
    const price = chosen.reduce((sum, each) => sum + Number(each.dataset.price || 0), 0);
    const open = chosen.some((each) => each.dataset.open !== undefined) ? "〜" : "";
    const names = chosen.map((each) => each.dataset.name).join("+");
    place.textContent = `${names} 約${minutes}分${hasPrices ? ` ${price.toLocaleString()}円${open}` : ""}`;
  }

  // The chosen time is kept while one types; how long is said in whole minutes, for a ticking clock hurries people.
  async function keep() {
    try {
      const answer = await fetch(held.dataset.hold, { method: "POST", body: new FormData(held.closest("form")) });
      if (answer.status === 200 && !answer.redirected) countDown(Date.now() + Number(await answer.text()) * 1000);
    } catch {
      // Nothing is kept: booking says what is wrong.
    }
  }

  function countDown(until) {
    const minutes = Math.ceil((until - Date.now()) / 60000);
    const words = minutes > 0 ? held.dataset.held.replace("%", minutes) : held.dataset.over;
    held.hidden = !words;
    if (held.textContent !== words) held.textContent = words;
    if (minutes > 0) setTimeout(() => countDown(until), 5000);
  }

  function show(form) {
    const place = form.querySelector("[data-offline]");
    if (!place) return;
    place.hidden = false;
    const button = form.querySelector("[data-once]");
    setTimeout(() => { button.disabled = false; });
    place.scrollIntoView({ block: "center" });
  }
})();
