// The studio: draws the document that the hidden field holds, keeps it there while it is edited, and remembers each step.
// messages.js and composer.js say what is edited and how it looks so far.
import { button, h, icon, iconButton, useIcons } from "./dom.js";
import { isInside, isSame, isShown, locate, placeOf, settle, titleOf, valueAt } from "./documents.js";
import { drawFields, markProblems } from "./fields.js";
import { History } from "./history.js";
import { Keeping, offerDraft } from "./keeping.js";
import "./texts.js";
import "./values.js";
import "./references.js";
import "./items.js";
import "./taps.js";
import "./dialogs.js";

const UNDO_MS = 8000;
const remembered = new Map(); // an editor that htmx draws anew goes on where it was

export class Editor {
  constructor(root, described) {
    Object.assign(this, described);
    useIcons(described.icons);
    this.root = root;
    this.field = root.querySelector("[data-studio-field]");
    this.document = JSON.parse(this.field.value || "{}");
    this.ids = 0;
    this.said = new Map();
    this.touched = new Set();
    this.problems = this.placed(JSON.parse(root.dataset.problems || "[]"), this.document);
    this.warnings = [];
    this.showsAll = this.problems.length > 0;
    this.isRefused = this.showsAll || this.isComplainedOf();
    this.keeping = new Keeping(root.dataset.draft);
    this.resume();
    this.build();
    this.draw();
    offerDraft(this);
    if (this.isRefused) this.tellForm();
    this.preview.ask();
    if (this.showsAll) this.showFirstProblem();
  }

  // How the editor looked before htmx drew it anew.
  resume() {
    const before = remembered.get(this.root.dataset.draft);
    this.folds = before?.folds || new Map();
    this.choices = before?.choices || new Map();
    settle(this.description, this.description.inputs, this.document);
    const text = JSON.stringify(this.document);
    this.field.value = text;
    this.history = before?.history || new History(text);
    if (!isSame(this.history.text, text)) this.history.push(text, null, Date.now());
    remembered.set(this.root.dataset.draft, { folds: this.folds, choices: this.choices, history: this.history });
  }

  // Whether the form came back with something wrong. What htmx brings has the words of noscript as elements.
  isComplainedOf() {
    const said = this.form()?.querySelectorAll(".has-error, .alert-danger, .alert-warning") || [];
    return [...said].some((each) => !each.closest("noscript"));
  }

  newId() {
    return `studio-${(this.ids += 1)}`;
  }

  // Drawing -----------------------------------------------------------------------------------------------------------

  build() {
    this.undoButton = iconButton("元に戻す（Ctrl+Z）", "arrow-back-up", () => this.undo());
    this.redoButton = iconButton("やり直す（Ctrl+Shift+Z）", "arrow-forward-up", () => this.redo());
    this.status = h(
      "button",
      { type: "button", class: "btn btn-sm studio-status", hidden: true, onclick: () => this.showFirstProblem() },
      icon("alert-circle"),
      h("span"),
    );
    this.parts = h("div", { class: "studio-parts" });
    this.live = h("p", { class: "visually-hidden", role: "status" });
    this.snack = h("div", { class: "studio-snack", role: "status", hidden: true });
    this.preview = this.makePreview();
    const bar = h("div", { class: "studio-bar", role: "toolbar", "aria-label": "編集の操作" }, this.drawTools());
    this.root.querySelector("[data-studio-waiting]")?.remove();
    this.root.append(bar, this.drawPanes(), this.snack, this.live);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("focusout", (event) => this.onLeave(event));
    this.form()?.addEventListener("submit", () => this.keeping.keep(this.field.value, true));
  }

  form() {
    return this.root.closest("form");
  }

  // What stands in the bar.
  drawTools() {
    this.switcher = button("プレビュー", "eye", () => this.showPreview(!this.isPreviewing()), {
      class: "btn btn-sm studio-switch",
      "aria-pressed": "false",
    });
    return [this.undoButton, this.redoButton, this.status, this.switcher];
  }

  // What stands below the bar: the parts, and how it looks so far.
  drawPanes() {
    return h("div", { class: "studio-panes" }, this.parts, this.preview.node);
  }

  drawParts() {
    this.parts.replaceChildren(drawFields(this, this.description.inputs, this.document, ""));
  }

  // Whether a section of inputs is unfolded before anybody touched it; *at* counts the sections.
  opensSection(_at) {
    return true;
  }

  draw(focus = {}) {
    const before = document.activeElement;
    const key = focus.key || (this.parts.contains(before) ? before.dataset.key : null);
    const range =
      Number.isInteger(before?.selectionStart) && this.parts.contains(before)
        ? [before.selectionStart, before.selectionEnd]
        : null;
    this.drawParts();
    this.undoButton.disabled = !this.history.canUndo;
    this.redoButton.disabled = !this.history.canRedo;
    markProblems(this);
    this.showSaid();
    this.focus(key, focus.inside, range);
  }

  focus(key, inside, range) {
    const around =
      inside &&
      this.controls().find(
        (control) => isInside(control.dataset.key, inside) && control.matches("input, textarea, select"),
      );
    const same = key && this.controls().find((control) => control.dataset.key === key);
    const head = key && this.controls().find((control) => control.dataset.key === `${key.split("|")[0]}|head`);
    const found = around || (same?.disabled ? head : same);
    found?.focus({ preventScroll: true });
    if (range && found && found === same) found.setSelectionRange?.(...range);
    found?.scrollIntoView(inside ? { block: "center", behavior: "smooth" } : { block: "nearest" });
  }

  controls() {
    return [...this.parts.querySelectorAll("[data-key]")];
  }

  // Titles of cards follow what is typed.
  showTitles() {
    for (const title of this.parts.querySelectorAll("[data-title-of]")) {
      const item = valueAt(this.document, title.dataset.titleOf);
      if (item) title.textContent = titleOf(this.description, item);
    }
  }

  // Changing ----------------------------------------------------------------------------------------------------------

  // Keep *value* at *place*. *mark* joins steps of undo; *focus* says where the keyboard goes on; *words* are read aloud.
  put(place, value, { mark = null, redraw = false, focus = {}, words = "" } = {}) {
    const found = locate(this.document, place);
    if (!found) return;
    found.holder[found.key] = value;
    this.touched.add(place);
    this.problems = this.problems.filter((problem) => problem.place !== place);
    this.commit(mark);
    if (redraw) this.draw(focus);
    else {
      this.showTitles();
      markProblems(this);
    }
    if (words) this.announce(words);
  }

  commit(mark) {
    settle(this.description, this.description.inputs, this.document);
    const text = JSON.stringify(this.document);
    this.history.push(text, mark, Date.now());
    this.write(text);
  }

  write(text) {
    this.field.value = text;
    this.tellForm();
    this.keeping.keep(text);
    this.undoButton.disabled = !this.history.canUndo;
    this.redoButton.disabled = !this.history.canRedo;
    this.preview.soon();
  }

  // The form has something to save: it asks before it is left.
  tellForm() {
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  undo() {
    if (this.history.canUndo) this.restore(this.history.undo(), "元に戻しました");
  }

  redo() {
    if (this.history.canRedo) this.restore(this.history.redo(), "やり直しました");
  }

  restore(text, words) {
    this.document = JSON.parse(text);
    this.snack.hidden = true;
    this.write(text);
    this.draw();
    this.announce(words);
  }

  onKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    if (event.target.matches("input:not([type=checkbox], [type=radio], [type=color]), textarea")) return; // the field has an undo of its own
    const key = event.key.toLowerCase();
    const isRedo = key === "y" || (key === "z" && event.shiftKey);
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (isRedo) this.redo();
    else this.undo();
  }

  announce(words) {
    this.live.textContent = words;
  }

  offerUndo(words) {
    this.say(
      words,
      button("元に戻す", "arrow-back-up", () => this.undo(), { class: "btn btn-sm" }),
    );
  }

  say(words, more = null) {
    this.snack.replaceChildren(h("span", {}, words), more || "");
    this.snack.hidden = false;
    clearTimeout(this.snackTimer);
    this.snackTimer = setTimeout(() => (this.snack.hidden = true), UNDO_MS);
  }

  // Cards and tabs ----------------------------------------------------------------------------------------------------

  // As it was left; a card that is drawn for the first time as *otherwise* says.
  isOpen(id, otherwise) {
    if (!this.folds.has(id)) this.folds.set(id, otherwise);
    return this.folds.get(id);
  }

  fold(id, isOpen, key) {
    this.folds.set(id, isOpen);
    this.draw({ key });
  }

  // A new element is unfolded, and its tab, if it gets one, is chosen.
  open(id) {
    this.folds.set(id, true);
    this.newest = id;
  }

  chosen(place) {
    const items = valueAt(this.document, place);
    if (this.newest && items.some((item) => item.id === this.newest)) {
      this.choices.set(place, this.newest);
      this.newest = null;
    }
    return this.choices.get(place);
  }

  choose(place, id, key) {
    this.choices.set(place, id);
    this.draw({ key });
    this.preview.follow();
  }

  // The list whose tabs are the panels side by side in the preview, and which of them is chosen; null where there is none.
  panels() {
    const list = this.description.inputs.find((input) =>
      input.of?.every((kind) => this.description.elements[kind].is_panel),
    );
    const items = list && isShown(list, this.document) ? this.document[list.name] : [];
    const chosen = items.findIndex((item) => item.id === this.choices.get(list.name));
    return items.length ? { place: list.name, items, chosen: Math.max(0, chosen) } : null;
  }

  leave(id, nextId) {
    for (const [place, chosen] of this.choices) if (chosen === id) this.choices.set(place, nextId);
  }

  // What is wrong -----------------------------------------------------------------------------------------------------

  placed(problems, document) {
    return problems.map(({ path, message }) => ({ place: placeOf(document, path), message }));
  }

  isTold({ place }) {
    return this.showsAll || this.touched.has(place);
  }

  problemsAt(place) {
    return this.problems
      .filter((problem) => problem.place === place && this.isTold(problem))
      .map((problem) => problem.message);
  }

  warningsAt(place) {
    return this.warnings.filter((warning) => warning.place === place).map((warning) => warning.message);
  }

  problemsIn(place) {
    return this.problems.filter((problem) => isInside(problem.place, place) && this.isTold(problem)).length;
  }

  onLeave(event) {
    const place = event.target.dataset?.key?.split("|")[0];
    if (!place || this.touched.has(place)) return;
    this.touched.add(place);
    // Words that appear must not push away the button whose press led out of the field.
    if (!this.root.matches(":active")) markProblems(this);
    else addEventListener("pointerup", () => setTimeout(() => markProblems(this)), { once: true });
  }

  showStatus() {
    const count = this.problems.length;
    this.status.hidden = count === 0;
    this.status.lastElementChild.textContent = `あと${count}か所`;
    this.status.title = "保存するには、ここを直してください";
  }

  showFirstProblem() {
    const [first] = this.problems;
    if (!first) return;
    this.showPreview(false);
    this.unfold(first.place);
    this.touched.add(first.place);
    this.draw();
    const field = this.parts.querySelector(`[data-place="${CSS.escape(first.place)}"]`) || this.parts;
    openAround(field);
    field.scrollIntoView({ block: "center", behavior: "smooth" });
    field.querySelector("[data-key]")?.focus({ preventScroll: true });
  }

  // Open whatever a place stands in.
  unfold(place) {
    const names = place.split("/");
    names.forEach((name, at) => {
      if (!name.startsWith("#")) return;
      this.folds.set(name.slice(1), true);
      this.choices.set(names.slice(0, at).join("/"), name.slice(1));
    });
  }

  // What the server said of a document that was shown.
  learn(document, { problems, said, warnings = [] }) {
    this.problems = this.placed(problems, document);
    this.warnings = this.placed(warnings, document);
    this.said = new Map(Object.entries(said).map(([path, words]) => [placeOf(document, path), words]));
    markProblems(this);
    this.showStatus();
    this.showSaid();
  }

  showSaid() {
    for (const place of this.parts.querySelectorAll("[data-said-at]"))
      place.showSaid(this.said.get(place.dataset.saidAt));
  }

  // Beside the parts ---------------------------------------------------------------------------------------------------

  isPreviewing() {
    return this.root.classList.contains("is-previewing");
  }

  showPreview(isShown) {
    this.root.classList.toggle("is-previewing", isShown);
    this.switcher.setAttribute("aria-pressed", String(isShown));
    this.switcher.replaceChildren(icon(isShown ? "edit" : "eye"), isShown ? "編集に戻る" : "プレビュー");
    if (isShown) this.root.scrollIntoView({ block: "start" });
  }

  // The colours in use, the most used first.
  colors() {
    const counts = new Map();
    for (const [color] of JSON.stringify(this.document).matchAll(/#[0-9a-f]{6}(?=")/gi))
      counts.set(color, (counts.get(color) || 0) + 1);
    return [...counts]
      .sort((one, other) => other[1] - one[1])
      .slice(0, 6)
      .map(([color]) => color);
  }

  // Another document in place of this one; what it does not speak of stays.
  replace(document) {
    this.document = { ...this.document, ...document };
    this.commit(null);
    this.draw();
  }
}

// Unfold the sections that *node* stands in.
function openAround(node) {
  for (let section = node.closest("details"); section; section = section.parentElement.closest("details"))
    section.open = true;
}
