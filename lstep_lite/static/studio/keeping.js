// What was not saved is kept in this browser, so that a closed window or a crash loses nothing.
import { isSame } from "./documents.js";
import { button, h, icon } from "./dom.js";

const PREFIX = "studio:";

export class Keeping {
  constructor(name) {
    this.key = PREFIX + name;
  }

  // {text, at} of what was edited and never saved, if it differs from the page; what was saved is forgotten here.
  found(text, isRefused) {
    const kept = this.read();
    if (!kept) return null;
    if ((kept.isSent && !isRefused) || isSame(kept.text, text)) {
      this.forget();
      return null;
    }
    return kept;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  keep(text, isSent = false) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ text, at: Date.now(), isSent }));
    } catch {
      // the browser keeps no more, or keeps nothing for this site: then there is no net, and nothing else is lost
    }
  }

  forget() {
    localStorage.removeItem(this.key);
  }
}

// The bar above the editor, if there is something to bring back.
export function offerDraft(editor) {
  const kept = editor.keeping.found(editor.field.value, editor.isRefused);
  if (!kept) return;
  const style = { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" };
  const words = `保存していない下書きがあります（${new Date(kept.at).toLocaleString("ja-JP", style)}）。`;
  const take = button("下書きを戻す", "arrow-back-up", takeIt, { class: "btn btn-primary" });
  const tools = h("div", { class: "studio-draft-tools" }, take, button("使わない", null, dropIt));
  const sign = h("div", { class: "alert-icon" }, icon("info-circle"));
  const bar = h("div", { class: "alert alert-info studio-draft" }, sign, h("div", {}, h("p", {}, words), tools));
  editor.root.prepend(bar);

  function takeIt() {
    bar.remove();
    editor.replace(JSON.parse(kept.text));
    editor.announce("下書きを戻しました");
  }
  function dropIt() {
    bar.remove();
    editor.keeping.forget();
  }
}
