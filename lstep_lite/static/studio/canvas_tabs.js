// The tabs of a menu above its picture.
import { h, icon, iconButton, menu, menuItem } from "./dom.js";
import { freshElement } from "./documents.js";
import { changes, drawStrip, listOf } from "./items.js";

const LOOKS = /^(ground|pattern|padding|gap)/; // a new tab looks like the one it was made from

export function drawTabs(composer) {
  const input = composer.description.inputs.find((each) => each.name === "tabs");
  const list = listOf({ editor: composer, input, value: composer.document.tabs, place: "tabs" });
  const add = iconButton("タブを追加", "plus", () => addTab(composer, list), { "data-key": "tabs|add" });
  return [drawStrip(list, composer.tabAt), list.isFull ? "" : add, drawMenu(composer, list)];
}

function drawMenu(composer, list) {
  const at = composer.tabAt;
  const summary = h(
    "summary",
    {
      class: "btn btn-icon btn-ghost-secondary",
      "aria-label": `タブ${list.nameOf(at)}の操作`,
      title: "タブの操作",
      "data-key": "tabs|menu",
    },
    icon("dots"),
  );
  const isLast = list.items.length === 1;
  const items = changes(list, at, "左へ", "右へ").filter(Boolean);
  const rename = menuItem("名前とアイコンを変える", "edit", () => composer.showPane("tab"));
  return menu(summary, [rename, ...(isLast ? items.slice(0, -1) : items)], { class: "composer-tab-menu" });
}

function addTab(composer, list) {
  const looks = Object.entries(composer.tab).filter(([name]) => LOOKS.test(name));
  const label = `タブ${list.items.length + 1}`;
  const tab = { ...freshElement(composer.description, list.input.of[0]), ...Object.fromEntries(looks), label };
  composer.choices.set("tabs", tab.id);
  composer.choices.set("pane", "tab");
  const focus = { key: `tabs/#${tab.id}/label` };
  composer.put("tabs", [...list.items, tab], { redraw: true, focus, words: "タブを追加しました" });
}
