// A colour of the menu's palette, which follows when another palette is chosen, or any colour at all.
import { h, icon } from "./dom.js";
import { widgets } from "./widgets.js";

widgets["palette-color"] = ({ editor, input, value, set, place }) => {
  const swatches = input.palette.map(([name, label]) => named(name, label));
  const own = h("input", {
    type: "color",
    "aria-label": "ほかの色",
    "data-key": `${place}|other`,
    oninput: () => choose(own.value, true),
    onchange: () => choose(own.value),
  });
  const other = h("label", { class: "palette-other", title: "ほかの色" }, own, icon("color-swatch"));
  show(value);
  return h("div", { class: "palette-colors" }, swatches, other);

  function named(name, label) {
    const swatch = h("button", {
      type: "button",
      class: "studio-swatch",
      "data-color": `@${name}`,
      "aria-label": `配色の「${label}」`,
      title: `配色の「${label}」`,
      "data-key": `${place}|${name}`,
      onclick: () => choose(`@${name}`),
    });
    swatch.style.backgroundColor = `var(--menu-${name})`;
    return swatch;
  }
  function choose(color, typing = false) {
    set(color, { typing });
    show(color);
  }
  function show(color) {
    const isOwn = !color.startsWith("@");
    other.classList.toggle("is-chosen", isOwn);
    other.style.setProperty("--own", isOwn ? color : "transparent");
    own.value = isOwn ? color : hex(editor.document[color.slice(1)]);
    for (const swatch of swatches) swatch.setAttribute("aria-pressed", String(swatch.dataset.color === color));
  }
  function hex(color) {
    return /^#[0-9a-f]{6}$/i.test(color) ? color : "#ffffff";
  }
};
