// Numbers, choices, switches, colours, and moments.
import { h, icon, iconButton } from "./dom.js";
import { widgets } from "./widgets.js";

const SWATCHES = ["#111111", "#555555", "#999999", "#ffffff", "#058743", "#06c755", "#1f6fd1", "#e2574c", "#f2a33a", "#d65a94", "#7a5cc8", "#8a6547"];

widgets.number = ({ input, value, set, id, place }) => {
  const control = h("input", {
    id, class: "form-control", value: value ?? "", inputmode: "numeric", autocomplete: "off", "data-key": place,
    oninput: () => set(read(control.value), { typing: true }), onkeydown: (event) => onKey(event),
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
  const options = input.options.map((option) => h("option", { value: option.value, selected: option.value === value }, option.label));
  return h("select", { id, class: "form-select", "data-key": place, onchange: (event) => set(event.target.value) }, options);
};

function choiceButtons(input, value, set, id, place) {
  return h("div", { class: "studio-choices" }, input.options.map((option) =>
    h("label", { class: "studio-choice" },
      h("input", {
        type: "radio", class: "visually-hidden", name: `studio-${id}`, value: option.value, checked: option.value === value,
        "data-key": `${place}|${option.value}`, onchange: () => set(option.value),
      }),
      h("span", {}, option.label))));
}

widgets.flag = ({ value, set, id, place }) =>
  h("div", { class: "form-check form-switch" },
    h("input", { type: "checkbox", class: "form-check-input", id, checked: value === true, "data-key": place, onchange: (event) => set(event.target.checked) }));

widgets.color = ({ editor, input, value, set, id, place }) => {
  const control = h("input", {
    id, type: "color", class: "form-control form-control-color", value: (value || "#ffffff").slice(0, 7), "data-key": place,
    oninput: () => choose(control.value, true),
  });
  const words = h("span", { class: "studio-color-words" });
  const swatches = [...new Set([...editor.colors(), ...SWATCHES])].map((color) => swatch(color));
  const none = !input.required && iconButton("色を外す", "x", () => choose(""), { "data-key": `${place}|none` });
  show(value);
  return h("div", { class: "studio-color" }, h("div", { class: "studio-color-now" }, control, words, none), h("div", { class: "studio-swatches" }, swatches));

  function swatch(color) {
    const attributes = { type: "button", class: "studio-swatch", "data-color": color, "aria-label": color, title: color, "data-key": `${place}|${color}` };
    const dot = h("button", { ...attributes, onclick: () => choose(color) });
    dot.style.backgroundColor = color;
    return dot;
  }
  function choose(color, typing = false) {
    set(color, { typing });
    show(color);
  }
  function show(color) {
    if (color) control.value = color.slice(0, 7);
    control.classList.toggle("is-empty", !color);
    words.textContent = color || "おまかせ";
    if (none) none.hidden = !color;
    for (const dot of swatches) dot.setAttribute("aria-pressed", String(dot.dataset.color === color));
  }
};

widgets.moment = ({ value, set, id, place }) =>
  h("input", { id, type: "datetime-local", class: "form-control", value: value || "", "data-key": place, oninput: (event) => set(event.target.value, { typing: true }) });
