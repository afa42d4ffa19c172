// Making elements; icons are the server's (GET /studio/kinds/…), as SVG by name.

const icons = {};

export function useIcons(given) {
  Object.assign(icons, given);
}

// h("p", {class: "x", onclick: f, hidden: false}, "words", node, [nodes], null)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) give(element, name, value);
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function give(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

export function icon(name) {
  const holder = document.createElement("template");
  holder.innerHTML = icons[name] || ""; // the server's own SVG
  return holder.content;
}

// A button with an icon and words.
export function button(words, name, onclick, attributes = {}) {
  return h("button", { type: "button", class: "btn", onclick, ...attributes }, name && icon(name), words);
}

// A square button; its words are for screen readers and for the pointer.
export function iconButton(words, name, onclick, attributes = {}) {
  const plain = { type: "button", class: "btn btn-icon btn-ghost-secondary", "aria-label": words, title: words };
  return h("button", { ...plain, onclick, ...attributes }, icon(name));
}

// A menu behind a button; items are buttons of the class dropdown-item.
export function menu(summary, items, attributes = {}) {
  const { class: extra = "", ...rest } = attributes;
  return h(
    "details",
    { class: `row-menu ${extra}`, "data-menu": true, ...rest },
    summary,
    h("div", { class: "row-menu-items" }, items),
  );
}

export function menuItem(words, name, onclick, attributes = {}) {
  return h("button", { type: "button", class: "dropdown-item", onclick, ...attributes }, icon(name), words);
}

let opened = 0;

// A dialog of its own, gone when it is closed. Answers the <dialog>.
export function openDialog(title, body, attributes = {}) {
  const id = `studio-dialog-${(opened += 1)}`;
  const close = h("button", {
    type: "button",
    class: "btn-close",
    "aria-label": "閉じる",
    onclick: () => dialog.close(),
  });
  const head = h("div", { class: "studio-dialog-head" }, h("h2", { id }, title), close);
  const dialog = h("dialog", { class: "studio-dialog", "aria-labelledby": id, ...attributes }, head, body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}
