// Lists whose rows can be dragged: [data-sortable] posts the ids of its rows to data-url and draws data-target anew.
(() => {
  "use strict";

  function start(element) {
    if (element.dataset.started) return;
    element.dataset.started = "yes";
    const rows = element.tBodies ? element.tBodies[0] : element;
    window.Sortable.create(rows, {
      animation: 150,
      handle: rows.querySelector("[data-grip]") ? "[data-grip]" : undefined,
      onEnd: (event) => event.oldIndex !== event.newIndex && keep(element, rows),
    });
  }

  function keep(element, rows) {
    const ids = [...rows.querySelectorAll(":scope > [data-id]")].map((row) => row.dataset.id);
    window.htmx.ajax("POST", element.dataset.url, {
      source: element, target: element.dataset.target, swap: "outerHTML", values: { id: ids },
    });
  }

  const startAll = (root) => root.querySelectorAll("[data-sortable]").forEach(start);
  document.addEventListener("DOMContentLoaded", () => startAll(document));
  document.addEventListener("htmx:load", (event) => startAll(event.target));
})();
