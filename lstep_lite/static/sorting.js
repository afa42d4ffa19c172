// Lists whose rows can be dragged: [data-sortable] posts the ids of its rows to data-url, and draws data-target anew if
// there is one. A row let go over a folder ([data-drop]) is posted to data-move instead, an address with row 0 in it.
(() => {
  "use strict";

  function start(element) {
    if (element.dataset.started) return;
    element.dataset.started = "yes";
    const rows = element.tBodies ? element.tBodies[0] : element;
    window.Sortable.create(rows, {
      animation: 150,
      handle: rows.querySelector("[data-grip]") ? "[data-grip]" : undefined,
      onStart: () => document.body.classList.toggle("is-dragging", Boolean(element.dataset.move)),
      onEnd: (event) => end(element, rows, event),
    });
  }

  function end(element, rows, event) {
    document.body.classList.remove("is-dragging");
    const folder = element.dataset.move && folderUnder(event.originalEvent);
    if (folder) move(element, event.item.dataset.id, folder.dataset.drop);
    else if (event.oldIndex !== event.newIndex) keep(element, rows);
  }

  function folderUnder(event) {
    const point = event.changedTouches ? event.changedTouches[0] : event;
    return document.elementFromPoint(point.clientX, point.clientY)?.closest("[data-drop]");
  }

  function move(element, id, folderId) {
    const url = element.dataset.move.replace("/0/", `/${id}/`);
    window.htmx.ajax("POST", url, { source: element, swap: "none", values: { folder_id: folderId } });
  }

  function keep(element, rows) {
    const ids = [...rows.querySelectorAll(":scope > [data-id]")].map((row) => row.dataset.id);
    const target = element.dataset.target;
    window.htmx.ajax("POST", element.dataset.url, {
      source: element, target: target || element, swap: target ? "outerHTML" : "none", values: { id: ids },
    });
  }

  const startAll = (root) => root.querySelectorAll("[data-sortable]").forEach(start);
  document.addEventListener("DOMContentLoaded", () => startAll(document));
  document.addEventListener("htmx:load", (event) => startAll(event.target));
})();
