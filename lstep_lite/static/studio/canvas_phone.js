// The menu as on a phone: unfolded or not, with tabs that can be tapped.
import { h, icon, openDialog } from "./dom.js";

export function showPhone(composer) {
  const { preview } = composer;
  const fields = composer.form()?.elements;
  const text = fields?.[composer.root.dataset.barText]?.value.trim() || "メニュー";
  const said = h("p", { class: "composer-phone-said", role: "status" }, "ボタンやタブを押して、動きを確かめられます。");
  const image = h("img", { alt: "リッチメニューの画像" });
  const places = h("div", { class: "composer-phone-places" });
  const menu = h("div", { class: "composer-phone-menu" }, image, places);
  const words = h("span", {}, text);
  const arrow = h("span", { class: "composer-phone-arrow", "aria-hidden": "true" }, "▾");
  const attributes = { type: "button", class: "composer-phone-bar", onclick: () => unfold(menu.hidden) };
  const bar = h("button", attributes, icon("keyboard"), words, arrow);
  const hello = h("div", { class: "line-row" }, h("div", { class: "line-bubble" }, "友だち追加ありがとうございます！"));
  const talk = h("div", { class: "line-talk" }, hello);
  const head = h("div", { class: "composer-phone-head" }, icon("arrow-left"), composer.root.dataset.shop);
  const phone = h("div", { class: "composer-phone", "data-bs-theme": "light" }, head, talk, menu, bar);
  const body = h("div", { class: "studio-dialog-body composer-phone-body" }, phone, said);
  const dialog = openDialog("スマホでの見え方", body);
  preview.listeners.add(show);
  dialog.addEventListener("close", () => preview.listeners.delete(show));
  unfold(fields?.[composer.root.dataset.isOpen]?.checked !== false);
  show();

  function unfold(isOpen) {
    menu.hidden = !isOpen;
    bar.setAttribute("aria-expanded", String(isOpen));
  }
  function show() {
    const address = preview.shown.get(composer.tab.id);
    image.hidden = !address;
    if (address) image.src = address;
    places.replaceChildren(...drawPlaces(composer, (words) => (said.textContent = words)));
  }
}

function drawPlaces(composer, say) {
  const board = composer.stage.querySelector(".canvas-board");
  const strip = board.querySelector(".canvas-strip")?.cloneNode(true);
  strip?.querySelectorAll("button").forEach((node, at) => {
    const tab = composer.document.tabs[at];
    node.setAttribute("aria-label", `タブ「${tab.label}」`);
    node.addEventListener("click", () => composer.choose("tabs", tab.id));
  });
  strip?.removeAttribute("aria-hidden");
  const body = board.querySelector(".canvas-body").cloneNode(false);
  body.append(...composer.items.map((item) => drawPlace(composer, item, say)));
  return [strip, body].filter(Boolean);
}

function drawPlace(composer, item, say) {
  const behaviour = behaviourOf(composer, item);
  const node = h("button", {
    type: "button",
    "aria-label": composer.nameOf(item),
    onclick: () => tap(composer, item, behaviour, say),
  });
  for (const [name, share] of Object.entries({ left: item.x, top: item.y, width: item.width, height: item.height }))
    node.style[name] = `${share / 10}%`;
  return node;
}

function behaviourOf(composer, item) {
  const input = composer.description.elements[item.kind].inputs.find((each) => each.widget === "tap");
  return input.behaviours.find((each) => each.name === item.tap.do);
}

function tap(composer, item, behaviour, say) {
  if (composer.document.tabs.some((tab) => tab.id === item.tap.tab)) composer.choose("tabs", item.tap.tab);
  say(`${composer.nameOf(item)}を押すと：${behaviour?.label || "動きがまだ決まっていません"}`);
}
