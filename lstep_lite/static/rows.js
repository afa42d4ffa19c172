// Editors made of rows ([data-rows]): dragging, the phrase of a row that was changed and closed, the focus after a change.
(() => {
  "use strict";

  function start(list) {
    if (list.dataset.started) return;
    list.dataset.started = "yes";
    window.Sortable.create(list, {
      animation: 150,
      handle: "[data-grip]",
      onEnd: (event) => event.oldIndex !== event.newIndex && redraw(list.closest("[data-rows]")),
    });
  }

  function redraw(rows) {
    changed(rows);
    window.htmx.ajax("POST", rows.dataset.redraw, { source: rows, target: `#${rows.id}`, swap: "outerHTML" });
  }

  function changed(element) {
    element.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", (event) => {
    event.target.closest("[data-row-details]")?.setAttribute("data-changed", "");
  });

  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.matches?.("[data-row-details][data-changed]") || details.open) return;
    redraw(details.closest("[data-rows]"));
  }, true);

  // A list of kinds that opens below the screen is brought into it.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".row-picker[open]")) event.target.lastElementChild.scrollIntoView({ block: "nearest" });
  }, true);

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.name === "op") changed(event.target);
  });

  // A row that has just been added gets the focus; what was there before keeps its place on the screen.
  document.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target.querySelector?.("[data-added]");
    row?.querySelector("details[open] input:not([type=hidden]), details[open] select, details[open] textarea")?.focus();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert-word]");
    if (!button) return;
    const into = document.getElementById(button.dataset.into);
    into.setRangeText(button.dataset.insertWord, into.selectionStart, into.selectionEnd, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.focus();
  });

  // In a box for searching inside a form, Enter sends nothing.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-no-submit]")) event.preventDefault();
  });

  const startAll = (root) => {
    root.querySelectorAll(".trial-box[hidden]").forEach((box) => (box.hidden = false));
    if (root.matches?.("[data-rows-list]")) start(root);
    root.querySelectorAll("[data-rows-list]").forEach(start);
  };
  document.addEventListener("DOMContentLoaded", () => startAll(document));
  document.addEventListener("htmx:load", (event) => startAll(event.target));
})();
