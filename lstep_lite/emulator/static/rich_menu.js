// The rich menu of one phone: the picture with its areas, the bar below it, and the way to the keyboard and back.
// Whether it stands open is the phone's own affair; which menu it is and what its areas do, LINE knows.

import { act, read } from "./control.js";

export class RichMenu {
  constructor(handset) {
    this.handset = handset;
    this.address = `/users/${handset.userId}`;
    this.menu = null;
    this.isOpen = false;
    this.isTyping = false; // the keyboard has taken the place of the bar
    this.find = handset.find;
    this.find(".menu-toggle").addEventListener("click", () => this.turn(!this.isOpen));
    this.find(".open-keyboard").addEventListener("click", () => this.openKeyboard());
    this.find(".back-to-menu").addEventListener("click", () => this.turn(true));
  }

  async refresh() {
    const menu = await read(`${this.address}/menu`);
    if (menu?.richMenuId === this.menu?.richMenuId) return;
    if (!this.menu && menu) this.isOpen = menu.selected; // from one menu to the next it stays as it is
    this.menu = menu;
    this.drawPicture();
    this.draw();
    this.noteView();
  }

  turn(isOpen) {
    const wasSeen = this.isSeen;
    this.isTyping = false;
    this.isOpen = isOpen;
    this.draw();
    if (!wasSeen) this.noteView();
  }

  openKeyboard(text = "") {
    this.isTyping = true;
    this.draw();
    const field = this.find(".say");
    field.value = text;
    field.focus();
  }

  /** What a postback asks of the screen besides being sent. */
  follow(action) {
    const wishes = {
      closeRichMenu: () => this.turn(false),
      openRichMenu: () => this.turn(true),
      openKeyboard: () => this.openKeyboard(action.fillInText || ""),
      openVoice: () => this.handset.tell("お客様の画面では、音声の入力が開きます。"),
    };
    wishes[action.inputOption]?.();
  }

  get isSeen() {
    return Boolean(this.menu) && this.isOpen && !this.isTyping;
  }

  noteView() {
    if (this.isSeen) act(`${this.address}/menu`).catch(this.handset.page.tell);
  }

  // Drawing ---------------------------------------------------------------------------------------------------------

  draw() {
    const wasAtEnd = this.handset.isAtEnd;
    this.find(".menu").hidden = !this.isSeen;
    this.find(".chat-bar").hidden = !this.menu || this.isTyping;
    this.find(".composer").hidden = Boolean(this.menu) && !this.isTyping;
    this.find(".back-to-menu").hidden = !this.menu;
    if (this.find(".composer").hidden && !this.find(".stickers").hidden) this.handset.toggleStickers();
    this.find(".menu-toggle").setAttribute("aria-expanded", String(this.isOpen));
    this.find(".menu-arrow").textContent = this.isOpen ? "▼" : "▲";
    this.find(".chat-bar-text").textContent = this.menu?.chatBarText || "";
    if (wasAtEnd) this.handset.scrollToEnd();
  }

  drawPicture() {
    const frame = this.find(".menu");
    frame.replaceChildren();
    if (!this.menu) return;
    const { width, height } = this.menu.size;
    const picture = document.createElement("img");
    picture.src = `${document.body.dataset.control}${this.address}/menu.png?menu=${this.menu.richMenuId}`;
    picture.alt = this.menu.chatBarText;
    frame.style.aspectRatio = `${width} / ${height}`;
    frame.append(picture, ...this.menu.areas.map((area, number) => this.areaButton(area, number)));
  }

  areaButton({ bounds, action }, number) {
    const { width, height } = this.menu.size;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "menu-area";
    button.setAttribute("aria-label", action.label || `メニューのボタン${number + 1}`);
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(button.style, {
      left: percent(bounds.x, width),
      top: percent(bounds.y, height),
      width: percent(bounds.width, width),
      height: percent(bounds.height, height),
    });
    button.addEventListener("click", () => this.tap(number));
    return button;
  }

  // Taps ------------------------------------------------------------------------------------------------------------

  tap(number) {
    const { action } = this.menu.areas[number];
    if (action.type === "datetimepicker") this.handset.pickMoment(action, (params) => this.send(number, { params }));
    else this.send(number);
  }

  send(number, more = {}) {
    const menu = this.menu.richMenuId; // what the person sees, also where LINE has just changed it
    return this.handset.attempt(async () => {
      const { action, location } = await act(`${this.address}/tap`, { area: number, menu, ...more });
      if (location) await this.handset.openLink(location);
      if (action.clipboardText) await this.handset.copy(action.clipboardText);
      this.follow(action);
    });
  }
}
