// An icon, found by Japanese words; they are drawn as characters of a font.
import { button, h, iconButton, openDialog } from "./dom.js";
import { widgets } from "./widgets.js";

const DELAY_MS = 200;
const TROUBLE = "アイコンを表示できませんでした。通信の状態を確認して、もう一度お試しください。";
const known = new Map(); // the characters of icons, by name
let font = null;

widgets.glyph = ({ editor, value, set, place }) => {
  load(editor);
  const picture = h("span", { class: "glyph", "aria-hidden": "true" });
  const open = h(
    "button",
    { type: "button", class: "btn glyph-button", "data-key": place, onclick: () => choose(editor, value, keep) },
    picture,
    value ? "別のアイコンにする" : "アイコンを選ぶ",
  );
  const none = value && iconButton("アイコンを外す", "x", () => keep(""), { "data-key": `${place}|none` });
  picture.hidden = !value;
  if (value) characterOf(editor, value).then((character) => (picture.textContent = character));
  return h("div", { class: "studio-picked" }, open, none);

  function keep(name) {
    set(name, { redraw: true });
  }
};

function load(editor) {
  font ||= new FontFace("menu-glyphs", `url("${editor.root.dataset.glyphFont}")`);
  if (font.status !== "unloaded") return;
  document.fonts.add(font);
  font.load().catch(() => null); // without it the names alone are shown
}

async function characterOf(editor, name) {
  if (!known.has(name)) await find(editor, name);
  return known.get(name) || "";
}

async function find(editor, text) {
  const answer = await fetch(`${editor.root.dataset.glyphsUrl}?text=${encodeURIComponent(text)}`).catch(() => null);
  if (!answer?.ok) return null;
  const groups = await answer.json();
  for (const { glyphs } of groups) for (const { name, character } of glyphs) known.set(name, character);
  return groups;
}

function choose(editor, value, keep) {
  const list = h("div", { class: "glyph-groups" });
  const search = h("input", {
    type: "search",
    class: "form-control",
    placeholder: "例：予約、はさみ、駐車場",
    "aria-label": "アイコンをさがす",
    oninput: later,
  });
  const body = h("div", { class: "studio-dialog-body" }, search, list);
  const dialog = openDialog("アイコンを選ぶ", body, { "data-wide": true });
  let timer = 0;
  let asked = 0;
  show();

  function later() {
    clearTimeout(timer);
    timer = setTimeout(show, DELAY_MS);
  }
  async function show() {
    const number = (asked += 1);
    const groups = await find(editor, search.value);
    if (number === asked) list.replaceChildren(...drawn(groups));
  }
  function drawn(groups) {
    if (groups === null) return [h("p", { role: "status" }, TROUBLE)];
    if (!groups.some(({ glyphs }) => glyphs.length))
      return [h("p", { role: "status" }, "見つかりませんでした。ほかの言葉でもさがしてみてください。")];
    return groups.map(({ label, glyphs }) => {
      const tiles = h("div", { class: "glyph-grid" }, glyphs.map(tile));
      return h("section", {}, label && h("h3", {}, label), tiles);
    });
  }
  function tile({ name, character, words }) {
    return h(
      "button",
      {
        type: "button",
        class: "glyph-tile",
        title: words,
        "aria-pressed": String(name === value),
        onclick: () => {
          dialog.close();
          keep(name);
        },
      },
      h("span", { class: "glyph", "aria-hidden": "true" }, character),
      h("span", { class: "glyph-word" }, words.split(" ")[0]),
    );
  }
}
