// Counts what is typed as people count it, where LINE allows few characters: [data-count] is how many.
(() => {
  "use strict";

  const segmenter = new Intl.Segmenter("ja", { granularity: "grapheme" });

  function show(input) {
    const count = [...segmenter.segment(input.value.trim())].length;
    const most = Number(input.dataset.count);
    const note = noteOf(input);
    note.textContent = `${count} / ${most}文字`;
    note.classList.toggle("is-over", count > most);
  }

  function noteOf(input) {
    const next = input.nextElementSibling;
    if (next?.matches(".input-count")) return next;
    const note = document.createElement("output");
    note.className = "input-count";
    note.htmlFor = input.id;
    input.after(note);
    return note;
  }

  const showAll = (root) => root.querySelectorAll("input[data-count]").forEach(show);
  document.addEventListener("input", (event) => event.target.matches("input[data-count]") && show(event.target));
  document.addEventListener("DOMContentLoaded", () => showAll(document));
  document.addEventListener("htmx:load", (event) => showAll(event.target));
})();
