// The look of one button given to others: everything but its place, its words, its icon, its badge and what it does.
import { h, icon, menu, menuItem } from "./dom.js";

const OWN = new Set(["id", "kind", "label", "tap", "x", "y", "width", "height", "icon"]);
const isLook = (name) => !OWN.has(name) && name !== "lines" && !name.startsWith("badge");

export function drawLookMenu(composer) {
  const summary = h(
    "summary",
    { class: "btn btn-sm btn-ghost-secondary", "data-key": `${composer.placeOf(composer.item)}|look` },
    icon("brush"),
    "同じ見た目に",
  );
  const here = menuItem("見た目を、このタブの全部のボタンに", "brush", () => spread(composer, [composer.tab]));
  const everywhere = menuItem("見た目を、すべてのタブのボタンに", "brush", () => spread(composer, composer.document.tabs));
  return menu(summary, [here, composer.document.tabs.length > 1 && everywhere], { class: "row-picker composer-look" });
}

function spread(composer, tabs) {
  const { item } = composer;
  const changed = composer.document.tabs.map((tab) =>
    tabs.includes(tab) && tab.cells
      ? { ...tab, cells: tab.cells.map((cell) => (cell === item ? cell : withLook(cell, item))) }
      : tab,
  );
  const focus = { key: composer.areaKey(item) };
  composer.put("tabs", changed, { redraw: true, focus });
  composer.offerUndo("ほかのボタンを同じ見た目にしました");
}

function withLook(cell, from) {
  const looks = Object.fromEntries(Object.entries(from).filter(([name]) => isLook(name)));
  const own = Object.fromEntries(Object.entries(cell).filter(([name]) => !isLook(name)));
  return { ...looks, ...own, lines: cell.lines.map((line, at) => withLine(line, from.lines[at] || from.lines.at(-1))) };
}

function withLine(line, from) {
  return from ? { ...from, id: line.id, text: line.text } : line;
}
