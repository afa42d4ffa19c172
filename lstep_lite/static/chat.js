// The talk: stay at its end, choose pictures, stickers and templates, send with Ctrl+Enter. Without this file everything
// but stickers and templates works as a plain form.
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
    if (event.target.closest("[data-open-templates]")) window.templatePicker.open({ onChoose: ({ id }) => chooseTemplate(id) });
    if (event.target.closest("[data-untemplate]")) chooseTemplate("");
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.target === composer() && composer().elements.template_id.value) showTemplate(); // it was refused
  });

  function chooseSticker(tile) {
    const field = composer().elements.sticker;
    field.value = tile.dataset.sticker;
    field.dataset.label = tile.dataset.label;
    tile.closest("dialog").close();
    showChosen();
  }

  function chooseTemplate(id) {
    composer().elements.template_id.value = id;
    showTemplate();
    composer().querySelector(id ? ".composer-send" : "[data-open-templates]").focus();
  }

  async function showTemplate() {
    const place = composer().querySelector("[data-chosen-template]");
    const preview = place.querySelector("[data-template-preview]");
    const { value, dataset } = composer().elements.template_id;
    place.hidden = !value;
    preview.replaceChildren();
    if (!value) return;
    const url = dataset.preview.replace("/0/", `/${value}/`);
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (composer().elements.template_id.value === value) preview.innerHTML = answer?.ok ? await answer.text() : "";
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
