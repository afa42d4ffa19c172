// Lists of elements: cards below each other, or tabs where each is a card that customers see beside others.
import { button, h, icon, iconButton, menu, menuItem } from "./dom.js";
import { freshElement, join, renewed, titleOf } from "./documents.js";
import { drawFields, problemMark } from "./fields.js";
import { widgets } from "./widgets.js";

const FEW_KINDS = 4;
const FEW_ITEMS = 3;

widgets.items = (context) => {
  const list = listOf(context);
  const isTabs = context.input.of.every((kind) => list.elements[kind].is_panel);
  return h("div", { class: "studio-items" }, isTabs ? drawTabs(list) : drawCards(list));
};

// A list with what can be done to it. *at* is a number, *kind* an element's name.
export function listOf({ editor, input, value, place }) {
  const items = value || [];
  const elements = editor.description.elements;
  const placeOf = (item) => join(place, `#${item.id}`);
  const change = (after, focus, words) => editor.put(place, after, { redraw: true, focus, words });
  return {
    editor,
    input,
    items,
    elements,
    place,
    placeOf,
    isFull: items.length >= input.most,
    add(kind, at = items.length) {
      const item = freshElement(editor.description, kind);
      editor.open(item.id);
      change(items.toSpliced(at, 0, item), { inside: placeOf(item) }, `${elements[kind].label}を追加しました`);
    },
    copy(at) {
      const twin = renewed(items[at]);
      editor.open(twin.id);
      change(items.toSpliced(at + 1, 0, twin), { inside: placeOf(twin) }, "コピーしました");
    },
    remove(at) {
      const next = items[at + 1] || items[at - 1];
      editor.leave(items[at].id, next?.id);
      change(items.toSpliced(at, 1), next ? { key: `${placeOf(next)}|head` } : { inside: place }, null);
      editor.offerUndo(`${nameOf(at)}を削除しました`);
    },
    move(from, to, key = `${placeOf(items[from])}|head`) {
      if (to < 0 || to >= items.length || to === from) return;
      const rest = items.toSpliced(from, 1);
      change(rest.toSpliced(to, 0, items[from]), { key }, `${to + 1}番目に移しました`);
    },
    nameOf,
  };
  function nameOf(at) {
    const words = titleOf(editor.description, items[at]);
    return words ? `「${words}」` : `${at + 1}番目の${elements[items[at].kind]?.label || "部品"}`;
  }
}

// Adding -------------------------------------------------------------------------------------------------------------

function drawAdding(list) {
  const { input, elements } = list;
  if (input.most === 1) return null; // there is no second one: nothing to say
  if (list.isFull) return h("p", { class: "form-hint" }, `${input.noun}は${input.most}個までです。`);
  const key = `${list.place}|add`;
  if (input.of.length === 1) {
    return button(`${input.noun}を追加`, "plus", () => list.add(input.of[0]), {
      class: "btn btn-outline-primary",
      "data-key": key,
    });
  }
  if (input.of.length <= FEW_KINDS) {
    return h(
      "div",
      { class: "studio-adding" },
      h("span", {}, "追加する"),
      input.of.map((kind) =>
        button(elements[kind].label, elements[kind].icon, () => list.add(kind), { "data-key": `${key}-${kind}` }),
      ),
    );
  }
  return kindMenu(
    list,
    `${input.noun}を追加`,
    list.items.length,
    { class: "studio-kinds row-picker" },
    "btn btn-outline-primary",
    key,
  );
}

function kindMenu(list, words, at, attributes, look, key) {
  const { input, elements } = list;
  const summary = h(
    "summary",
    { class: look, "aria-label": words, title: words, "data-key": key },
    icon("plus"),
    h("span", {}, words),
  );
  return menu(
    summary,
    input.of.map((kind) => menuItem(elements[kind].label, elements[kind].icon, () => list.add(kind, at))),
    attributes,
  );
}

function insertion(list, at) {
  if (list.isFull || at === 0) return null;
  const words = "ここに追加";
  const key = `${list.place}|insert-${at}`;
  if (list.input.of.length > 1)
    return h(
      "div",
      { class: "studio-insert" },
      kindMenu(list, words, at, { class: "row-picker" }, "studio-insert-button", key),
    );
  const attributes = {
    type: "button",
    class: "studio-insert-button",
    "aria-label": words,
    title: words,
    "data-key": key,
  };
  return h(
    "div",
    { class: "studio-insert" },
    h("button", { ...attributes, onclick: () => list.add(list.input.of[0], at) }, icon("plus"), h("span", {}, words)),
  );
}

// Cards --------------------------------------------------------------------------------------------------------------

function drawCards(list) {
  const cards = list.items.map((item, at) => drawCard(list, item, at));
  const rows = h("ol", { class: "studio-cards" }, cards);
  sortable(rows, list, ".studio-card", "vertical");
  return [list.items.length ? rows : null, drawAdding(list)];
}

function drawCard(list, item, at) {
  const { editor, elements } = list;
  const place = list.placeOf(item);
  const element = elements[item.kind];
  const isOuter = place.split("#").length === 2;
  const isOpen = editor.isOpen(item.id, isOuter ? list.items.length <= FEW_ITEMS : !titleOf(editor.description, item));
  const body =
    isOpen &&
    element &&
    h("div", { class: "studio-card-body" }, drawFields(editor, element.inputs, item, place, element));
  return h(
    "li",
    { class: `studio-card${isOpen ? " is-open" : ""}`, "data-id": item.id },
    insertion(list, at),
    h(
      "div",
      { class: "studio-card-box" },
      h("div", { class: "studio-card-head" }, grip(), cardToggle(list, item, at, isOpen), cardTools(list, item, at)),
      body,
    ),
  );
}

function grip() {
  return h("span", { class: "drag-handle", "data-grip": true, "aria-hidden": "true" }, icon("grip-vertical"));
}

function cardToggle(list, item, at, isOpen) {
  const place = list.placeOf(item);
  const element = list.elements[item.kind];
  return h(
    "button",
    {
      type: "button",
      class: "studio-card-toggle",
      "aria-expanded": String(isOpen),
      "data-key": `${place}|head`,
      "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown",
      onclick: () => list.editor.fold(item.id, !isOpen, `${place}|head`),
      onkeydown: (event) => moveByKey(event, list, at, { ArrowUp: -1, ArrowDown: 1 }),
    },
    icon(isOpen ? "chevron-down" : "chevron-right"),
    h("span", { class: "studio-card-icon" }, element && icon(element.icon)),
    h(
      "span",
      { class: "studio-card-words" },
      h(
        "strong",
        {},
        list.input.of.length > 1 || !element
          ? `${at + 1}. ${element?.label || "使えない部品"}`
          : `${list.input.noun}${at + 1}`,
      ),
      h("span", { class: "studio-card-title", "data-title-of": place }, titleOf(list.editor.description, item)),
    ),
    problemMark(place),
  );
}

function moveByKey(event, list, at, steps) {
  if (!event.altKey || !(event.key in steps)) return;
  event.preventDefault();
  list.move(at, at + steps[event.key]);
}

function cardTools(list, item, at) {
  const place = list.placeOf(item);
  const name = list.nameOf(at);
  const up = iconButton(`${name}を上へ`, "arrow-up", () => list.move(at, at - 1, `${place}|up`), {
    disabled: at === 0,
    "data-key": `${place}|up`,
  });
  const down = iconButton(`${name}を下へ`, "arrow-down", () => list.move(at, at + 1, `${place}|down`), {
    disabled: at === list.items.length - 1,
    "data-key": `${place}|down`,
  });
  const summary = h(
    "summary",
    {
      class: "btn btn-icon btn-ghost-secondary",
      "aria-label": `${name}の操作`,
      title: "操作",
      "data-key": `${place}|menu`,
    },
    icon("dots"),
  );
  return h(
    "div",
    { class: "studio-card-tools" },
    h("span", { class: "studio-moves" }, up, down),
    menu(summary, changes(list, at, "上へ", "下へ")),
  );
}

// What a menu offers to do with an element.
export function changes(list, at, before, after) {
  const isSide = before === "左へ";
  return [
    at > 0 && menuItem(before, isSide ? "arrow-left" : "arrow-up", () => list.move(at, at - 1)),
    at < list.items.length - 1 && menuItem(after, isSide ? "arrow-right" : "arrow-down", () => list.move(at, at + 1)),
    !list.isFull && menuItem("コピーを作る", "copy", () => list.copy(at)),
    menuItem("削除", "trash", () => list.remove(at)),
  ];
}

// Tabs ---------------------------------------------------------------------------------------------------------------

function drawTabs(list) {
  const { editor, items } = list;
  const chosen = Math.max(
    0,
    items.findIndex((item) => item.id === editor.chosen(list.place)),
  );
  const strip = drawStrip(list, chosen);
  const adding =
    list.isFull || list.input.of.length > 1
      ? null
      : iconButton(`${list.input.noun}を追加`, "plus", () => addTab(list, list.items.length), {
          "data-key": `${list.place}|add`,
        });
  const many = list.input.of.length > 1 || list.isFull ? drawAdding(list) : null;
  return [
    h("div", { class: "studio-tab-row" }, strip, adding),
    many,
    items.length ? drawPanel(list, items[chosen], chosen) : null,
  ];
}

export function drawStrip(list, chosen) {
  const strip = h(
    "div",
    { class: "studio-tabs", role: "tablist", "aria-label": list.input.label },
    list.items.map((item, at) => drawTab(list, item, at, at === chosen)),
  );
  sortable(strip, list, ".studio-tab", "horizontal");
  return strip;
}

function addTab(list, at) {
  list.add(list.input.of[0], at);
}

function drawTab(list, item, at, isChosen) {
  const place = list.placeOf(item);
  return h(
    "button",
    {
      type: "button",
      role: "tab",
      class: "studio-tab",
      "aria-selected": String(isChosen),
      tabindex: isChosen ? "0" : "-1",
      "data-id": item.id,
      "data-key": `${place}|head`,
      "aria-keyshortcuts": "Alt+ArrowLeft Alt+ArrowRight",
      onclick: () => list.editor.choose(list.place, item.id, `${place}|head`),
      onkeydown: (event) => tabKey(event, list, at),
    },
    h("span", {}, `${at + 1}`),
    h("span", { class: "studio-tab-title", "data-title-of": place }, titleOf(list.editor.description, item)),
    problemMark(place),
  );
}

function tabKey(event, list, at) {
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.altKey) return moveByKey(event, list, at, steps);
  const next = list.items[at + (steps[event.key] || 0)];
  if (!(event.key in steps) || !next) return;
  event.preventDefault();
  list.editor.choose(list.place, next.id, `${list.placeOf(next)}|head`);
}

function drawPanel(list, item, at) {
  const element = list.elements[item.kind];
  const place = list.placeOf(item);
  const name = `${list.input.noun}${at + 1}`;
  const tools = h(
    "div",
    { class: "studio-panel-tools" },
    iconButton(`${name}を左へ`, "arrow-left", () => list.move(at, at - 1, `${place}|left`), {
      disabled: at === 0,
      "data-key": `${place}|left`,
    }),
    iconButton(`${name}を右へ`, "arrow-right", () => list.move(at, at + 1, `${place}|right`), {
      disabled: at === list.items.length - 1,
      "data-key": `${place}|right`,
    }),
    !list.isFull &&
      button("コピー", "copy", () => list.copy(at), { class: "btn btn-ghost-secondary", "data-key": `${place}|copy` }),
    !list.isFull &&
      list.input.of.length === 1 &&
      button("右に追加", "plus", () => addTab(list, at + 1), {
        class: "btn btn-ghost-secondary",
        "data-key": `${place}|insert`,
      }),
    button("削除", "trash", () => list.remove(at), { class: "btn btn-ghost-secondary", "data-key": `${place}|remove` }),
  );
  const head = h("div", { class: "studio-panel-head" }, h("strong", {}, `${name} / ${list.items.length}`), tools);
  return h(
    "div",
    { class: "studio-panel", role: "tabpanel", "aria-label": name, "data-panel": place },
    head,
    element && drawFields(list.editor, element.inputs, item, place, element),
  );
}

// Dragging -----------------------------------------------------------------------------------------------------------

function sortable(rows, list, draggable, direction) {
  if (list.items.length < 2) return;
  window.Sortable.create(rows, {
    animation: 150,
    draggable,
    direction,
    handle: direction === "vertical" ? "[data-grip]" : undefined,
    delay: direction === "vertical" ? 0 : 150,
    delayOnTouchOnly: true,
    forceFallback: true,
    fallbackTolerance: 5,
    onEnd: ({ oldDraggableIndex: from, newDraggableIndex: to }) => {
      list.editor.choices.set(list.place, list.items[from].id);
      list.move(from, to);
    },
  });
}
