// LINE's browser inside one phone: a page that stands over the talk. LIFF pages get to know the person, others do not.

import { act } from "./control.js";

export class Sheet {
  constructor(handset) {
    this.handset = handset;
    this.find = handset.find;
    this.frame = null;
    this.find(".sheet-close").addEventListener("click", () => this.close());
    this.find(".sheet").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    window.addEventListener("message", (event) => this.hear(event));
  }

  /** `size` is how a LIFF page wants to stand: compact, tall or full. A new frame knows nothing of the one before. */
  open(path, size) {
    this.frame = document.createElement("iframe");
    this.frame.title = "LINEの中で開いた画面";
    this.frame.name = this.handset.userId;
    this.frame.src = path;
    this.frame.addEventListener("load", () => this.look());
    this.find(".sheet-page").replaceChildren(this.frame);
    this.find(".sheet-title").textContent = "読み込んでいます…";
    this.find(".sheet").dataset.size = size || "full";
    this.find(".sheet").hidden = false;
    this.find(".sheet-close").focus();
  }

  close() {
    this.find(".sheet").hidden = true;
    this.find(".sheet-page").replaceChildren();
    this.frame = null;
    this.handset.page.refresh();
  }

  look() {
    const shown = this.frame?.contentDocument; // null on LINE's own pages, which are of another origin
    this.find(".sheet-title").textContent = shown?.title || "LINE";
    shown?.addEventListener("click", (event) => this.follow(event));
  }

  /** Links that leave the application open as they do in LINE. */
  follow(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || link.origin === location.origin) return;
    event.preventDefault();
    this.handset.attempt(() => this.handset.openLink(link.href));
  }

  /** What the LIFF SDK asks of the phone. */
  hear({ source, data }) {
    if (!this.frame || source !== this.frame.contentWindow) return;
    if (data?.liff === "close") this.close();
    if (data?.liff !== "open") return;
    this.handset.attempt(() => (data.external ? this.openOutside(data.url) : this.handset.openLink(data.url)));
  }

  async openOutside(url) {
    const found = await act(`/users/${this.handset.userId}/tap`, { uri: url });
    window.open(found.location, "_blank", "noopener");
  }
}
