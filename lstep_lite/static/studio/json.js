// For experts: the message as LINE's own JSON, out and, for the kinds that read it, in.
import { button, csrf, h, icon, openDialog } from "./dom.js";

const TROUBLE = "うまくつながりませんでした。通信の状態を確認して、もう一度お試しください。";

export function drawJson(editor) {
  const out = button("LINEのJSONを書き出す", "file-export", () => write(editor), { class: "btn btn-sm" });
  const into =
    editor.reads_json && button("JSONを読み込む", "file-import", () => read(editor), { class: "btn btn-sm" });
  return h(
    "details",
    { class: "studio-json" },
    h("summary", {}, "くわしい方向け：JSON"),
    h("div", { class: "studio-file-tools" }, out, into),
  );
}

async function write(editor) {
  const answer = await post(editor.root.dataset.exportUrl, {
    kind: editor.kind,
    document: editor.document,
    sender_id: editor.preview.sender(),
  });
  if (!answer.json) return editor.say(answer.message || TROUBLE);
  const text = h("textarea", {
    class: "form-control studio-code",
    id: "studio-json-out",
    rows: 16,
    readonly: true,
    value: answer.json,
    "aria-label": "LINEのJSON",
  });
  const copy = h(
    "button",
    { type: "button", class: "btn", "data-copy": "studio-json-out" },
    icon("copy"),
    h("span", {}, "コピー"),
  );
  const url = URL.createObjectURL(new Blob([answer.json], { type: "application/json" }));
  const save = h(
    "a",
    { class: "btn", href: url, download: `${editor.kind}.json`, "data-leave-freely": true },
    icon("download"),
    "ファイルに保存",
  );
  const note = h("p", { class: "form-hint" }, "差し込む言葉は、[name] のように書いたまま入ります。");
  const dialog = openDialog(
    "LINEのJSON",
    h("div", { class: "studio-dialog-body" }, note, text, h("div", { class: "studio-file-tools" }, copy, save)),
  );
  dialog.addEventListener("close", () => URL.revokeObjectURL(url));
}

function read(editor) {
  const text = h("textarea", {
    class: "form-control studio-code",
    id: "studio-json-in",
    rows: 14,
    spellcheck: "false",
    "aria-describedby": "studio-json-problem",
  });
  const label = h(
    "label",
    { class: "form-label", for: "studio-json-in" },
    "Flex Message Simulator などで作ったJSONを貼り付けてください",
  );
  const problem = h("p", { class: "invalid-feedback", id: "studio-json-problem", role: "alert", hidden: true });
  const take = button(
    "読み込む",
    "file-import",
    async () => {
      const answer = await post(editor.root.dataset.importUrl, { kind: editor.kind, text: text.value });
      if (answer.document) {
        dialog.close();
        editor.replace(answer.document);
        return;
      }
      problem.replaceChildren(icon("alert-circle"), answer.message || TROUBLE);
      problem.hidden = false;
      text.focus();
    },
    { class: "btn btn-primary" },
  );
  const note = h("p", { class: "form-hint" }, "今の内容と入れ替わります。あとから「元に戻す」で戻せます。");
  const dialog = openDialog(
    "JSONを読み込む",
    h(
      "div",
      { class: "studio-dialog-body" },
      label,
      text,
      problem,
      note,
      h("div", { class: "studio-file-tools" }, take),
    ),
  );
  text.focus();
}

async function post(url, body) {
  const headers = { ...csrf(), "Content-Type": "application/json" };
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers }).catch(() => null);
  return answer?.headers.get("Content-Type")?.startsWith("application/json") ? answer.json() : {};
}
