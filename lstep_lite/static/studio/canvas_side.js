// The settings beside the picture: of the chosen button, of its tab, of the whole menu.
import { button, h, icon } from "./dom.js";
import { isShown, join, titleOf } from "./documents.js";
import { drawFields, problemMark } from "./fields.js";
import { add, duplicate, remove } from "./canvas_keys.js";
import { drawLookMenu } from "./canvas_looks.js";

export function drawSide(composer) {
  const { description, tab, tabPlace } = composer;
  const ofTab = composer.document.tabs.length > 1 ? "このタブ" : "画像・背景";
  const inPlace = (inputs, place) => inputs.filter(isPlain).map((input) => join(place, input.name)).join(" ");
  const panes = {
    item: [composer.list.noun, composer.listPlace, () => drawItem(composer)],
    tab: [ofTab, inPlace(description.elements[tab.kind].inputs, tabPlace), () => drawTab(composer)],
    menu: ["メニュー全体", inPlace(description.inputs, ""), () => drawMenu(composer)],
  };
  const names = Object.keys(panes);
  const tabs = names.map((name, at) => {
    const [label, places] = panes[name];
    const isChosen = name === composer.pane;
    const attributes = { type: "button", role: "tab", class: "composer-pane-tab", "aria-selected": String(isChosen) };
    return h(
      "button",
      {
        ...attributes,
        tabindex: isChosen ? "0" : "-1",
        "data-key": `pane|${name}`,
        onclick: () => composer.showPane(name),
        onkeydown: (event) => step(composer, names, at, event),
      },
      label,
      problemMark(places),
    );
  });
  const strip = h("div", { class: "composer-pane-tabs", role: "tablist", "aria-label": "設定するもの" }, tabs);
  const [label, , draw] = panes[composer.pane];
  return [strip, h("div", { class: "composer-pane", role: "tabpanel", "aria-label": label }, draw())];
}

function step(composer, names, at, event) {
  const next = names[at + ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] || 0)];
  if (!next || next === names[at]) return;
  event.preventDefault();
  composer.showPane(next);
}

// Whether an input is shown here: tabs and places stand on the left.
function isPlain(input) {
  return input.name !== "tabs" && input.widget !== "canvas";
}

function drawTab(composer) {
  const element = composer.description.elements[composer.tab.kind];
  return drawSections(composer, element.inputs.filter(isPlain), composer.tab, composer.tabPlace, element);
}

function drawMenu(composer) {
  return drawSections(composer, composer.description.inputs.filter(isPlain), composer.document, "");
}

// Sections ----------------------------------------------------------------------------------------------------------

// One section at a time: the picture stays in sight.
function drawSections(composer, inputs, data, place, element = null) {
  const shown = inputs.filter((input) => isShown(input, data));
  const names = [...new Set(shown.map((input) => input.section))];
  const key = sectionKey(composer.pane);
  const chosen = names.includes(composer.choices.get(key)) ? composer.choices.get(key) : names[0];
  const chips = names.map((name) => {
    const places = shown.filter((input) => input.section === name).map((input) => join(place, input.name));
    const choose = () => composer.showSection(key, name);
    const attributes = { type: "button", class: "composer-chip", "aria-pressed": String(name === chosen) };
    const mark = problemMark(places.join(" "));
    return h("button", { ...attributes, "data-key": `${key}|${name}`, onclick: choose }, name, mark);
  });
  const own = inputs.filter((input) => input.section === chosen).map((input) => ({ ...input, section: "" }));
  return [
    h("div", { class: "composer-chips", role: "group", "aria-label": "設定の種類" }, chips),
    drawFields(composer, own, data, place, element),
  ];
}

export function sectionKey(pane) {
  return `section-${pane}`;
}

// The chosen button, or all of them to choose from -------------------------------------------------------------------

function drawItem(composer) {
  const { item, description } = composer;
  if (!item) return drawItems(composer);
  const element = description.elements[item.kind];
  return [drawHead(composer, item), drawSections(composer, element.inputs, item, composer.placeOf(item), element)];
}

function drawHead(composer, item) {
  const place = composer.placeOf(item);
  const title = h(
    "h3",
    {},
    h("span", {}, `${composer.list.noun}${composer.items.indexOf(item) + 1}`),
    h("span", { class: "composer-head-title", "data-title-of": place }, titleOf(composer.description, item)),
  );
  const plain = { class: "btn btn-sm btn-ghost-secondary" };
  const tools = [
    button("複製", "copy", () => duplicate(composer), { ...plain, title: "Ctrl+D", "data-key": `${place}|copy` }),
    composer.list.name === "cells" && composer.items.length > 1 ? drawLookMenu(composer) : null,
    button("削除", "trash", () => remove(composer), { ...plain, title: "Delete", "data-key": `${place}|remove` }),
  ];
  const all = button("一覧へ", "list", () => composer.pick(null), { ...plain, "data-key": `${place}|all` });
  return h(
    "div",
    { class: "composer-head" },
    h("div", { class: "composer-head-row" }, title, all),
    h("div", { class: "composer-head-tools" }, tools),
  );
}

function drawItems(composer) {
  const { items, list } = composer;
  const lead = items.length
    ? `画像の上の${list.noun}を押すと、ここで設定できます。`
    : `${list.noun}がまだありません。「分け方」から選ぶか、追加してください。`;
  const rows = items.map((item, at) =>
    h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "composer-item",
          "data-key": `${composer.placeOf(item)}|row`,
          onclick: () => composer.pick(item, { key: composer.areaKey(item) }),
        },
        h("strong", {}, `${at + 1}`),
        h("span", { "data-title-of": composer.placeOf(item) }, titleOf(composer.description, item)),
        problemMark(composer.placeOf(item)),
        icon("chevron-right"),
      ),
    ),
  );
  const more = button(`${list.noun}を追加`, "plus", () => add(composer), {
    class: "btn btn-outline-primary",
    "data-key": "items|add",
  });
  return [h("p", { class: "form-hint" }, lead), h("ol", { class: "composer-items" }, rows), composer.isFull ? "" : more];
}
