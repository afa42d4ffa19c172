// The bar above the picture.
import { divided, layoutButton } from "./board.js";
import { h, icon, menu } from "./dom.js";
import { add } from "./canvas_keys.js";
import { showPhone } from "./canvas_phone.js";

export function drawTools(composer) {
  composer.isMagnetic = true;
  composer.layoutMenu = drawMenu("分け方", "layout-grid", "composer-layouts");
  composer.themeMenu = drawMenu("配色", "palette", "composer-themes");
  fill(
    composer.themeMenu,
    composer.themes.map((theme) => drawTheme(composer, theme)),
  );
  composer.addButton = tool("追加", "square-plus", () => add(composer));
  composer.magnet = tool("ぴったり", "magnet", () => toggleMagnet(composer), {
    class: "btn composer-tool composer-magnet",
    "aria-pressed": "true",
    title: "動かすとき、線やとなりにぴったり合わせます（Altキーを押している間は合わせません）",
  });
  const phone = tool("スマホで見る", "device-mobile", () => showPhone(composer), {
    class: "btn composer-tool composer-phone-button",
  });
  const { undoButton, redoButton, layoutMenu, themeMenu, addButton, magnet, status } = composer;
  return [undoButton, redoButton, layoutMenu, themeMenu, addButton, magnet, phone, status];
}

// On a phone the words are for screen readers only.
function tool(words, name, onclick, attributes = {}) {
  const plain = { type: "button", class: "btn composer-tool", title: words, onclick };
  return h("button", { ...plain, ...attributes }, icon(name), h("span", {}, words));
}

function drawMenu(words, name, look) {
  const summary = h("summary", { class: "btn composer-tool", title: words }, icon(name), h("span", {}, words));
  return menu(summary, [], { class: `row-picker composer-menu ${look}` });
}

// What the bar offers for the tab that is shown now.
export function showTools(composer) {
  fill(
    composer.layoutMenu,
    composer.list.layouts.map((layout) => drawLayout(composer, layout)),
  );
  composer.themeMenu.querySelectorAll("button").forEach((choice, at) => {
    choice.setAttribute("aria-pressed", String(isPainted(composer, composer.themes[at])));
  });
  composer.addButton.disabled = composer.isFull;
  colorsOf(composer).forEach((name) => composer.root.style.setProperty(`--menu-${name}`, composer.document[name]));
}

function fill(details, items) {
  details.querySelector(".row-menu-items").replaceChildren(...items);
}

function toggleMagnet(composer) {
  composer.isMagnetic = !composer.isMagnetic;
  composer.magnet.setAttribute("aria-pressed", String(composer.isMagnetic));
}

// Layouts and themes -------------------------------------------------------------------------------------------------

function drawLayout(composer, layout) {
  return layoutButton(layout, composer.items, `layout|${layout.label}`, () => divide(composer, layout));
}

function divide(composer, layout) {
  const before = composer.items.length;
  const items = divided(composer.items, layout, (at) => composer.freshItem(at + 1));
  composer.layoutMenu.open = false;
  composer.keepItems(items, null, { words: `${layout.label}に分けました` });
  if (before > items.length) composer.offerUndo(`${composer.list.noun}を${before - items.length}個減らしました`);
}

function drawTheme(composer, theme) {
  const dots = colorsOf(composer).map((name) => {
    const dot = h("span");
    dot.style.backgroundColor = theme.colors[name];
    return dot;
  });
  return h(
    "button",
    { type: "button", class: "composer-theme", onclick: () => paint(composer, theme) },
    h("span", { class: "composer-theme-colors" }, dots),
    theme.label,
  );
}

function isPainted(composer, theme) {
  return colorsOf(composer).every((name) => theme.colors[name] === composer.document[name]);
}

// The names of the palette's colours.
function colorsOf({ description }) {
  return description.inputs.filter((input) => input.widget === "color").map((input) => input.name);
}

// The menu stays open: one may look at the next palette at once.
function paint(composer, theme) {
  composer.replace(theme.colors);
  composer.announce(`配色を${theme.label}にしました`);
}
