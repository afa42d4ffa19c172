// Places on a picture as numbers: thousandths of its width and height. Nothing here touches the page.

export const WHOLE = 1000;
export const SMALLEST = 30;
export const STEP = 10;
const NEAR = 15; // how far from a line a side still jumps to it
const LINES = [0, 250, 333, 500, 667, 750, WHOLE];
const ANYWHERE = { x: [], y: [] };

export function boxOf([x, y, width, height]) {
  return { x, y, width, height };
}

export function isSameBox(one, other) {
  return ["x", "y", "width", "height"].every((name) => one[name] === other[name]);
}

export function areOverlapping(one, other) {
  return isBeside(one, other, "x", "width") && isBeside(one, other, "y", "height");
}

function isBeside(one, other, start, length) {
  return one[start] < other[start] + other[length] && other[start] < one[start] + one[length];
}

// Where sides jump to: the usual parts of the picture, and the sides of the others.
export function linesBeside(items, item) {
  const others = items.filter((other) => other !== item);
  return {
    x: [...LINES, ...others.flatMap((other) => [other.x, other.x + other.width])],
    y: [...LINES, ...others.flatMap((other) => [other.y, other.y + other.height])],
  };
}

function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

function snapped(value, lines) {
  const near = lines.filter((line) => Math.abs(line - value) <= NEAR);
  return near.length
    ? near.reduce((best, line) => (Math.abs(line - value) < Math.abs(best - value) ? line : best))
    : value;
}

export function moved({ x, y, width, height }, dx, dy, lines = ANYWHERE) {
  return { x: shifted(x + dx, width, lines.x), y: shifted(y + dy, height, lines.y), width, height };
}

// Its beginning jumps to a line, else its end does.
function shifted(start, length, lines) {
  const first = snapped(start, lines);
  const found = first === start ? snapped(start + length, lines) - length : first;
  return clamp(found, 0, WHOLE - length);
}

// *sides* are the first letters of the compass: "e" moves the right side, "nw" the upper left corner.
export function sized({ x, y, width, height }, dx, dy, lines = ANYWHERE, sides = "se") {
  let [left, right, top, bottom] = [x, x + width, y, y + height];
  if (sides.includes("w")) left = clamp(snapped(left + dx, lines.x), 0, Math.max(right - SMALLEST, 0));
  if (sides.includes("e")) right = clamp(snapped(right + dx, lines.x), Math.min(left + SMALLEST, WHOLE), WHOLE);
  if (sides.includes("n")) top = clamp(snapped(top + dy, lines.y), 0, Math.max(bottom - SMALLEST, 0));
  if (sides.includes("s")) bottom = clamp(snapped(bottom + dy, lines.y), Math.min(top + SMALLEST, WHOLE), WHOLE);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

// The box around two points.
export function between(one, other, lines) {
  const [left, right] = [one.x, other.x].sort((a, b) => a - b).map((side) => clamp(snapped(side, lines.x), 0, WHOLE));
  const [top, bottom] = [one.y, other.y].sort((a, b) => a - b).map((side) => clamp(snapped(side, lines.y), 0, WHOLE));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

// A neighbour after *before* became *after*: it keeps to the side that it shared with it, unless it would vanish.
export function pulled(other, before, after) {
  const across = pulledAlong(other, before, after, ["x", "width"], ["y", "height"]);
  return pulledAlong(across, before, after, ["y", "height"], ["x", "width"]);
}

function pulledAlong(other, before, after, [start, length], [side, breadth]) {
  if (!isBeside(other, before, side, breadth)) return other;
  const end = (box) => box[start] + box[length];
  let [first, last] = [other[start], end(other)];
  if (first === end(before)) first = end(after);
  if (last === before[start]) last = after[start];
  return last - first < SMALLEST ? other : { ...other, [start]: first, [length]: last - first };
}
