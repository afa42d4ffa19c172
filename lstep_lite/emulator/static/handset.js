// One phone: a person's talk, what that person writes, and what taps do. Messages come drawn from the emulator; whatever
// can be tapped carries its LINE action as JSON in data-action.

import { act, read } from "./control.js";
import { RichMenu } from "./rich_menu.js";
import { Sheet } from "./sheet.js";

const SHOWN = 100; // messages, the newest
const STICKERS = [
  ["446", 1988, 12], ["789", 10855, 8], ["6325", 10979904, 8], ["11537", 52002734, 12], ["11538", 51626494, 12],
];
const SHOP = { title: "花町駅", address: "東京都渋谷区花町1丁目", latitude: 35.65858, longitude: 139.745433 };
const SHOP_ZONE = "Asia/Tokyo";
const SAID_MS = 6000;
const STAYING = ["camera", "cameraRoll", "location", "datetimepicker"]; // quick replies go only when these have sent
const ADD_FRIEND = /^https:\/\/line\.me\/R\/ti\/p\//i;
const PICKERS = { date: "date", time: "time", datetime: "datetime-local" };

/** `page` gives `world()`, `refresh()`, `tell(error)`, `relation(user)` and `toggle(userId)`. */
export class Handset {
  constructor(user, page) {
    this.userId = user.user_id;
    this.page = page;
    this.frame = document.getElementById("phone-frame").content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.frame.querySelector(selector);
    this.drawn = "";
    this.rows = new Map(); // key → { signature, node }
    this.answered = null; // id of the message whose quick replies are done
    this.richMenu = new RichMenu(this);
    this.sheet = new Sheet(this);
    this.find(".visit").addEventListener("submit", (event) => this.visit(event));
    this.find(".composer").addEventListener("submit", (event) => this.sayText(event));
    this.find(".pick-image input").addEventListener("change", (event) => this.sayImage(event.target));
    this.find(".send-place").addEventListener("click", () => this.say({ location: SHOP }));
    this.find(".open-stickers").addEventListener("click", () => this.toggleStickers());
    this.find(".owner-toggle").addEventListener("click", () => this.toggleRelation());
    this.find(".cover-button").addEventListener("click", () => this.toggleRelation());
    this.find(".owner-close").addEventListener("click", () => page.toggle(this.userId));
    this.find(".screen-theme").addEventListener("click", () => this.toggleTheme());
    this.find(".talk").addEventListener("click", (event) => this.tapped(event, false));
    this.find(".quick").addEventListener("click", (event) => this.tapped(event, true));
    this.find(".talk").addEventListener("ended", (event) => this.watched(event.target), true);
  }

  update(user) {
    const account = this.page.world().account.name || "公式アカウント";
    this.user = user;
    this.find(".owner-name").textContent = user.name;
    this.find(".owner-state").textContent = this.page.relation(user);
    this.find(".owner-toggle").textContent = user.following ? "ブロックする" : user.blocked ? "ブロック解除" : "友だち追加";
    this.find(".account-name").textContent = account;
    this.find(".cover").hidden = user.following;
    this.find(".cover-text").textContent = user.blocked
      ? "このアカウントをブロックしています。届いたメッセージは表示されません。"
      : `「${account}」を友だちに追加すると、トークを始められます。`;
    this.find(".cover-button").textContent = user.blocked ? "ブロック解除" : "友だち追加";
  }

  // The talk --------------------------------------------------------------------------------------------------------

  get isAtEnd() {
    const talk = this.find(".talk");
    return talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  }

  scrollToEnd() {
    this.find(".talk").scrollTop = this.find(".talk").scrollHeight;
  }

  async refresh() {
    await this.richMenu.refresh();
    const entries = await read(`/users/${this.userId}/talk?drawn=1&last=${SHOWN}`);
    const isTyping = this.user.loading_until && this.user.loading_until > this.page.world().now;
    const picture = JSON.stringify([entries, isTyping, this.answered]);
    if (picture === this.drawn) return;
    this.drawn = picture;
    const talk = this.find(".talk");
    const wasAtEnd = this.isAtEnd;
    place(talk, this.nodes(entries, isTyping));
    this.drawQuickReplies(entries);
    talk.dispatchEvent(new CustomEvent("line:drawn", { bubbles: true }));
    if (wasAtEnd) this.scrollToEnd();
  }

  /** The rows of the talk. What has not changed keeps its element, so that a film goes on playing. */
  nodes(entries, isTyping) {
    const wanted = [];
    let day = "";
    for (const entry of entries) {
      const date = formats.day.format(new Date(entry.at));
      if (date !== day) wanted.push([`day ${(day = date)}`, day, () => element("div", "day", date)]);
      wanted.push([entry.id, JSON.stringify([entry.unsent, entry.read]), () => this.row(entry)]);
    }
    if (isTyping) wanted.push(["typing", "", () => element("div", "typing", "•••")]);
    const kept = this.rows;
    this.rows = new Map(wanted.map(([key, signature, make]) => {
      const before = kept.get(key);
      return [key, before?.signature === signature ? before : { signature, node: make() }];
    }));
    return [...this.rows.values()].map((row) => row.node);
  }

  row(entry) {
    if (entry.unsent) return element("div", "unsent", "メッセージの送信を取り消しました");
    const isMine = entry.from === "user";
    const row = element("div", isMine ? "row line-row line-mine" : "row line-row");
    row.innerHTML = entry.html.message;
    const meta = element("div", "meta", formats.time.format(new Date(entry.at)));
    if (isMine && entry.read) meta.prepend("既読", document.createElement("br"));
    row.append(meta);
    if (isMine) {
      row.title = "ダブルクリックすると送信を取り消します";
      row.addEventListener("dblclick", () => this.attempt(() => act(`/users/${this.userId}/event`, { unsend: entry.id })));
    }
    return row;
  }

  drawQuickReplies(entries) {
    const last = entries.at(-1);
    this.last = last?.id;
    const isOpen = last && last.from === "account" && last.id !== this.answered;
    this.find(".quick").innerHTML = isOpen ? last.html.quick_replies : "";
    this.find(".quick").hidden = !this.find(".quick").childNodes.length;
  }

  // Taps ------------------------------------------------------------------------------------------------------------

  tapped(event, isQuickReply) {
    const button = event.target.closest("[data-action]");
    if (!button) return;
    event.preventDefault();
    const action = JSON.parse(button.dataset.action);
    if (isQuickReply && !STAYING.includes(action.type)) this.closeQuickReplies(this.last);
    this.perform(action);
  }

  closeQuickReplies(messageId) {
    this.answered = messageId;
    this.find(".quick").hidden = true;
  }

  perform(action) {
    const deeds = {
      message: () => this.say({ text: action.text }),
      postback: () => this.postBack(action),
      uri: () => this.attempt(() => this.openLink(action.uri || action.linkUri)),
      datetimepicker: () => this.answerMoment(action),
      clipboard: () => this.copy(action.clipboardText),
      camera: () => this.find(".pick-image input").click(),
      cameraRoll: () => this.find(".pick-image input").click(),
      location: () => this.say({ location: SHOP }),
    };
    deeds[action.type]?.();
  }

  postBack(action) {
    const tap = { data: action.data, display_text: action.displayText || action.text };
    this.richMenu.follow(action);
    return this.attempt(() => act(`/users/${this.userId}/tap`, tap));
  }

  async openLink(link) {
    if (/^tel:/i.test(link)) this.tell(`お客様の画面では、電話 ${link.slice(4)} の発信画面が開きます。`);
    else if (!/^https?:/i.test(link)) this.tell(`お客様の画面では、LINEの中で開きます：${link}`);
    else if (ADD_FRIEND.test(link)) await this.meetAccount();
    else this.show(await act(`/users/${this.userId}/open`, { url: link }));
  }

  /** The application's own pages stand over the talk, all others in a tab of their own. */
  show({ location: address, size }) {
    const own = ownPath(address, this.page.world().account.app_url);
    if (own) this.sheet.open(own, size);
    else window.open(address, "_blank", "noopener");
  }

  /** The account's address for adding it: a friend sees the talk, anybody else is asked. */
  async meetAccount() {
    const name = this.page.world().account.name || "公式アカウント";
    if (this.user.following) this.sheet.close();
    else if (confirm(`「${name}」を友だちに追加しますか？`)) await act(`/users/${this.userId}/follow`);
  }

  /** What the camera does with a QR code. */
  visit(event) {
    event.preventDefault();
    const field = event.target.elements.link;
    const link = field.value.trim();
    field.value = "";
    if (link) this.attempt(() => this.openLink(link));
  }

  answerMoment(action) {
    const messageId = this.last;
    this.pickMoment(action, (params) => {
      this.closeQuickReplies(messageId);
      this.attempt(() => act(`/users/${this.userId}/tap`, { data: action.data, params }));
    });
  }

  /** Ask for a date, a time or both; `send` gets what LINE would tell of it. */
  pickMoment(action, send) {
    const picker = this.find(".picker");
    const field = picker.querySelector("input");
    const lineTime = (value) => (value || "").replace("t", "T");
    field.type = PICKERS[action.mode] || "datetime-local";
    Object.assign(field, { min: lineTime(action.min), max: lineTime(action.max) });
    field.value = lineTime(action.initial);
    picker.querySelector(".picker-words").textContent = action.label || "日時を選ぶ";
    picker.onclose = () => {
      if (picker.returnValue === "send" && field.value) send({ [action.mode]: field.value });
    };
    picker.returnValue = "";
    picker.showModal();
  }

  async copy(text) {
    await navigator.clipboard?.writeText(text).catch(() => {}); // browsers may refuse; the words are shown all the same
    this.tell(`「${text}」をコピーしました。`);
  }

  watched(film) {
    const trackingId = film.dataset?.trackingId;
    if (trackingId) this.attempt(() => act(`/users/${this.userId}/event`, { video_complete: trackingId }));
  }

  /** What would happen on a real phone and cannot happen here. */
  tell(words) {
    const said = this.find(".said");
    said.textContent = words;
    said.hidden = false;
    clearTimeout(this.saidTimer);
    this.saidTimer = setTimeout(() => (said.hidden = true), SAID_MS);
  }

  // Writing ---------------------------------------------------------------------------------------------------------

  toggleStickers() {
    const tray = this.find(".stickers");
    if (!tray.childNodes.length) tray.append(...STICKERS.flatMap((range) => this.stickerButtons(...range)));
    tray.hidden = !tray.hidden;
    this.find(".open-stickers").setAttribute("aria-expanded", String(!tray.hidden));
  }

  stickerButtons(packageId, first, count) {
    return Array.from({ length: count }, (_, index) => {
      const stickerId = String(first + index);
      const button = element("button", "", `${packageId}\n${stickerId}`);
      button.type = "button";
      button.addEventListener("click", () => {
        this.toggleStickers();
        this.say({ sticker: { package_id: packageId, sticker_id: stickerId } });
      });
      return button;
    });
  }

  sayText(event) {
    event.preventDefault();
    const field = this.find(".say");
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    this.say({ text });
  }

  async sayImage(field) {
    const [file] = field.files;
    const image = file && (await base64(file));
    field.value = "";
    if (image) this.say({ image });
  }

  say(what) {
    return this.attempt(() => act(`/users/${this.userId}/say`, what));
  }

  toggleRelation() {
    const verb = this.user.following ? "unfollow" : "follow";
    return this.attempt(() => act(`/users/${this.userId}/${verb}`));
  }

  toggleTheme() {
    const screen = this.find(".screen");
    screen.dataset.bsTheme = screen.dataset.bsTheme === "dark" ? "light" : "dark";
  }

  async attempt(deed) {
    try {
      await deed();
      this.scrollToEnd();
      await this.page.refresh();
    } catch (error) {
      this.page.tell(error);
    }
  }
}

/** The path of an address that this server answers, under whatever name it was opened; null for foreign ones. */
function ownPath(address, appUrl) {
  const { origin, pathname, search, hash } = new URL(address);
  return origin === appUrl || origin === location.origin ? pathname + search + hash : null;
}

/** Make `nodes` the children of `parent` without touching those that stand where they belong. */
function place(parent, nodes) {
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] || null);
  });
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

const formats = {
  day: new Intl.DateTimeFormat("ja-JP", { timeZone: SHOP_ZONE, month: "long", day: "numeric", weekday: "short" }),
  time: new Intl.DateTimeFormat("ja-JP", { timeZone: SHOP_ZONE, hour: "2-digit", minute: "2-digit" }),
};
