// The talk: stay at its end, choose pictures and stickers, send with Ctrl+Enter. Without this file everything but
// stickers works as a plain form.
(() => {
  "use strict";
  const scroll = document.querySelector("[data-chat-scroll]");
  const composer = () => document.querySelector("[data-composer]");
  let isAtEnd = true;

  const toEnd = () => (scroll.scrollTop = scroll.scrollHeight);
  scroll.addEventListener("scroll", () => {
    isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  });
  document.addEventListener("htmx:afterSettle", () => isAtEnd && toEnd());
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === composer() && event.detail.successful) isAtEnd = true;
  });
  window.addEventListener("load", toEnd);
  toEnd();

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest("[data-composer]")) return;
    event.preventDefault();
    composer().requestSubmit();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches(".composer-text")) return;
    event.target.style.height = "auto";
    event.target.style.height = `${Math.min(event.target.scrollHeight, 180)}px`;
  });
  document.addEventListener("change", (event) => event.target.matches("[data-image]") && showChosen());
  document.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-sticker]");
    if (tile) chooseSticker(tile);
    if (event.target.closest("[data-unchoose]")) unchoose();
  });

  function chooseSticker(tile) {
    const field = composer().elements.sticker;
    field.value = tile.dataset.sticker;
    field.dataset.label = tile.dataset.label;
    tile.closest("dialog").close();
    showChosen();
  }

  function unchoose() {
    composer().elements.image.value = "";
    composer().elements.sticker.value = "";
    showChosen();
  }

  function showChosen() {
    const { image, sticker } = composer().elements;
    const words = [];
    if (image.files.length) words.push(`写真: ${image.files[0].name}`);
    if (sticker.value) words.push(`スタンプ: ${sticker.dataset.label}`);
    const place = composer().querySelector("[data-chosen]");
    place.hidden = words.length === 0;
    place.textContent = words.join(" ／ ");
    if (!words.length) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.dataset.unchoose = "";
    button.textContent = "やめる";
    place.append(" ", button);
  }
})();
