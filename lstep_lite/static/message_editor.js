// The message editor: draws one card a block, keeps them as JSON in the form's hidden field, and asks the server how
// LINE will show them. Words and shapes are in templates/ui/messages.html; this file holds none of its own.
(() => {
  "use strict";

  const PREVIEW_DELAY_MS = 350;

  function start(editor) {
    if (editor.dataset.started) return;
    editor.dataset.started = "yes";
    const state = {
      editor,
      field: editor.querySelector("[data-blocks]"),
      list: editor.querySelector("[data-list]"),
      sender: editor.querySelector("[data-sender]"),
      names: JSON.parse(editor.dataset.templates),
      blocks: [],
      timer: 0,
    };
    state.blocks = JSON.parse(state.field.value || "[]");
    const words = JSON.parse(editor.dataset.conditions || "[]");
    state.conditions = new Map(state.blocks.map((block, index) => [block, words[index]]));
    editor.querySelector("[data-without-script]").remove();
    editor.querySelector("[data-with-script]").hidden = false;
    editor.addEventListener("click", (event) => onClick(state, event));
    editor.addEventListener("input", (event) => onInput(state, event));
    editor.addEventListener("change", (event) => onChange(state, event));
    draw(state);
    preview(state);
  }

  // Cards -----------------------------------------------------------------------------------------------------------

  function draw(state) {
    state.list.replaceChildren(...state.blocks.map((block, index) => card(state, block, index)));
    const isFull = state.blocks.length >= Number(state.editor.dataset.limit);
    state.editor.querySelector("[data-add]").hidden = isFull;
    state.editor.querySelector("[data-full]").hidden = !isFull;
    state.editor.querySelector("[data-none]").hidden = state.blocks.length > 0;
  }

  function card(state, block, index) {
    const item = clone(state.editor, "card");
    item.dataset.index = index;
    item.querySelector("[data-number]").textContent = index + 1;
    item.querySelector("[data-move='-1']").disabled = index === 0;
    item.querySelector("[data-move='1']").disabled = index === state.blocks.length - 1;
    const body = clone(state.editor, block.kind) || clone(state.editor, "unknown");
    item.querySelector("[data-body]").append(body);
    item.querySelector("[data-kind-name]").textContent = body.dataset.name;
    FILL[block.kind]?.(state, item, block);
    if ("conditionUrl" in state.editor.dataset) fillCondition(state, item, block);
    return item;
  }

  const FILL = {
    text(state, item, block) {
      const area = item.querySelector("textarea");
      area.value = block.text;
      count(item, block.text);
    },
    image(state, item, block) {
      const picture = item.querySelector("img");
      picture.hidden = !block.media_id;
      if (block.media_id) picture.src = state.editor.dataset.picture.replace(/0$/, block.media_id);
      item.querySelector(block.media_id ? "[data-choose]" : "[data-replace]").hidden = true;
    },
    sticker(state, item, block) {
      const shown = packages(state).flatMap((pack) => (String(pack.id) === block.package_id ? pack.stickers : []));
      const found = shown.find(([id]) => String(id) === block.sticker_id);
      item.querySelector("[data-sticker-label]").textContent = found ? found[1] : "";
      item.querySelector(".sticker-tile").hidden = !found;
    },
  };

  FILL.template = (state, item, block) => {
    const name = state.names[block.template_id];
    item.querySelector("[data-template-title]").textContent = name || "削除されたテンプレート";
    const link = item.querySelector("[data-template-edit]");
    link.hidden = !name;
    link.href = link.dataset.templateEdit.replace(/0(?=\/edit$)/, block.template_id);
  };

  const NEW = {
    text: () => ({ kind: "text", text: "" }),
    image: () => ({ kind: "image", media_id: null }),
    sticker: () => ({ kind: "sticker", package_id: "", sticker_id: "" }),
  };

  function count(item, text) {
    const limit = 5000; // UTF-16 units, as LINE counts; JavaScript counts the same
    const pieces = Math.max(1, Math.ceil(text.length / limit));
    item.querySelector("[data-count]").textContent = text.length.toLocaleString("ja-JP");
    item.querySelector("[data-split]").hidden = pieces === 1;
    item.querySelector("[data-pieces]").textContent = pieces;
  }

  // What people do --------------------------------------------------------------------------------------------------

  function onClick(state, event) {
    const button = event.target.closest("button");
    if (!button) return;
    const index = Number(button.closest("[data-index]")?.dataset.index);
    if (button.dataset.addKind === "template") return pickTemplate(state, state.blocks.length);
    if (button.dataset.addKind) return add(state, button.dataset.addKind);
    if ("replaceTemplate" in button.dataset) return pickTemplate(state, index);
    if (button.dataset.move) return move(state, index, Number(button.dataset.move));
    if ("remove" in button.dataset) return remove(state, index);
    if ("pickImage" in button.dataset) return pickImage(state, index);
    if ("editCondition" in button.dataset) return openCondition(state, index);
    if ("dropCondition" in button.dataset) return setCondition(state, state.blocks[index], null, "");
    if ("pickSticker" in button.dataset) return openStickers(state, index);
    if (button.dataset.stickerId) return chooseSticker(state, button);
    if ("closeStickers" in button.dataset) button.closest("dialog").close();
  }

  function onInput(state, event) {
    const item = event.target.closest("[data-index]");
    if (!item || event.target.tagName !== "TEXTAREA") return;
    state.blocks[item.dataset.index].text = event.target.value;
    count(item, event.target.value);
    save(state);
  }

  function onChange(state, event) {
    if (event.target === state.sender) save(state);
    const item = event.target.closest("[data-index]");
    if (!item) return;
    if ("insert" in event.target.dataset) insert(state, item, event.target);
    if (event.target.type === "file" && event.target.files.length) upload(state, item, event.target.files[0]);
  }

  function add(state, kind) {
    state.blocks.push(NEW[kind]());
    draw(state);
    save(state);
    const item = state.list.lastElementChild;
    (item.querySelector("textarea, [data-pick-image], [data-pick-sticker]") || item).focus();
    if (kind === "sticker") openStickers(state, state.blocks.length - 1);
  }

  function pickTemplate(state, index) {
    window.templatePicker.open({
      onChoose({ id, name }) {
        state.names[id] = name;
        state.blocks.splice(index, 1, { kind: "template", template_id: id });
        draw(state);
        save(state);
        state.list.children[index].querySelector("[data-replace-template]").focus();
      },
    });
  }

  function move(state, index, step) {
    const [block] = state.blocks.splice(index, 1);
    state.blocks.splice(index + step, 0, block);
    draw(state);
    save(state);
    const item = state.list.children[index + step];
    const button = item.querySelector(`[data-move='${step}']`);
    (button.disabled ? item.querySelector(`[data-move='${-step}']`) : button).focus();
  }

  function remove(state, index) {
    state.blocks.splice(index, 1);
    draw(state);
    save(state);
  }

  function insert(state, item, select) {
    const area = item.querySelector("textarea");
    area.setRangeText(select.value, area.selectionStart, area.selectionEnd, "end");
    select.value = "";
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function pickImage(state, index) {
    const block = state.blocks[index]; // the cards may be moved while the picker is open
    window.mediaPicker.open({
      kind: "image",
      onChoose(file) {
        block.media_id = file.id;
        draw(state);
        save(state);
      },
    });
  }

  async function upload(state, item, file) {
    const problem = item.querySelector("[data-problem]");
    const busy = item.querySelector("[data-busy]");
    const block = state.blocks[item.dataset.index]; // the cards may be moved while the file travels
    problem.hidden = true;
    busy.hidden = false;
    try {
      block.media_id = (await send(state.editor.dataset.upload, file)).id;
      draw(state);
      save(state);
    } catch (error) {
      problem.textContent = error.message || problem.dataset.fallback;
      problem.hidden = false;
    } finally {
      busy.hidden = true;
    }
  }

  async function send(url, file) {
    const form = new FormData();
    form.append("kind", "image");
    form.append("file", file);
    const headers = { Accept: "application/json", ...csrf() };
    const answer = await fetch(url, { method: "POST", body: form, headers }).catch(() => null);
    const isJson = answer?.headers.get("Content-Type")?.startsWith("application/json");
    const body = isJson ? await answer.json() : {};
    if (!answer?.ok) throw new Error(body.message || "");
    return body;
  }

  function csrf() {
    return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  }

  // Who gets a message ----------------------------------------------------------------------------------------------

  function fillCondition(state, item, block) {
    if (!block.if) return;
    item.querySelector("[data-condition-words]").textContent = state.conditions.get(block);
    item.querySelector("[data-edit-condition]").textContent = "変える";
    item.querySelector("[data-drop-condition]").hidden = false;
  }

  // The dialog's form comes from the server, which makes JSON of it when it is sent.
  async function openCondition(state, index) {
    const block = state.blocks[index]; // the cards may be moved while the dialog is open
    const dialog = clone(state.editor, "condition");
    const form = dialog.querySelector("form");
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => event.target.closest("[data-close-dialog]") && dialog.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      finishCondition(state, block, dialog, form);
    });
    dialog.showModal();
    const body = new URLSearchParams({ value: JSON.stringify(block.if ?? null) });
    drawDialog(dialog, form, await post(state.editor.dataset.conditionUrl, body));
  }

  async function finishCondition(state, block, dialog, form) {
    const answer = await post(`${state.editor.dataset.conditionUrl}/finished`, new URLSearchParams(new FormData(form)));
    if (!answer?.isJson) return drawDialog(dialog, form, answer);
    const kept = JSON.parse(answer.text);
    dialog.close();
    setCondition(state, block, kept.value, kept.said.join(" "));
  }

  function drawDialog(dialog, form, answer) {
    dialog.querySelector("[data-trouble]").hidden = Boolean(answer);
    if (!answer) return;
    form.innerHTML = answer.text; // drawn by our server
    window.htmx.process(form);
    form.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  }

  function setCondition(state, block, tree, words) {
    if (tree) block.if = tree;
    else delete block.if;
    state.conditions.set(block, words);
    draw(state);
    save(state);
    state.list.children[state.blocks.indexOf(block)]?.querySelector("[data-edit-condition]").focus();
  }

  async function post(url, body) {
    const answer = await fetch(url, { method: "POST", body, headers: csrf() }).catch(() => null);
    if (!answer || (!answer.ok && answer.status !== 422)) return null;
    return { text: await answer.text(), isJson: answer.headers.get("Content-Type")?.startsWith("application/json") };
  }

  // Stickers --------------------------------------------------------------------------------------------------------

  function openStickers(state, index) {
    const dialog = state.editor.querySelector("dialog[data-stickers]");
    dialog.dataset.index = index;
    const shelf = dialog.querySelector("[data-shelf]");
    if (!shelf.children.length) shelf.append(...packages(state).map((pack) => drawPackage(state, pack)));
    dialog.showModal();
  }

  function drawPackage(state, pack) {
    const section = clone(state.editor, "package");
    section.querySelector("[data-title]").textContent = pack.title;
    section.querySelector("[data-tiles]").append(...pack.stickers.map(([id, label]) => {
      const tile = clone(state.editor, "tile");
      Object.assign(tile.dataset, { packageId: pack.id, stickerId: id });
      tile.querySelector("[data-label]").textContent = label;
      return tile;
    }));
    return section;
  }

  function chooseSticker(state, tile) {
    const dialog = tile.closest("dialog");
    const block = state.blocks[dialog.dataset.index];
    block.package_id = tile.dataset.packageId;
    block.sticker_id = tile.dataset.stickerId;
    dialog.close();
    draw(state);
    save(state);
  }

  function packages(state) {
    state.packages ||= JSON.parse(state.editor.dataset.packages);
    return state.packages;
  }

  // Keeping and showing ---------------------------------------------------------------------------------------------

  function save(state) {
    state.field.value = JSON.stringify(dressed(state));
    state.field.dispatchEvent(new Event("input", { bubbles: true })); // tells the form that it has changed
    clearTimeout(state.timer);
    state.timer = setTimeout(() => preview(state), PREVIEW_DELAY_MS);
  }

  // Each block carries the sender that was chosen for all of them.
  function dressed(state) {
    const senderId = Number(state.sender?.value || 0);
    return state.blocks.map(({ sender_id: _, ...block }) => (senderId ? { ...block, sender_id: senderId } : block));
  }

  function preview(state) {
    const target = state.editor.querySelector("[data-preview]");
    window.htmx.ajax("POST", state.editor.dataset.previewUrl, {
      target, source: target, swap: "innerHTML", values: { blocks: JSON.stringify(dressed(state)) },
    });
  }

  function clone(editor, name) {
    const template = editor.querySelector(`template[data-template='${name}']`);
    return template && template.content.firstElementChild.cloneNode(true);
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-message-editor]").forEach(start));
  document.addEventListener("htmx:load", (event) => {
    if (event.target.matches?.("[data-message-editor]")) start(event.target);
    event.target.querySelectorAll?.("[data-message-editor]").forEach(start);
  });
})();
