// The composer of rich menus: the picture with its buttons on the left, the settings of what is chosen on the right.
import { button, h } from "./dom.js";
import { freshElement, isInside, join, titleOf } from "./documents.js";
import { Editor } from "./editor.js";
import { drawBoard, fitBoard } from "./canvas.js";
import { onCanvasKey } from "./canvas_keys.js";
import { Picture } from "./canvas_picture.js";
import { drawSide, sectionKey } from "./canvas_side.js";
import { drawTabs } from "./canvas_tabs.js";
import { drawTools, showTools } from "./canvas_tools.js";
import { start } from "./starting.js";
import "./glyphs.js";
import "./palette.js";
import "./shares.js";
import "./tab_picks.js";

const TABS = "tabs";

class Composer extends Editor {
  makePreview() {
    return new Picture(this);
  }

  drawTools() {
    return drawTools(this);
  }

  drawPanes() {
    this.tabRow = h("div", { class: "composer-tabs" });
    this.stage = h("div", { class: "composer-stage" });
    this.notes = h("ul", { class: "composer-notes", "aria-label": "気をつけるところ", hidden: true });
    this.side = h("div", { class: "composer-side" });
    this.parts.classList.add("composer-panes");
    this.parts.append(h("div", { class: "composer-left" }, this.tabRow, this.stage, this.notes), this.side);
    return this.parts;
  }

  drawParts() {
    this.chosen(TABS); // a copy that was just made
    this.choices.set("tab-at", this.tabAt);
    this.tabRow.replaceChildren(...drawTabs(this));
    this.stage.replaceChildren(drawBoard(this));
    this.side.replaceChildren(...drawSide(this));
    showTools(this);
    this.preview.showTab();
    this.showMarks();
  }

  // What a line of words is dressed up with stays out of the way, the line itself does not.
  opensSection() {
    return false;
  }

  isOpen(id, otherwise) {
    return super.isOpen(id, id.startsWith("section:") ? otherwise : true);
  }

  // The picture is always in sight.
  showPreview() {}

  // What is chosen ----------------------------------------------------------------------------------------------------

  // After saving, tabs may have other codes: then the one in the same place is gone on with.
  get tabAt() {
    const found = this.document.tabs.findIndex((tab) => tab.id === this.choices.get(TABS));
    return found >= 0 ? found : Math.min(this.choices.get("tab-at") || 0, this.document.tabs.length - 1);
  }

  get tab() {
    return this.document.tabs[this.tabAt];
  }

  get tabPlace() {
    return `${TABS}/#${this.tab.id}`;
  }

  // The input of the tab that its places stand in: the buttons of a composed one, the areas of a finished picture.
  get list() {
    const name = this.tab.source === "picture" ? "areas" : "cells";
    return this.description.elements[this.tab.kind].inputs.find((input) => input.name === name);
  }

  get listPlace() {
    return join(this.tabPlace, this.list.name);
  }

  get items() {
    return this.tab[this.list.name] || [];
  }

  get item() {
    return this.items.find((item) => item.id === this.choices.get("item")) || null;
  }

  placeOf(item) {
    return join(this.listPlace, `#${item.id}`);
  }

  areaKey(item) {
    return `${this.placeOf(item)}|area`;
  }

  nameOf(item) {
    const words = titleOf(this.description, item);
    return words ? `「${words}」` : `${this.list.noun}${this.items.indexOf(item) + 1}`;
  }

  // A new place, which the picture shows at once: nobody looks for what can't be seen.
  freshItem(number) {
    const item = freshElement(this.description, this.list.of[0]);
    if (item.lines?.length) item.lines[0].text = `${this.list.noun}${number}`;
    return item;
  }

  // The strip counts: its other tabs are tapped too.
  get isFull() {
    return this.items.length + (this.hasStrip ? this.document.tabs.length - 1 : 0) >= this.list.most;
  }

  get hasStrip() {
    return this.document.strip !== "none" && this.document.tabs.length > 1;
  }

  get pane() {
    return this.choices.get("pane") || (this.lacksPicture ? "tab" : "item");
  }

  // A finished picture is to be shown, which has not been chosen yet.
  get lacksPicture() {
    return this.tab.source === "picture" && !this.tab.picture_id;
  }

  // Choose a place of the picture, or with null none of them.
  pick(item, focus = {}) {
    this.choices.set("item", item?.id);
    this.choices.set("pane", "item");
    this.draw(focus);
  }

  showPane(name) {
    this.choices.set("pane", name);
    this.draw({ key: `pane|${name}` });
  }

  showSection(key, name) {
    this.choices.set(key, name);
    this.draw({ key: `${key}|${name}` });
  }

  // Changing ----------------------------------------------------------------------------------------------------------

  // Keep *items* as the places of this tab, and *chosen* as the one that is chosen.
  keepItems(items, chosen, { focus, ...how } = {}) {
    this.choices.set("item", chosen?.id);
    if (chosen) this.choices.set("pane", "item");
    this.put(this.listPlace, items, {
      redraw: true,
      focus: focus || (chosen ? { key: this.areaKey(chosen) } : {}),
      ...how,
    });
  }

  put(place, value, how = {}) {
    super.put(place, value, how);
    if (!how.redraw) fitBoard(this);
  }

  onKey(event) {
    super.onKey(event);
    if (event.key === "Escape" && closeMenu(this.root)) return;
    if (!event.defaultPrevented && this.stage.contains(event.target)) onCanvasKey(this, event);
  }

  // What is wrong -----------------------------------------------------------------------------------------------------

  unfold(place) {
    super.unfold(place);
    const names = place.split("/");
    const item = names[0] === TABS && ["cells", "areas"].includes(names[2]) ? names[3] : null;
    if (item) this.choices.set("item", item.slice(1));
    const pane = item ? "item" : names[0] === TABS && names.length > 1 ? "tab" : "menu";
    const name = names[{ item: 4, tab: 2, menu: 0 }[pane]];
    const section = this.inputsOf(pane)?.find((input) => input.name === name)?.section;
    this.choices.set("pane", pane);
    if (section) this.choices.set(sectionKey(pane), section);
  }

  inputsOf(pane) {
    const { elements, inputs } = this.description;
    return { item: elements[this.list.of[0]].inputs, tab: elements[this.tab.kind].inputs, menu: inputs }[pane];
  }

  learn(document, answer) {
    super.learn(document, answer);
    this.showMarks();
    this.showNotes();
  }

  showMarks() {
    for (const node of this.stage.querySelectorAll("[data-marks-of]")) {
      const place = node.dataset.marksOf;
      const isHere = (each) => isInside(each.place, place);
      node.classList.toggle("has-problem", this.problemsIn(place) > 0);
      node.classList.toggle("has-warning", this.warnings.some(isHere));
    }
  }

  // What may be meant otherwise: below the picture, and each leads to its place.
  showNotes() {
    const messages = [...new Set(this.warnings.map(({ message }) => message))];
    const notes = messages.map((message) => {
      const places = this.warnings.filter((warning) => warning.message === message).map(({ place }) => place);
      const words = places.length > 1 ? `${message}（${places.length}か所）` : message;
      return h("li", {}, button(words, "alert-triangle", () => this.goTo(places[0]), { class: "composer-note" }));
    });
    this.notes.replaceChildren(...notes);
    this.notes.hidden = notes.length === 0;
  }

  goTo(place) {
    this.unfold(place);
    this.draw({ inside: place });
  }
}

function closeMenu(root) {
  const menu = root.querySelector("[data-menu][open]");
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary").focus();
  return true;
}

start("[data-composer]", Composer);
