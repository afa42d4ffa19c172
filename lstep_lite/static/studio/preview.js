// The phone on the right: the server draws it anew after each change, and says what is still wrong.
import { csrf, h, icon, button, openDialog } from "./dom.js";
import { drawJson } from "./json.js";

const DELAY_MS = 300;
const TROUBLE = "プレビューを表示できませんでした。通信の状態を確認してください。編集した内容は画面に残っています。";

const kilobytes = (bytes) => (bytes / 1024).toFixed(bytes % 1024 ? 1 : 0);

export class Preview {
  constructor(editor) {
    this.editor = editor;
    this.asked = 0;
    this.timer = 0;
    this.friend = null;
    this.phone = h("div", { class: "studio-phone", onclick: (event) => this.choosePanel(event) });
    this.notice = h("p", { class: "form-hint", role: "status", hidden: true });
    this.meter = h("p", { class: "studio-meter", hidden: true });
    this.viewer = button("山田 花子（見本）として表示", "search", () => this.chooseFriend(), {
      class: "btn btn-sm studio-viewer",
    });
    this.node = h(
      "section",
      { class: "studio-preview", "aria-label": "LINEでの見え方" },
      h("div", { class: "studio-preview-head" }, h("h3", { class: "form-label" }, "LINEでの見え方"), this.viewer),
      this.phone,
      this.notice,
      this.meter,
      drawJson(editor),
    );
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), DELAY_MS);
  }

  async ask() {
    clearTimeout(this.timer);
    const number = (this.asked += 1);
    const text = JSON.stringify(this.editor.document);
    const answer = await this.fetch(text);
    if (number !== this.asked) return; // a later one is on its way, or was already shown
    this.notice.hidden = answer !== null;
    if (answer === null) this.notice.textContent = TROUBLE;
    else {
      this.show(answer.html);
      this.weigh(answer.sizes);
      this.follow();
      this.editor.learn(JSON.parse(text), answer);
    }
  }

  // Who sends it, as the form around the editor says.
  sender() {
    const { root } = this.editor;
    return root.closest("form")?.elements[root.dataset.sender]?.value || null;
  }

  async fetch(text) {
    const { root, kind } = this.editor;
    const body = `{"kind":${JSON.stringify(kind)},"sender_id":${JSON.stringify(this.sender())},"friend_id":${this.friend?.id || null},"document":${text}}`;
    const headers = { ...csrf(), "Content-Type": "application/json" };
    const answer = await fetch(root.dataset.previewUrl, { method: "POST", body, headers }).catch(() => null);
    return answer?.ok && answer.headers.get("Content-Type")?.startsWith("application/json") ? answer.json() : null;
  }

  // The phone stays where it is: its inside alone changes, and keeps how far it was scrolled.
  show(html) {
    const shown = this.phone.querySelector("[data-line-phone]");
    if (!shown) {
      this.phone.innerHTML = html; // drawn by our server
      this.phone.dispatchEvent(new CustomEvent("line:drawn", { bubbles: true }));
      return;
    }
    const drawn = h("div");
    drawn.innerHTML = html;
    window.Idiomorph.morph(shown, drawn.querySelector("[data-line-phone]").innerHTML, { morphStyle: "innerHTML" });
    shown.dispatchEvent(new CustomEvent("line:drawn", { bubbles: true }));
  }

  // The panel that is being edited is brought into sight.
  follow() {
    const slider = this.slider();
    const at = this.editor.panels()?.chosen;
    if (!slider || this.followed === at) return;
    this.followed = at;
    slider.scrollTo({ left: slider.children[at].offsetLeft - slider.children[0].offsetLeft, behavior: "smooth" });
  }

  // A click on a panel brings its inputs.
  choosePanel(event) {
    const slider = this.slider();
    const at = slider ? [...slider.children].findIndex((panel) => panel.contains(event.target)) : -1;
    if (at < 0) return;
    const { place, items, chosen } = this.editor.panels();
    this.followed = at;
    if (at !== chosen) this.editor.choose(place, items[at].id);
  }

  // The panels side by side; none while some of them are not shown to this friend.
  slider() {
    const slider = this.phone.querySelector(".line-slider");
    return slider && slider.children.length === this.editor.panels()?.items.length ? slider : null;
  }

  // LINE refuses cards that are too large.
  weigh(sizes) {
    const parts = sizes
      ? [
          ["いちばん大きいカード", sizes.bubble, sizes.bubble_limit],
          ["カード全体", sizes.carousel, sizes.carousel_limit],
        ]
      : [];
    const shown = parts.filter(([, bytes, limit]) => bytes > 0 && (this.editor.reads_json || bytes > limit / 2));
    this.meter.hidden = shown.length === 0;
    this.meter.replaceChildren(
      ...shown.map(([words, bytes, limit]) =>
        h(
          "label",
          {},
          `${words} ${kilobytes(bytes)} / ${kilobytes(limit)}KB`,
          h("meter", { max: limit, high: limit * 0.8, value: Math.min(bytes, limit) }),
        ),
      ),
    );
  }

  chooseFriend() {
    const list = h("div", { class: "studio-words" });
    const search = h("input", {
      type: "search",
      class: "form-control",
      placeholder: "名前でさがす",
      "aria-label": "友だちをさがす",
    });
    const note = h("p", { class: "form-hint" }, "選んだ方の名前や友だち情報、条件で表示します。送信はされません。");
    const dialog = openDialog("だれとして表示しますか", h("div", { class: "studio-dialog-body" }, note, search, list));
    const choose = (friend) => {
      dialog.close();
      this.friend = friend;
      this.viewer.replaceChildren(
        icon("search"),
        friend ? `${friend.name}さんとして表示` : "山田 花子（見本）として表示",
      );
      this.ask();
    };
    const find = async () => {
      const answer = await fetch(
        `${this.editor.root.dataset.friendsUrl}?text=${encodeURIComponent(search.value)}`,
      ).catch(() => null);
      const found = answer?.ok ? await answer.json() : [];
      const item = (friend, words) =>
        h("button", { type: "button", class: "dropdown-item", onclick: () => choose(friend) }, words);
      list.replaceChildren(item(null, "山田 花子（見本）"), ...found.map((friend) => item(friend, friend.name)));
    };
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(find, DELAY_MS);
    });
    find();
  }
}
