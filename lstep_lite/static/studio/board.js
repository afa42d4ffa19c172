// What boards have in common: pictures on which places are drawn, dragged and resized.
import { h } from "./dom.js";
import { STEP, WHOLE, boxOf, isSameBox } from "./boxes.js";

const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

// How far an arrow key moves, as [across, down]; null for any other key.
export function stepOf(event) {
  return event.altKey || event.ctrlKey || event.metaKey ? null : KEYS[event.key] || null;
}

// Lay a node over a picture. It remembers where it lies as `box`.
export function laid(node, { x, y, width, height }) {
  const sides = { left: x, top: y, width, height };
  for (const [name, share] of Object.entries(sides)) node.style[name] = `${share / 10}%`;
  node.box = { x, y, width, height };
  return node;
}

export function pointAt(board, event) {
  const { left, top, width, height } = board.getBoundingClientRect();
  return {
    x: Math.round((WHOLE * (event.clientX - left)) / width),
    y: Math.round((WHOLE * (event.clientY - top)) / height),
  };
}

// Call *show* with how far the pointer has moved and the event, and *finish* with what it answered last.
export function follow(node, board, event, show, finish) {
  const start = pointAt(board, event);
  let last = null;
  const move = (next) => {
    const to = pointAt(board, next);
    last = show(to.x - start.x, to.y - start.y, next);
  };
  const end = (next) => {
    node.removeEventListener("pointermove", move);
    node.removeEventListener("pointerup", end);
    node.removeEventListener("pointercancel", end);
    finish(next.type === "pointerup" ? last : null);
  };
  node.setPointerCapture(event.pointerId);
  node.addEventListener("pointermove", move);
  node.addEventListener("pointerup", end);
  node.addEventListener("pointercancel", end);
}

// Where a place lies, for screen readers.
export function whereInWords(item) {
  const [x, y, width, height] = [item.x, item.y, item.width, item.height].map((share) => `${share / 10}%`);
  return `左から${x}、上から${y}、幅${width}、高さ${height}`;
}

// Layouts ------------------------------------------------------------------------------------------------------------

export function layoutButton(layout, items, key, onclick) {
  const parts = layout.areas.map((area) => laid(h("span"), boxOf(area)));
  const attributes = { type: "button", class: "studio-layout", "aria-pressed": String(isLaidOut(items, layout)) };
  return h(
    "button",
    { ...attributes, "data-key": key, onclick },
    h("span", { class: "studio-layout-picture" }, parts),
    h("span", {}, layout.label),
  );
}

function isLaidOut(items, layout) {
  return (
    items.length === layout.areas.length && layout.areas.every((area, at) => isSameBox(items[at], boxOf(area)))
  );
}

// *items* divided anew, with fresh ones (by their number) where there are too few; what each does stays with it, in their order.
export function divided(items, layout, fresh) {
  return layout.areas.map((area, at) => ({ ...(items[at] || fresh(at)), ...boxOf(area) }));
}
