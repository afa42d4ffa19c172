// Conditions and actions: read back in sentences, edited in a dialog that holds the editors of the rest of the product.
import { button, csrf, h, icon, openDialog } from "./dom.js";
import { widgets } from "./widgets.js";

const TROUBLE = "画面を開けませんでした。通信の状態を確認して、もう一度お試しください。";

widgets.condition = (context) => {
  const { value, set, place } = context;
  const isSet = value !== null && value !== undefined;
  const edit = button(
    isSet ? "変える" : "条件を付ける",
    null,
    () => openForm(context, "condition", "だれに表示しますか"),
    { "data-key": place },
  );
  const none =
    isSet &&
    button("外す", "x", () => set(null, { redraw: true }), {
      class: "btn btn-ghost-secondary",
      "data-key": `${place}|none`,
    });
  const words = said(place, (given) => (isSet ? given || ["…"] : ["すべての方に表示します"]), "filter");
  return h(
    "div",
    { class: "studio-said-box", "data-no-hint": !isSet },
    words,
    h("div", { class: "studio-file-tools" }, edit, none),
  );
};

widgets.actions = (context) => {
  const { value, place } = context;
  const count = value?.steps?.length || 0;
  const edit = button(count ? "変える" : "設定する", null, () => openForm(context, "actions", "アクション"), {
    "data-key": place,
  });
  const words = said(place, (given) => (count ? given || ["…"] : ["まだ何もしません"]), "bolt");
  return h("div", { class: "studio-said-box" }, words, edit);
};

// A place for sentences; they come with each answer of the preview.
function said(place, choose, name) {
  const list = h("ul", { class: "studio-said", "data-said-at": place });
  list.showSaid = (given) =>
    list.replaceChildren(...choose(given).map((sentence) => h("li", {}, icon(name), h("span", {}, sentence))));
  list.showSaid(undefined);
  return list;
}

// The dialog's form comes from the server, which turns it into JSON again when it is sent.
async function openForm({ editor, value, set, place }, what, title) {
  const url = editor.root.dataset[`${what}Url`];
  const html = await post(url, new URLSearchParams({ value: JSON.stringify(value ?? null) }));
  if (html === null) return editor.say(TROUBLE);
  const form = h("form", { class: "studio-dialog-body studio-form", method: "post", action: url });
  const dialog = openDialog(title, form, { "data-wide": true });
  fill(form, html.text);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await post(`${url}/finished`, new URLSearchParams(new FormData(form)));
    if (answer === null) return;
    if (!answer.isJson) return fill(form, answer.text);
    const kept = JSON.parse(answer.text);
    dialog.close();
    editor.said.set(place, kept.said);
    set(kept.value, { redraw: true });
  });
}

function fill(form, html) {
  form.innerHTML = html; // drawn by our server
  window.htmx.process(form);
  form.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
}

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", body, headers: csrf() }).catch(() => null);
  if (!answer || (!answer.ok && answer.status !== 422)) return null;
  return { text: await answer.text(), isJson: answer.headers.get("Content-Type")?.startsWith("application/json") };
}
