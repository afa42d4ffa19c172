// Inputs with their labels, hints, and what is wrong with them.
import { h, icon } from "./dom.js";
import { isShown, join, pathOf, valueAt } from "./documents.js";
import { widgets } from "./widgets.js";

export function drawFields(editor, inputs, data, place, element = null) {
  const shown = inputs.filter((input) => isShown(input, data));
  const draw = (some) =>
    h(
      "div",
      { class: "studio-fields" },
      some.map((input) => drawField(editor, input, data, place, inputs, element)),
    );
  const names = [...new Set(shown.map((input) => input.section))];
  if (names.every((name) => !name)) return draw(shown);
  const sections = names.map((name, at) => {
    const some = shown.filter((input) => input.section === name);
    return name ? drawSection(editor, name, at, some, place, draw(some)) : draw(some);
  });
  return h("div", { class: "studio-sections" }, sections);
}

// Inputs below a heading that folds them away. It stays as it was left, for all elements of that kind.
function drawSection(editor, name, at, inputs, place, fields) {
  const key = `section:${valueAt(editor.document, place)?.kind || ""}:${name}`;
  const places = inputs.map((input) => join(place, input.name)).join(" ");
  const summary = h("summary", { "data-key": `${place}|${name}` }, icon("chevron-right"), name, problemMark(places));
  return h(
    "details",
    {
      class: "studio-section",
      open: editor.isOpen(key, editor.opensSection(at)),
      ontoggle: (event) => editor.folds.set(key, event.target.open),
    },
    summary,
    fields,
  );
}

function drawField(editor, input, data, place, inputs, element) {
  const at = join(place, input.name);
  const id = editor.newId();
  const node = (widgets[input.widget] || unknown)({
    editor,
    input,
    data,
    element,
    id,
    place: at,
    value: data[input.name],
    path: pathOf(editor.document, at),
    problems: editor.problemsAt(at),
    set: (value, how = {}) => keep(editor, at, input, inputs, value, how),
  });
  return node && wrap(input, node, id, at);
}

function keep(editor, at, input, inputs, value, { typing = false, redraw = false } = {}) {
  const decides = inputs.some((other) => input.name in other.shown_if);
  editor.put(at, value, { mark: typing ? at : null, redraw: redraw || decides });
}

function wrap(input, node, id, at) {
  const control = node.id === id ? node : node.querySelector(`#${id}`);
  const label = h(
    control ? "label" : "span",
    { class: "form-label", id: `${id}-label`, for: control ? id : null },
    input.label,
    required(input),
  );
  if (!control)
    Object.entries({ role: "group", "aria-labelledby": `${id}-label` }).forEach(([name, value]) =>
      node.setAttribute(name, value),
    );
  const head = h("div", { class: "studio-field-head" }, label, [
    ...node.querySelectorAll(":scope > [data-field-tool]"),
  ]);
  const hint =
    input.hint && !("noHint" in node.dataset) && h("p", { class: "form-hint", id: `${id}-hint` }, input.hint);
  const problem = h(
    "p",
    { class: "invalid-feedback", id: `${id}-problem`, "data-problem-at": at, hidden: true },
    icon("alert-circle"),
    h("span"),
  );
  const warning = h(
    "p",
    { class: "studio-warning", "data-warning-at": at, hidden: true },
    icon("alert-triangle"),
    h("span"),
  );
  const below = `${hint ? `${id}-hint ` : ""}${id}-problem`;
  (control || node).setAttribute("aria-describedby", below);
  const isList = Boolean(input.of); // its hint would stand too far below
  return h(
    "div",
    { class: `field studio-field is-${input.widget}`, "data-place": at },
    head,
    isList && hint,
    node,
    !isList && hint,
    problem,
    warning,
  );
}

function required(input) {
  return input.required && input.widget !== "color" ? h("span", { class: "required" }, "必須") : null;
}

function unknown({ input }) {
  return h(
    "p",
    { class: "form-hint" },
    icon("info-circle"),
    ` ${input.label}は、この画面では変更できません。そのまま保存されます。`,
  );
}

// What is wrong, shown without drawing anything anew: somebody may be typing.
export function markProblems(editor) {
  for (const place of editor.root.querySelectorAll("[data-problem-at]")) {
    const said = editor.problemsAt(place.dataset.problemAt);
    place.hidden = said.length === 0;
    place.querySelector("span").textContent = said.join(" ");
    const field = place.closest(".studio-field");
    field.classList.toggle("has-error", said.length > 0);
    field.querySelector(`[aria-describedby~="${place.id}"]`)?.setAttribute("aria-invalid", String(said.length > 0));
  }
  for (const place of editor.root.querySelectorAll("[data-warning-at]")) {
    const said = editor.warningsAt(place.dataset.warningAt);
    place.hidden = said.length === 0;
    place.querySelector("span").textContent = said.join(" ");
  }
  for (const mark of editor.root.querySelectorAll("[data-problems-in]")) {
    const places = mark.dataset.problemsIn.split(" ");
    const count = places.reduce((sum, place) => sum + editor.problemsIn(place), 0);
    mark.hidden = count === 0;
    mark.querySelector("span").textContent = `要確認 ${count}`;
  }
}

// How many problems there are below these places, of which spaces keep apart.
export function problemMark(places) {
  return h(
    "span",
    { class: "badge badge-danger", "data-problems-in": places, hidden: true },
    icon("alert-circle"),
    h("span"),
  );
}
