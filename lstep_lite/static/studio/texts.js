// Texts: how long they are, and words that are filled in when they are sent.
import { h, icon, openDialog } from "./dom.js";
import { lengthOf } from "./documents.js";
import { widgets } from "./widgets.js";

// Further tools beside a text: ({input, editor}) => {label, icon, open(insert)} or null; insert(text) puts it at the cursor.
const textTools = [
  ({ input, editor }) =>
    input.words ? { label: "差し込む", icon: "variable", open: (insert) => chooseWord(editor.words, insert) } : null,
  ({ input }) =>
    input.emojis
      ? { label: "LINE絵文字", icon: "mood-smile", open: (insert) => chooseEmoji(input.emojis, insert) }
      : null,
];

widgets.text = ({ editor, input, value, set, id, place }) => {
  const isLong = input.lines > 1;
  const control = h(isLong ? "textarea" : "input", {
    id,
    class: "form-control",
    value: value || "",
    placeholder: input.example || null,
    "data-key": place,
    rows: isLong ? input.lines : null,
    autocomplete: "off",
    oninput: typed,
  });
  if (isLong) control.style.minHeight = `${input.lines * 1.6 + 1}rem`;
  const count = h("span", { class: "studio-count", "aria-live": "off" });
  const tools = textTools
    .map((make) => make({ input, editor }))
    .filter(Boolean)
    .map((tool) => drawTool(tool, insert));
  showCount();
  return h(
    "div",
    { class: "studio-text" },
    h("div", { class: "studio-text-tools", "data-field-tool": true }, tools, count),
    control,
  );

  function typed() {
    showCount();
    set(control.value, { typing: true });
  }
  function showCount() {
    const length = lengthOf(control.value, input.count);
    count.textContent = `${length.toLocaleString("ja-JP")} / ${input.most.toLocaleString("ja-JP")}文字`;
    count.classList.toggle("is-over", length > input.most);
  }
  function insert(text) {
    control.focus();
    control.setRangeText(text, control.selectionStart, control.selectionEnd, "end");
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
};

function drawTool(tool, insert) {
  const attributes = { type: "button", class: "btn btn-sm studio-tool", onclick: () => tool.open(insert) };
  return h("button", attributes, icon(tool.icon), tool.label);
}

// The dialog 「差し込む」: words by group, a search, and what stands for an empty one.
function chooseWord(groups, insert) {
  const search = h("input", {
    type: "search",
    class: "form-control",
    placeholder: "さがす",
    "aria-label": "差し込む言葉をさがす",
    oninput: narrow,
  });
  const otherwise = h("input", {
    class: "form-control",
    id: "studio-otherwise",
    placeholder: "例：お客様",
    autocomplete: "off",
  });
  const list = h("div", { class: "studio-words" }, groups.map(drawGroup));
  const field = h(
    "div",
    { class: "field" },
    h("label", { class: "form-label", for: "studio-otherwise" }, "登録がないお客様に出す言葉（なくてもかまいません）"),
    otherwise,
  );
  const dialog = openDialog("差し込む言葉を選ぶ", h("div", { class: "studio-dialog-body" }, search, list, field));

  function drawGroup([heading, words]) {
    return h(
      "section",
      {},
      h("h3", {}, heading),
      words.map((word) =>
        h(
          "button",
          { type: "button", class: "dropdown-item", onclick: () => choose(word) },
          word.label,
          h("small", {}, `[${word.name}]`),
        ),
      ),
    );
  }
  function choose(word) {
    const other = otherwise.value.replace(/[[\]|｜]/g, "").trim();
    dialog.close();
    insert(other ? `[${word.name}|${other}]` : `[${word.name}]`);
  }
  function narrow() {
    const wanted = search.value.normalize("NFKC").toLowerCase().trim();
    for (const word of list.querySelectorAll("button"))
      word.hidden = !word.textContent.normalize("NFKC").toLowerCase().includes(wanted);
    for (const section of list.children) section.hidden = !section.querySelector("button:not([hidden])");
  }
}

// LINE gives out no pictures of its emoji to show here: each is chosen by its group and number.
function chooseEmoji(groups, insert) {
  const note = h(
    "p",
    { class: "form-hint" },
    "LINEの決まりで、ここには絵を表示できません。文章には (emoji:…) と入り、LINEの画面では絵文字になります。1通に20個までです。",
  );
  const select = h(
    "select",
    { class: "form-select", "aria-label": "絵文字の種類", onchange: show },
    groups.map((group, at) => h("option", { value: at }, `絵文字セット${at + 1}`)),
  );
  const tiles = h("div", { class: "sticker-tiles" });
  const dialog = openDialog("LINE絵文字を選ぶ", h("div", { class: "studio-dialog-body" }, note, select, tiles));
  show();

  function show() {
    const { product, count } = groups[Number(select.value)];
    tiles.replaceChildren(...Array.from({ length: count }, (_, at) => tile(product, at + 1)));
  }
  function tile(product, number) {
    const mark = `(emoji:${product}:${String(number).padStart(3, "0")})`;
    return h(
      "button",
      {
        type: "button",
        class: "btn",
        onclick: () => {
          dialog.close();
          insert(mark);
        },
      },
      `${number}番`,
    );
  }
}
