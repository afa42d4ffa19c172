// A part of a picture's width or height: kept in thousandths, typed in percent.
import { h } from "./dom.js";
import { laid } from "./board.js";
import { widgets } from "./widgets.js";

widgets.share = ({ editor, data, value, set, id, place }) => {
  const control = h("input", {
    id,
    class: "form-control",
    value: typeof value === "number" ? value / 10 : value,
    inputmode: "decimal",
    autocomplete: "off",
    "data-key": place,
    oninput: () => {
      set(read(control.value), { typing: true });
      layAgain(editor, place, data);
    },
  });
  return h("div", { class: "studio-number" }, control, h("span", {}, "%"));
};

// Digits of either width; what is no number is kept as it was typed, and refused by the server in words.
function read(text) {
  const plain = text.normalize("NFKC").trim();
  return /^\d{1,3}(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 10) : text;
}

// The place on the board follows what is typed.
function layAgain(editor, place, data) {
  const key = `${place.replace(/\/[^/]+$/, "")}|area`;
  const node = editor.controls().find((control) => control.dataset.key === key);
  if (node) laid(node, data);
}
