// The builder of answer forms: pages with their questions on the left, a page as customers see it on the right.
import { csrf, h, icon } from "./dom.js";
import { Editor } from "./editor.js";
import { start } from "./starting.js";
import "./survey_picks.js";

const DELAY_MS = 300;
const TROUBLE = "プレビューを表示できませんでした。通信の状態を確認してください。編集した内容は画面に残っています。";

class SurveyEditor extends Editor {
  makePreview() {
    return new CustomersPage(this);
  }

  // What is seldom needed stays out of the way.
  opensSection() {
    return false;
  }
}

// A page as it looks on a phone, in a frame in which no script runs. What is typed in there goes nowhere.
class CustomersPage {
  constructor(editor) {
    this.editor = editor;
    this.asked = 0;
    this.timer = 0;
    this.frame = h("iframe", { title: "お客様の画面", sandbox: "allow-same-origin", onload: () => this.markEdited() });
    this.notice = h("p", { class: "form-hint", role: "status", hidden: true });
    this.lost = h("div", { class: "survey-lost alert alert-warning", role: "status", hidden: true });
    const head = h("div", { class: "studio-preview-head" }, h("h3", { class: "form-label" }, "お客様の画面"));
    const phone = h("div", { class: "survey-phone" }, this.frame);
    this.node = h("section", { class: "studio-preview", "aria-label": "お客様の画面" }, head, phone, this.notice);
    editor.root.addEventListener("focusin", (event) => this.follow(event.target));
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), DELAY_MS);
  }

  // Another page, or a question with a field in it, is to be looked at.
  follow(field = null) {
    if (!field) this.ask();
    const [, question] = field?.dataset.key?.match(/^pages\/#[^/]+\/parts\/#([^/|]+)/) || [];
    if (question && question !== this.edited) {
      this.edited = question;
      this.markEdited(true);
    }
  }

  async ask() {
    clearTimeout(this.timer);
    const number = (this.asked += 1);
    const text = JSON.stringify(this.editor.document);
    const answer = await this.fetch(text);
    if (number !== this.asked) return; // a later one is on its way, or was already shown
    this.notice.hidden = answer !== null;
    if (answer === null) this.notice.textContent = TROUBLE;
    else this.show(JSON.parse(text), answer);
  }

  async fetch(text) {
    const panels = this.editor.panels();
    const page = panels?.items[panels.chosen].id ?? null;
    const body = `{"page":${JSON.stringify(page)},"document":${text}}`;
    const headers = { ...csrf(), "Content-Type": "application/json" };
    const url = this.editor.root.dataset.previewUrl;
    const answer = await fetch(url, { method: "POST", body, headers }).catch(() => null);
    return answer?.ok && answer.headers.get("Content-Type")?.startsWith("application/json") ? answer.json() : null;
  }

  show(document, answer) {
    this.draw(answer.html); // by our server
    const sentences = answer.lost.map((words) => h("p", { class: "mb-0" }, words));
    const hint = h("p", { class: "mb-0" }, "保存すると画面からなくなりますが、集めた回答はこれまでどおり読めます。");
    if (!this.lost.isConnected) this.editor.root.append(this.lost); // just above 「保存」, on a phone too
    this.lost.hidden = sentences.length === 0;
    this.lost.replaceChildren(icon("alert-triangle"), h("div", {}, sentences, hint));
    this.editor.learn(document, answer);
  }

  // Once it is there only its body changes: it neither flickers nor forgets how far it was scrolled.
  draw(html) {
    const inside = this.frame.contentDocument;
    if (!inside?.getElementById("main")) {
      this.frame.srcdoc = html;
      return;
    }
    inside.body.replaceWith(inside.adoptNode(new DOMParser().parseFromString(html, "text/html").body));
    this.markEdited();
  }

  markEdited(goesThere = false) {
    const inside = this.frame.contentDocument;
    inside?.querySelectorAll(".is-edited").forEach((question) => question.classList.remove("is-edited"));
    const question = this.edited && inside?.getElementById(`q-${this.edited}`);
    question?.classList.add("is-edited");
    if (question && goesThere) inside.defaultView.scrollTo({ top: Math.max(0, question.offsetTop - 80) });
  }
}

start("[data-survey-studio]", SurveyEditor);
