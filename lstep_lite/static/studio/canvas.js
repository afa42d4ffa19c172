// The picture of a menu with its places: chosen, dragged, resized and drawn on it.
import { follow, laid, pointAt, stepOf, whereInWords } from "./board.js";
import { SMALLEST, WHOLE, between, isSameBox, linesBeside, moved, pulled, sized } from "./boxes.js";
import { drawLogo } from "./canvas_logo.js";
import { h, icon } from "./dom.js";

const SIDES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const NO_PICTURE = "まず、「完成した画像」で画像を選んでください。";
const NOWHERE = { x: [], y: [] };

export function drawBoard(composer) {
  const { items, preview } = composer;
  const body = h("div", { class: "canvas-body", onpointerdown: (event) => touchGround(composer, body, event) });
  body.append(...items.map((item, at) => drawPlace(composer, body, item, at)), drawLogo(composer, body) || "");
  const words = composer.lacksPicture ? NO_PICTURE : items.length ? "" : composer.list.hint;
  const hint = words && h("p", { class: "canvas-empty" }, words);
  const waiting = h("span", { class: "canvas-waiting", "aria-hidden": "true" }, icon("loader-2"));
  const board = h("div", { class: "canvas-board" }, preview.image, drawStrip(composer), body, hint, waiting);
  fit(composer, board);
  return board;
}

// After something was typed: the shape of the picture, and what its places are called.
export function fitBoard(composer) {
  const board = composer.stage.querySelector(".canvas-board");
  fit(composer, board);
  board.querySelectorAll(".canvas-place").forEach((node, at) => name(composer, node, composer.items[at], at));
}

function fit(composer, board) {
  const { document, sizes } = composer;
  const [width, height] = sizes[document.size] || [document.width, document.height];
  const ratio = width > 0 && height > 0 ? width / height : 1.5;
  board.style.setProperty("--ratio", ratio);
  const strip = composer.hasStrip ? Math.min(document.strip_height / WHOLE, 0.5) || 0 : 0;
  const body = board.querySelector(".canvas-body");
  body.style.top = document.strip === "top" ? `${100 * strip}%` : 0;
  body.style.bottom = document.strip === "bottom" ? `${100 * strip}%` : 0;
  const row = board.querySelector(".canvas-strip");
  if (row) row.style.height = `${100 * strip}%`;
}

// The strip of tabs can be tried out; people without a pointer have the tabs above the picture.
function drawStrip(composer) {
  if (!composer.hasStrip) return null;
  const { tabs, strip } = composer.document;
  const buttons = tabs.map((tab) =>
    h("button", {
      type: "button",
      tabindex: "-1",
      title: `タブ「${tab.label}」を開く`,
      onclick: () => composer.choose("tabs", tab.id),
    }),
  );
  return h("div", { class: `canvas-strip is-${strip}`, "aria-hidden": "true" }, buttons);
}

// Places -------------------------------------------------------------------------------------------------------------

function drawPlace(composer, body, item, at) {
  const isChosen = item === composer.item;
  const node = h("button", {
    type: "button",
    class: `canvas-place${isChosen ? " is-chosen" : ""}`,
    "aria-pressed": String(isChosen),
    "data-key": composer.areaKey(item),
    "data-marks-of": composer.placeOf(item),
    onpointerdown: (event) => drag(composer, body, item, node, event),
    onkeydown: (event) => moveByKey(composer, item, event),
    onclick: (event) => click(composer, item, node, event),
    ondblclick: () => openSettings(composer, item),
  });
  if (isChosen) node.append(...SIDES.map((side) => h("span", { class: `canvas-side is-${side}`, "data-sides": side })));
  node.append(h("span", { class: "canvas-mark", "aria-hidden": "true" }, icon("alert-triangle")));
  name(composer, node, item, at);
  return laid(node, item);
}

function name(composer, node, item, at) {
  const words = `${composer.list.noun}${at + 1}${composer.nameOf(item)}。${whereInWords(item)}`;
  node.setAttribute("aria-label", `${words}。矢印キーで移動、Shiftと矢印キーで大きさを変更、Enterで設定`);
}

// By keyboard, or the first touch; all else ends in `drag`.
function click(composer, item, node, event) {
  if (event.detail === 0) openSettings(composer, item);
  else if (node.isTouched) composer.pick(item, { key: composer.areaKey(item) });
}

export function openSettings(composer, item) {
  composer.pick(item, { inside: composer.placeOf(item) });
}

// A finger scrolls the page until it has chosen a place.
function drag(composer, body, item, node, event) {
  node.isTouched = event.pointerType === "touch" && item !== composer.item;
  if (event.button !== 0 || node.isTouched) return;
  event.preventDefault();
  event.stopPropagation();
  node.focus({ preventScroll: true });
  node.classList.add("is-dragged");
  const sides = event.target.closest("[data-sides]")?.dataset.sides;
  const show = (dx, dy, next) => showDragged(composer, body, item, node, sides, { dx, dy, isFree: next.altKey });
  follow(node, body, event, show, (boxes) => {
    drawGuides(body, null);
    node.classList.remove("is-dragged");
    const isChanged = boxes?.some((box, at) => !isSameBox(box, composer.items[at]));
    if (isChanged) change(composer, item, boxes);
    else composer.pick(item, { key: composer.areaKey(item) });
  });
}

// Everything as it would be if it was let go here; answers the boxes of all places.
function showDragged(composer, body, item, node, sides, { dx, dy, isFree }) {
  const { items } = composer;
  const isLoose = isFree || !composer.isMagnetic;
  const lines = isLoose ? NOWHERE : linesBeside(sides ? movingOnes(items, item) : items, item);
  const box = sides ? sized(item, dx, dy, lines, sides) : moved(item, dx, dy, lines);
  const nodes = body.querySelectorAll(".canvas-place");
  const boxes = items.map((other) => (other === item ? box : sides && !isLoose ? pulled(other, item, box) : other));
  boxes.forEach((each, at) => laid(nodes[at], each));
  drawGuides(body, isLoose ? null : { box, lines });
  return boxes;
}

// Sides that move along are no lines to jump to.
function movingOnes(items, item) {
  return items.filter((other) => other === item || !isTouching(other, item));
}

function isTouching(one, other) {
  const ends = (box) => [box.x, box.x + box.width, box.y, box.y + box.height];
  const [left, right, top, bottom] = ends(one);
  const [x, x2, y, y2] = ends(other);
  return left === x2 || right === x || top === y2 || bottom === y;
}

function moveByKey(composer, item, event) {
  const by = stepOf(event);
  if (!by) return;
  event.preventDefault();
  const box = event.shiftKey ? sized(item, ...by) : moved(item, ...by);
  const boxes = composer.items.map((other) => (other === item ? box : other));
  change(composer, item, boxes, { mark: composer.areaKey(item) });
}

function change(composer, item, boxes, how = {}) {
  const items = composer.items.map((other, at) => {
    const { x, y, width, height } = boxes[at];
    return { ...other, x, y, width, height };
  });
  composer.keepItems(items, item, how);
}

// Where a side has jumped to.
function drawGuides(body, shown) {
  body.querySelectorAll(".canvas-guide").forEach((guide) => guide.remove());
  if (!shown) return;
  const { box, lines } = shown;
  const guide = (name, at) => {
    const node = h("span", { class: `canvas-guide is-${name}` });
    node.style[name] = `${at / 10}%`;
    return node;
  };
  const across = [box.x, box.x + box.width].filter((side) => lines.x.includes(side));
  const down = [box.y, box.y + box.height].filter((side) => lines.y.includes(side));
  body.append(...across.map((side) => guide("left", side)), ...down.map((side) => guide("top", side)));
}

// The bare picture ---------------------------------------------------------------------------------------------------

// A new place is drawn with the mouse; a finger scrolls the page, or lets go of what was chosen.
function touchGround(composer, body, event) {
  if (event.button !== 0 || event.target !== body) return;
  if (event.pointerType === "touch" || composer.isFull) return letGo(composer);
  event.preventDefault();
  const start = pointAt(body, event);
  const node = h("span", { class: "canvas-place is-new" });
  const lines = composer.isMagnetic ? linesBeside(composer.items, null) : NOWHERE;
  body.append(node);
  const show = (dx, dy) => laid(node, between(start, { x: start.x + dx, y: start.y + dy }, lines)).box;
  follow(body, body, event, show, (box) => {
    node.remove();
    if (!box || box.width < SMALLEST || box.height < SMALLEST) letGo(composer);
    else addPlace(composer, box);
  });
}

function letGo(composer) {
  if (composer.item) composer.pick(null);
}

export function addPlace(composer, box, like = null) {
  const item = { ...(like || composer.freshItem(composer.items.length + 1)), ...box };
  composer.keepItems([...composer.items, item], item, { words: `${composer.list.noun}を追加しました` });
}
