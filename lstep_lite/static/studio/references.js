// What refers to something else: a file of the library, a row of another feature, a sticker.
import { button, csrf, h, icon, iconButton, openDialog } from "./dom.js";
import { valueAt } from "./documents.js";
import { widgets } from "./widgets.js";

const MANY_OPTIONS = 15;
const WORDS = {
  image: ["画像を選ぶ", "別の画像にする"],
  video: ["動画を選ぶ", "別の動画にする"],
  audio: ["音声を選ぶ", "別の音声にする"],
};
const TROUBLE = "ファイルを送れませんでした。通信の状態と、ファイルの種類・大きさを確認してください。";

// Files --------------------------------------------------------------------------------------------------------------

widgets.file = ({ editor, input, value, set, place }) => {
  const [choose, another] = WORDS[input.kind] || ["ファイルを選ぶ", "別のファイルにする"];
  const problem = h("p", { class: "invalid-feedback", role: "alert", hidden: true });
  const picture = value && (input.kind === "audio" ? icon("music") : picturePreview(editor, value));
  const pick = button(value ? another : choose, "photo-plus", open, { "data-key": place });
  const none =
    value &&
    !input.required &&
    button("外す", "x", () => set(null, { redraw: true }), {
      class: "btn btn-ghost-secondary",
      "data-key": `${place}|none`,
    });
  const node = h(
    "div",
    { class: "studio-file", tabindex: "-1" },
    picture,
    h("div", { class: "studio-file-tools" }, pick, none),
    problem,
  );
  if (input.kind === "image") acceptFiles(node, (file) => send(file));
  return node;

  function open() {
    const onChoose = ({ id }) => keep(id);
    if (window.mediaPicker) window.mediaPicker.open({ kind: input.kind, ratios: input.ratios, onChoose });
    else chooseHere((file) => send(file));
  }
  async function send(file) {
    pick.disabled = true;
    try {
      keep((await upload(editor, file)).id);
    } catch (error) {
      problem.replaceChildren(icon("alert-circle"), error.message || TROUBLE);
      problem.hidden = false;
      pick.disabled = false;
    }
  }
  function keep(id) {
    if (valueAt(editor.document, place) !== undefined) editor.put(place, id, { redraw: true }); // it may have gone meanwhile
  }
};

function picturePreview(editor, id) {
  return h("img", {
    class: "studio-thumbnail",
    src: thumbnail(editor, id),
    alt: "選んだファイル",
    onerror: (event) => event.target.replaceWith(icon("photo")),
  });
}

export function thumbnail(editor, id) {
  return editor.root.dataset.thumbnailUrl.replace(/0$/, id);
}

function acceptFiles(node, take) {
  const from = (list) => [...(list?.files || [])][0];
  node.addEventListener("dragover", (event) => {
    event.preventDefault();
    node.classList.add("is-over");
  });
  node.addEventListener("dragleave", () => node.classList.remove("is-over"));
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    node.classList.remove("is-over");
    if (from(event.dataTransfer)) take(from(event.dataTransfer));
  });
  node.addEventListener("paste", (event) => from(event.clipboardData) && take(from(event.clipboardData)));
}

function chooseHere(take) {
  const control = h("input", { type: "file", onchange: () => control.files[0] && take(control.files[0]) });
  control.click();
}

async function upload(editor, file) {
  const form = new FormData();
  form.append("file", file);
  const answer = await fetch(editor.root.dataset.uploadUrl, { method: "POST", body: form, headers: csrf() }).catch(
    () => null,
  );
  const isJson = answer?.headers.get("Content-Type")?.startsWith("application/json");
  const body = isJson ? await answer.json() : {};
  if (!answer?.ok) throw new Error(body.message || "");
  return body;
}

// Rows of other features ---------------------------------------------------------------------------------------------

widgets.pick = ({ input, value, set, id, place }) => {
  if (input.options.length > MANY_OPTIONS) return pickByDialog(input, value, set, id, place);
  const isNone = value === input.empty;
  const isGone = !isNone && !input.options.some((option) => option.value === value);
  const options = [
    h("option", { value: "", selected: isNone }, input.options.length ? "選んでください" : "まだ何もありません"),
    isGone && h("option", { value, selected: true }, "削除されたもの"),
    ...input.options.map((option) =>
      h("option", { value: option.value, selected: option.value === value }, option.label),
    ),
  ];
  const chosen = (text) => input.options.find((option) => String(option.value) === text)?.value ?? input.empty;
  const onchange = (event) => set(chosen(event.target.value));
  return h("select", { id, class: "form-select", "data-key": place, onchange }, options);
};

function pickByDialog(input, value, set, id, place) {
  const chosen = input.options.find((option) => option.value === value);
  const words = chosen?.label || (value === input.empty ? "選んでください" : "削除されたもの");
  const open = button(words, "search", show, { id, class: "btn studio-pick", "data-key": place });
  const none =
    value !== input.empty &&
    !input.required &&
    iconButton("外す", "x", () => set(input.empty, { redraw: true }), { "data-key": `${place}|none` });
  return h("div", { class: "studio-picked" }, open, none);

  function show() {
    const list = h(
      "div",
      { class: "studio-words" },
      input.options.map((option) =>
        h("button", { type: "button", class: "dropdown-item", onclick: () => choose(option.value) }, option.label),
      ),
    );
    const search = h("input", {
      type: "search",
      class: "form-control",
      placeholder: `${input.label}をさがす`,
      "aria-label": `${input.label}をさがす`,
      oninput: narrow,
    });
    const dialog = openDialog(`${input.label}を選ぶ`, h("div", { class: "studio-dialog-body" }, search, list));
    function choose(option) {
      dialog.close();
      set(option, { redraw: true });
    }
    function narrow() {
      const wanted = search.value.normalize("NFKC").toLowerCase().trim();
      for (const item of list.children)
        item.hidden = !item.textContent.normalize("NFKC").toLowerCase().includes(wanted);
    }
  }
}

// Stickers: two inputs, package and number, of which the first draws both -------------------------------------------------

widgets.sticker = ({ editor, input, data, place }) => {
  if (input.name !== "package_id") return null;
  const packages = editor.stickers.filter((pack) => String(pack.id) === data.package_id);
  const found = packages.flatMap((pack) => pack.stickers).find(([id]) => String(id) === data.sticker_id);
  const tile = found && h("span", { class: "sticker-tile" }, icon("mood-smile"), h("span", {}, found[1]));
  const open = button(found ? "別のスタンプにする" : "スタンプを選ぶ", "mood-smile", show, { "data-key": place });
  return h("div", { class: "studio-sticker" }, tile, open);

  function show() {
    const note = h(
      "p",
      { class: "form-hint" },
      "LINEの決まりで、ここには絵を表示できません。言葉や番号を目安に選んでください。送るとLINEの画面には絵が出ます。",
    );
    const dialog = openDialog(
      "スタンプを選ぶ",
      h("div", { class: "studio-dialog-body" }, note, editor.stickers.map(drawPackage)),
    );
    function drawPackage(pack) {
      const tiles = pack.stickers.map(([id, label]) =>
        h(
          "button",
          { type: "button", class: "sticker-tile", onclick: () => choose(pack.id, id) },
          icon("mood-smile"),
          h("span", {}, label),
        ),
      );
      return h(
        "section",
        { class: "sticker-package" },
        h("h3", {}, pack.title),
        h("div", { class: "sticker-tiles" }, tiles),
      );
    }
    function choose(packageId, stickerId) {
      dialog.close();
      Object.assign(data, { package_id: String(packageId) });
      editor.put(place.replace(/package_id$/, "sticker_id"), String(stickerId), { redraw: true });
    }
  }
};
