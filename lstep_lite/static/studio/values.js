// Numbers, choices, switches, colours, and moments.
import { h, icon, iconButton } from "./dom.js";
import { widgets } from "./widgets.js";

const SWATCHES = [
  "#111111",
  "#555555",
  "#999999",
  "#ffffff",
  "#058743",
  "#06c755",
  "#1f6fd1",
  "#e2574c",
  "#f2a33a",
  "#d65a94",
  "#7a5cc8",
  "#8a6547",
];

widgets.number = ({ input, value, set, id, place }) => {
  const control = h("input", {
    id,
    class: "form-control",
    value: value ?? "",
    inputmode: "numeric",
    autocomplete: "off",
    "data-key": place,
    oninput: () => set(read(control.value), { typing: true }),
    onkeydown: (event) => onKey(event),
  });
  const less = iconButton(`${input.label}を減らす`, "minus", () => step(-1), { "data-key": `${place}|less` });
  const more = iconButton(`${input.label}を増やす`, "plus", () => step(1), { "data-key": `${place}|more` });
  return h("div", { class: "studio-number" }, less, control, more, input.unit && h("span", {}, input.unit));

  function step(by) {
    const now = Number.isInteger(read(control.value)) ? read(control.value) : input.least;
    control.value = Math.min(Math.max(now + by, input.least), input.most);
    set(Number(control.value), { typing: true });
  }
  function onKey(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || event.altKey) return;
    event.preventDefault();
    step(by);
  }
};

// Digits of either width; what is no number is kept as it was typed, and refused by the server in words.
function read(text) {
  const plain = text.normalize("NFKC").trim();
  return /^-?\d{1,9}$/.test(plain) ? Number(plain) : text;
}

widgets.choice = ({ input, value, set, id, place }) => {
  if (input.as_buttons) return choiceButtons(input, value, set, id, place);
  const options = input.options.map((option) =>
    h("option", { value: option.value, selected: option.value === value }, option.label),
  );
  return h(
    "select",
    { id, class: "form-select", "data-key": place, onchange: (event) => set(event.target.value) },
    options,
  );
};

function choiceButtons(input, value, set, id, place) {
  return h(
    "div",
    { class: "studio-choices" },
    input.options.map((option) =>
      h(
        "label",
        { class: "studio-choice" },
        h("input", {
          type: "radio",
          class: "visually-hidden",
          name: `studio-${id}`,
          value: option.value,
          checked: option.value === value,
          "data-key": `${place}|${option.value}`,
          onchange: () => set(option.value),
        }),
        h("span", {}, option.label),
      ),
    ),
  );
}

// The label stands beside the switch; fields.js draws it first, the style sheet puts it there.
widgets.flag = ({ value, set, id, place }) =>
  h(
    "div",
    { class: "form-switch" },
    h("input", {
      type: "checkbox",
      class: "form-check-input",
      id,
      checked: value === true,
      "data-key": place,
      onchange: (event) => set(event.target.checked),
    }),
  );

widgets.color = ({ editor, input, value, set, place }) => {
  const dot = h("span", { class: "studio-swatch" });
  const words = h("span", {});
  const summary = h("summary", { class: "btn studio-color-now", "data-key": place }, dot, words, icon("chevron-down"));
  const control = h("input", {
    type: "color",
    "aria-label": "ほかの色",
    "data-key": `${place}|other`,
    oninput: () => choose(control.value, true),
  });
  const swatches = [...new Set([...editor.colors(), ...SWATCHES])].map(swatch);
  const other = h("label", { class: "studio-other-color" }, control, "ほかの色を選ぶ");
  const none =
    !input.required &&
    h("button", { type: "button", class: "dropdown-item", onclick: () => choose("") }, icon("x"), "おまかせに戻す");
  show(value);
  return h(
    "details",
    { class: "row-menu row-picker studio-color", "data-menu": true },
    summary,
    h("div", { class: "row-menu-items" }, h("div", { class: "studio-swatches" }, swatches), other, none),
  );

  function swatch(color) {
    const attributes = {
      type: "button",
      class: "studio-swatch",
      "data-color": color,
      "aria-label": color,
      title: color,
    };
    const choice = h("button", { ...attributes, onclick: () => choose(color) });
    choice.style.backgroundColor = color;
    return choice;
  }
  function choose(color, typing = false) {
    set(color, { typing });
    show(color);
    if (!typing) summary.parentElement.open = false;
  }
  function show(color) {
    control.value = (color || "#ffffff").slice(0, 7);
    dot.style.backgroundColor = color;
    dot.classList.toggle("is-empty", !color);
    words.textContent = color || "おまかせ";
    for (const choice of swatches) choice.setAttribute("aria-pressed", String(choice.dataset.color === color));
  }
};

widgets.moment = ({ value, set, id, place }) =>
  h("input", {
    id,
    type: "datetime-local",
    class: "form-control",
    value: value || "",
    "data-key": place,
    oninput: (event) => set(event.target.value, { typing: true }),
  });
