// Places on a picture: drawn on it, dragged and resized there, divided by a layout; each has a card of its own below.
// They are kept in thousandths of the picture's width and height.
import { divided, follow, laid, layoutButton, pointAt, stepOf, whereInWords } from "./board.js";
import { SMALLEST, between, isSameBox, linesBeside, moved, sized } from "./boxes.js";
import { h } from "./dom.js";
import { freshElement, join } from "./documents.js";
import { thumbnail } from "./references.js";
import "./shares.js";
import { widgets } from "./widgets.js";

widgets.areas = (context) => {
  const list = areasOf(context);
  return h("div", { class: "studio-areas" }, drawLayouts(list), drawBoard(list), widgets.items(context));
};

function areasOf({ editor, input, value, place, data }) {
  const items = value || [];
  const placeOf = (item) => join(place, `#${item.id}`);
  return {
    editor, input, items, placeOf, place, picture: data[input.picture],
    keep: (after, focus, how = {}) => editor.put(place, after, { redraw: true, focus, ...how }),
    fresh: () => freshElement(editor.description, input.of[0]),
    open(item) {
      editor.open(item.id);
      editor.draw({ inside: placeOf(item) });
    },
  };
}

// Layouts ------------------------------------------------------------------------------------------------------------

function drawLayouts(list) {
  const buttons = list.input.layouts.map((layout) => layoutButton(layout, list.items, `${list.place}|${layout.label}`, () => divide(list, layout)));
  return h("div", { class: "studio-layouts", role: "group", "aria-label": "分け方" }, buttons);
}

function divide(list, layout) {
  const items = divided(list.items, layout, list.fresh);
  const lost = list.items.length - items.length;
  list.keep(items, { key: `${list.place}|${layout.label}` }, { words: `${layout.label}に分けました` });
  if (lost > 0) list.editor.offerUndo(`場所を${lost}個減らしました`);
}

// The picture --------------------------------------------------------------------------------------------------------

function drawBoard(list) {
  const { editor, picture } = list;
  const shown = picture
    ? h("img", { src: thumbnail(editor, picture), alt: "選んだ画像", draggable: "false" })
    : h("p", { class: "studio-board-empty" }, "画像を選ぶと、ここに表示されます。");
  const board = h("div", { class: "studio-board", onpointerdown: (event) => drawNew(list, board, event) }, shown);
  board.append(...list.items.map((item, at) => drawArea(list, board, item, at)));
  return board;
}

function drawArea(list, board, item, at) {
  const node = h("button", {
    type: "button", class: "studio-area", "data-key": `${list.placeOf(item)}|area`, "aria-label": told(item, at),
    onpointerdown: (event) => drag(list, board, item, node, event), onkeydown: (event) => moveByKey(list, item, event),
    onclick: (event) => click(list, item, node, event),
  }, h("span", { class: "studio-area-number" }, `${at + 1}`), h("span", { class: "studio-area-corner", "data-corner": true }));
  return laid(node, item);
}

function told(item, at) {
  return `場所${at + 1}${item.label ? `「${item.label}」` : ""}。${whereInWords(item)}。矢印キーで移動、Shiftと矢印キーで大きさを変更、Enterで設定`;
}

// By keyboard, or the first touch; all else ends in `drag`.
function click(list, item, node, event) {
  if (event.detail === 0) list.open(item);
  else if (node.isNew) node.focus({ preventScroll: true });
  node.isNew = false;
}

// A finger scrolls the page until it has chosen a place.
function drag(list, board, item, node, event) {
  node.isNew = event.pointerType === "touch" && document.activeElement !== node;
  if (event.button !== 0 || node.isNew) return;
  event.preventDefault();
  event.stopPropagation();
  node.focus({ preventScroll: true });
  const isSizing = Boolean(event.target.closest("[data-corner]"));
  const lines = linesBeside(list.items, item);
  follow(node, board, event, (dx, dy) => laid(node, isSizing ? sized(item, dx, dy, lines) : moved(item, dx, dy, lines)).box, (box) => {
    if (box && !isSameBox(box, item)) change(list, item, box);
    else list.open(item);
  });
}

function moveByKey(list, item, event) {
  const by = stepOf(event);
  if (!by) return;
  event.preventDefault();
  change(list, item, event.shiftKey ? sized(item, ...by) : moved(item, ...by));
}

function change(list, item, box) {
  const key = `${list.placeOf(item)}|area`;
  list.keep(list.items.map((other) => (other === item ? { ...other, ...box } : other)), { key }, { mark: key });
}

// A new place is drawn with the mouse; fingers scroll the page there.
function drawNew(list, board, event) {
  if (event.button !== 0 || event.pointerType === "touch" || list.items.length >= list.input.most) return;
  event.preventDefault();
  const start = pointAt(board, event);
  const node = h("span", { class: "studio-area is-new" });
  const lines = linesBeside(list.items, null);
  board.append(node);
  follow(board, board, event, (dx, dy) => laid(node, between(start, { x: start.x + dx, y: start.y + dy }, lines)).box, (box) => {
    node.remove();
    if (!box || box.width < SMALLEST || box.height < SMALLEST) return;
    const item = { ...list.fresh(), ...box };
    list.editor.open(item.id);
    list.keep([...list.items, item], { inside: list.placeOf(item) }, { words: "場所を追加しました" });
  });
}
