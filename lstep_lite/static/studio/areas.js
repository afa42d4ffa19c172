// Places on a picture: drawn on it, dragged and resized there, divided by a layout; each has a card of its own below.
// They are kept in thousandths of the picture's width and height.
import { h } from "./dom.js";
import { freshElement, join } from "./documents.js";
import { thumbnail } from "./references.js";
import { widgets } from "./widgets.js";

const WHOLE = 1000;
const SMALLEST = 30;
const NEAR = 15; // how far from a line it still jumps to it
const STEP = 10;
const LINES = [0, 250, 333, 500, 667, 750, WHOLE];
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

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
  const buttons = list.input.layouts.map((layout) => h("button", {
    type: "button", class: "studio-layout", "aria-pressed": String(isLaidOut(list, layout)), "data-key": `${list.place}|${layout.label}`,
    onclick: () => divide(list, layout),
  }, h("span", { class: "studio-layout-picture" }, layout.areas.map((area) => laid(h("span"), boxOf(area)))), h("span", {}, layout.label)));
  return h("div", { class: "studio-layouts", role: "group", "aria-label": "分け方" }, buttons);
}

function isLaidOut({ items }, layout) {
  return items.length === layout.areas.length && layout.areas.every((area, at) => isSame(items[at], boxOf(area)));
}

// What the places do stays with them, in their order.
function divide(list, layout) {
  const items = layout.areas.map((area, at) => ({ ...(list.items[at] || list.fresh()), ...boxOf(area) }));
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
  const [x, y, width, height] = [item.x, item.y, item.width, item.height].map((share) => `${share / 10}%`);
  return `場所${at + 1}${item.label ? `「${item.label}」` : ""}。左から${x}、上から${y}、幅${width}、高さ${height}。矢印キーで移動、Shiftと矢印キーで大きさを変更、Enterで設定`;
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
  const lines = linesBeside(list, item);
  follow(node, board, event, (dx, dy) => laid(node, isSizing ? sized(item, dx, dy, lines) : moved(item, dx, dy, lines)).box, (box) => {
    if (box && !isSame(box, item)) change(list, item, box);
    else list.open(item);
  });
}

function moveByKey(list, item, event) {
  const by = KEYS[event.key];
  if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
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
  const lines = linesBeside(list, null);
  board.append(node);
  follow(board, board, event, (dx, dy) => laid(node, between(start, { x: start.x + dx, y: start.y + dy }, lines)).box, (box) => {
    node.remove();
    if (!box || box.width < SMALLEST || box.height < SMALLEST) return;
    const item = { ...list.fresh(), ...box };
    list.editor.open(item.id);
    list.keep([...list.items, item], { inside: list.placeOf(item) }, { words: "場所を追加しました" });
  });
}

// Call *show* with how far the pointer has moved, and *finish* with what it answered last.
function follow(node, board, event, show, finish) {
  const start = pointAt(board, event);
  let last = null;
  const move = (next) => {
    const to = pointAt(board, next);
    last = show(to.x - start.x, to.y - start.y);
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

function pointAt(board, event) {
  const { left, top, width, height } = board.getBoundingClientRect();
  return { x: Math.round((WHOLE * (event.clientX - left)) / width), y: Math.round((WHOLE * (event.clientY - top)) / height) };
}

// Boxes --------------------------------------------------------------------------------------------------------------

function boxOf([x, y, width, height]) {
  return { x, y, width, height };
}

function isSame(one, other) {
  return ["x", "y", "width", "height"].every((name) => one[name] === other[name]);
}

function laid(node, { x, y, width, height }) {
  const sides = { left: x, top: y, width, height };
  for (const [name, share] of Object.entries(sides)) node.style[name] = `${share / 10}%`;
  node.box = { x, y, width, height };
  return node;
}

function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

function linesBeside({ items }, item) {
  const others = items.filter((other) => other !== item);
  return {
    x: [...LINES, ...others.flatMap((other) => [other.x, other.x + other.width])],
    y: [...LINES, ...others.flatMap((other) => [other.y, other.y + other.height])],
  };
}

const ANYWHERE = { x: [], y: [] };

function snapped(value, lines) {
  const near = lines.filter((line) => Math.abs(line - value) <= NEAR);
  return near.length ? near.reduce((best, line) => (Math.abs(line - value) < Math.abs(best - value) ? line : best)) : value;
}

function moved({ x, y, width, height }, dx, dy, lines = ANYWHERE) {
  return { x: shifted(x + dx, width, lines.x), y: shifted(y + dy, height, lines.y), width, height };
}

// Its beginning jumps to a line, else its end does.
function shifted(start, length, lines) {
  const first = snapped(start, lines);
  const found = first === start ? snapped(start + length, lines) - length : first;
  return clamp(found, 0, WHOLE - length);
}

function sized({ x, y, width, height }, dx, dy, lines = ANYWHERE) {
  const right = clamp(snapped(x + width + dx, lines.x), Math.min(x + SMALLEST, WHOLE), WHOLE);
  const bottom = clamp(snapped(y + height + dy, lines.y), Math.min(y + SMALLEST, WHOLE), WHOLE);
  return { x, y, width: right - x, height: bottom - y };
}

function between(one, other, lines) {
  const [left, right] = [one.x, other.x].sort((a, b) => a - b).map((side) => clamp(snapped(side, lines.x), 0, WHOLE));
  const [top, bottom] = [one.y, other.y].sort((a, b) => a - b).map((side) => clamp(snapped(side, lines.y), 0, WHOLE));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

// One side, typed in percent ------------------------------------------------------------------------------------------

widgets.share = ({ editor, data, value, set, id, place }) => {
  const control = h("input", {
    id, class: "form-control", value: typeof value === "number" ? value / 10 : value, inputmode: "decimal", autocomplete: "off", "data-key": place,
    oninput: () => {
      set(read(control.value), { typing: true });
      follower(editor, place, data);
    },
  });
  return h("div", { class: "studio-number" }, control, h("span", {}, "%"));
};

// Digits of either width; what is no number is kept as it was typed, and refused by the server in words.
function read(text) {
  const plain = text.normalize("NFKC").trim();
  return /^\d{1,3}(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 10) : text;
}

function follower(editor, place, data) {
  const key = `${place.replace(/\/[^/]+$/, "")}|area`;
  const node = editor.controls().find((control) => control.dataset.key === key);
  if (node) laid(node, data);
}
