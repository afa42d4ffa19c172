// What can be done to the places of a menu besides moving them: added, copied, taken along, deleted.
import { SMALLEST, WHOLE, areOverlapping } from "./boxes.js";
import { addPlace } from "./canvas.js";
import { freshElement, renewed } from "./documents.js";

const PIECE = 83; // where a new place may begin, about a twelfth
const ROOMY = [
  [500, 500],
  [333, 500],
  [333, 333],
  [250, 250],
];
const AWAY = 40;
let taken = null; // what was copied, to be put in on this page again

export function onCanvasKey(composer, event) {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  const { item } = composer;
  const does = isCommand
    ? { c: item && (() => take(composer)), v: taken && (() => putIn(composer)), d: item && (() => duplicate(composer)) }
    : {
        Delete: item && (() => remove(composer)),
        Backspace: item && (() => remove(composer)),
        Escape: item && (() => composer.pick(null)),
      };
  const doIt = does[isCommand ? event.key.toLowerCase() : event.key];
  if (!doIt) return;
  event.preventDefault();
  doIt();
}

export function add(composer) {
  const box = ROOMY.map((size) => roomFor(composer.items, ...size)).find(Boolean);
  if (sayIfFull(composer)) return;
  addPlace(composer, box || { x: 350, y: 350, width: 300, height: 300 });
}

export function duplicate(composer) {
  if (sayIfFull(composer)) return;
  addPlace(composer, roomBeside(composer.items, composer.item), renewed(composer.item));
}

export function remove(composer) {
  const { item, items } = composer;
  const at = items.indexOf(item);
  const name = composer.nameOf(item);
  composer.keepItems(items.toSpliced(at, 1), items[at + 1] || items[at - 1] || null);
  composer.offerUndo(`${name}を削除しました`);
}

function take(composer) {
  taken = composer.item;
  composer.announce("コピーしました。Ctrl+Vで貼り付けます");
}

// An area of a finished picture and a button of a composed one share their place and what they do.
function putIn(composer) {
  if (sayIfFull(composer)) return;
  const fresh = freshElement(composer.description, composer.list.of[0]);
  const known = Object.keys(fresh).filter((name) => name in taken);
  const item = { ...fresh, ...Object.fromEntries(known.map((name) => [name, taken[name]])), kind: fresh.kind };
  addPlace(composer, roomBeside(composer.items, taken), renewed(item));
}

function sayIfFull(composer) {
  if (composer.isFull) composer.say(`タップできる場所は、1つのタブに${composer.list.most}か所までです。`);
  return composer.isFull;
}

// A free box of this size; null where there is none.
function roomFor(items, width, height) {
  for (let y = 0; y + height <= WHOLE; y += PIECE)
    for (let x = 0; x + width <= WHOLE; x += PIECE) {
      const box = { x, y, width, height };
      if (!items.some((item) => areOverlapping(item, box))) return box;
    }
  return null;
}

// Where a copy goes: to the right, below, anywhere free; else a little aside.
function roomBeside(items, { x, y, width, height }) {
  const beside = [
    { x: x + width, y, width, height },
    { x, y: y + height, width, height },
  ];
  const isFree = (box) =>
    box.x + width <= WHOLE && box.y + height <= WHOLE && !items.some((item) => areOverlapping(item, box));
  const aside = (start, length) => Math.max(0, Math.min(start + AWAY, WHOLE - Math.max(length, SMALLEST)));
  return (
    beside.find(isFree) || roomFor(items, width, height) || { x: aside(x, width), y: aside(y, height), width, height }
  );
}
