// Messages as LINE shows them (line.css): texts that shrink until they fit, and the preview's phone: its width, its
// colours, and in words what a tap would do. Whoever puts in bubbles by script says so with the event "line:drawn".
(() => {
  "use strict";

  const KEPT = "line-preview";
  const WIDTHS = { narrow: 320, wide: 430 };

  function start(root) {
    within(root, "[data-shrink]").forEach(shrink);
    within(root, "[data-line-preview]").forEach(startPreview);
  }

  const within = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

  function shrink(part) {
    const text = part.querySelector("p, button > span");
    if (text) text.style.fontSize = "";
    if (!text || text.scrollWidth <= text.clientWidth || !text.clientWidth) return;
    const size = parseFloat(getComputedStyle(text).fontSize);
    text.style.fontSize = `${Math.floor((size * text.clientWidth * 10) / text.scrollWidth) / 10}px`;
  }

  // The preview's phone ---------------------------------------------------------------------------------------------

  // Where there is little room, the narrow phone is the one that can be read.
  function choices(preview) {
    const fitting = preview.clientWidth < WIDTHS.wide ? "narrow" : "wide";
    return { width: fitting, theme: "light", ...JSON.parse(localStorage.getItem(KEPT) || "{}") };
  }

  function startPreview(preview) {
    preview.querySelector("[data-line-tools]").hidden = false;
    dress(preview);
    new ResizeObserver(() => fit(preview)).observe(preview);
  }

  function dress(preview) {
    const chosen = choices(preview);
    const phone = preview.querySelector("[data-line-phone]");
    phone.dataset.lineWidth = chosen.width;
    phone.dataset.bsTheme = chosen.theme;
    preview.querySelectorAll("[data-line-choose]").forEach((button) =>
      button.setAttribute("aria-pressed", String(chosen[button.dataset.lineChoose] === button.value)));
    fit(preview);
  }

  // A phone that is wider than its place is shown smaller, never cut.
  function fit(preview) {
    const phone = preview.querySelector("[data-line-phone]");
    if (!preview.clientWidth) return;
    phone.classList.add("is-sized");
    phone.style.setProperty("--line-zoom", Math.min(1, preview.clientWidth / WIDTHS[phone.dataset.lineWidth]));
    within(phone, "[data-shrink]").forEach(shrink);
  }

  function choose(button) {
    const kept = JSON.parse(localStorage.getItem(KEPT) || "{}");
    localStorage.setItem(KEPT, JSON.stringify({ ...kept, [button.dataset.lineChoose]: button.value }));
    document.querySelectorAll("[data-line-preview]").forEach(dress);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line-choose]");
    if (button) return choose(button);
    const tapped = event.target.closest(".line-preview [data-action]");
    if (!tapped) return;
    event.preventDefault();
    tapped.closest(".line-preview").querySelector("[data-line-said]").textContent = tapped.title;
  });

  // What is a button only by its role is pressed by the keyboard as well.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (!event.target.matches("[data-action][role='button']")) return;
    event.preventDefault();
    event.target.click();
  });

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => start(event.target));
  document.addEventListener("line:drawn", (event) => start(event.target));
})();
