// Rows of keywords: adds and removes them, and keeps the numbers in their labels right.
(() => {
  "use strict";

  function start(box) {
    if (box.dataset.started) return;
    box.dataset.started = "yes";
    const add = box.querySelector("[data-add-row]");
    const rows = () => [...box.querySelectorAll("[data-row]")];
    add.hidden = false;
    rows().filter((row) => !row.querySelector("input").value).slice(1).forEach((row) => row.remove());
    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-add-row]")) addRow(rows(), add);
      const remove = event.target.closest("[data-remove-row]");
      if (remove) removeRow(remove.closest("[data-row]"), rows());
      number(rows());
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
      event.preventDefault(); // Enter means the next word, not saving
      addRow(rows(), add);
      number(rows());
    });
    number(rows());
  }

  function addRow(rows, add) {
    const row = rows[0].cloneNode(true);
    row.querySelector("input").value = "";
    row.querySelector("select").selectedIndex = 0;
    add.before(row);
    row.querySelector("input").focus();
  }

  function removeRow(row, rows) {
    row.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
    if (rows.length > 1) row.remove();
    else row.querySelector("input").value = "";
  }

  function number(rows) {
    rows.forEach((row, index) => {
      row.querySelector("input").setAttribute("aria-label", `言葉 ${index + 1}`);
      row.querySelector("select").setAttribute("aria-label", `言葉 ${index + 1} の比べ方`);
      row.querySelector("[data-remove-row]").hidden = false;
    });
  }

  const startAll = (root) => root.querySelectorAll("[data-keyword-rows]").forEach(start);
  document.addEventListener("DOMContentLoaded", () => startAll(document));
  document.addEventListener("htmx:load", (event) => startAll(event.target));
})();
