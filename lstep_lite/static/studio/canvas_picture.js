// The picture under the places: the server composes it anew after each change, and says what is still wrong.
import { csrf, h } from "./dom.js";

const DELAY_MS = 250;
const TROUBLE = "画像を表示できませんでした。通信の状態を確認してください。編集した内容は画面に残っています。";

const pictures = new Map();

// By tab, so that a tab that was drawn before is there at once, even when htmx has drawn the page anew.
function shownBefore(draft) {
  if (!pictures.has(draft)) pictures.set(draft, new Map());
  return pictures.get(draft);
}

export class Picture {
  constructor(composer) {
    this.composer = composer;
    this.image = h("img", { class: "canvas-picture", alt: "", draggable: "false", hidden: true });
    this.shown = shownBefore(composer.root.dataset.draft);
    this.told = {}; // what the server was asked last, and answered
    this.timer = 0;
    this.isAsking = false;
    this.isAskedAgain = false;
    this.listeners = new Set();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), DELAY_MS);
  }

  // Another tab was chosen.
  follow() {
    this.ask();
  }

  // One at a time: what changes meanwhile is asked for afterwards.
  async ask() {
    clearTimeout(this.timer);
    this.isAskedAgain = this.isAsking;
    if (this.isAsking) return;
    this.isAsking = true;
    this.composer.root.classList.add("is-composing");
    await this.draw();
    this.isAsking = false;
    this.composer.root.classList.remove("is-composing");
    if (this.isAskedAgain) this.ask();
  }

  async draw() {
    const { composer } = this;
    const tab = composer.tab.id;
    const text = JSON.stringify(composer.document);
    if (this.told.tab === tab && this.told.text === text) return;
    const answer = await this.fetch(`{"tab":${JSON.stringify(tab)},"document":${text}}`);
    if (answer === null) return composer.say(TROUBLE);
    this.told = { tab, text };
    composer.learn(JSON.parse(text), answer);
    await this.show(tab, answer.image);
  }

  async fetch(body) {
    const headers = { ...csrf(), "Content-Type": "application/json" };
    const url = this.composer.root.dataset.previewUrl;
    const answer = await fetch(url, { method: "POST", body, headers }).catch(() => null);
    return answer?.ok && answer.headers.get("Content-Type")?.startsWith("application/json") ? answer.json() : null;
  }

  // The old picture stays until the new one can be seen.
  async show(tab, address) {
    const next = h("img", { src: address });
    await next.decode().catch(() => null);
    this.shown.set(tab, address);
    this.showTab();
  }

  showTab() {
    const address = this.shown.get(this.composer.tab.id);
    this.image.hidden = !address;
    if (address && this.image.getAttribute("src") !== address) this.image.src = address;
    for (const tell of this.listeners) tell();
  }
}
