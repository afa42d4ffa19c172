// Phones side by side: each shows one person's talk and does what that person does.

import { act, read, Refused } from "./control.js";
import { bubble, element, quickReplies } from "./bubbles.js";

const POLL_MS = 1000;
const OPEN_KEY = "lstep-emulator-open";
const STICKERS = [
  ["446", 1988, 12], ["789", 10855, 8], ["6325", 10979904, 8], ["11537", 52002734, 12], ["11538", 51626494, 12],
];
const SHOP_ZONE = "Asia/Tokyo";

const people = document.getElementById("people");
const phones = document.getElementById("phones");
const notice = document.getElementById("notice");
const shown = new Map(); // user id → phone
let world = { users: [], account: {} };
let open = new Set(JSON.parse(localStorage.getItem(OPEN_KEY) || "[]"));

async function refresh() {
  try {
    world = await read("/state");
    notice.hidden = true;
  } catch (error) {
    return tell(error);
  }
  if (!world.users.some((user) => open.has(user.user_id))) world.users.slice(0, 1).forEach((user) => open.add(user.user_id));
  document.getElementById("clock-now").textContent = moment(world.now);
  document.getElementById("hint").hidden = world.users.length > 0;
  drawPeople();
  drawPhones();
  await Promise.all([...shown.values()].map((phone) => phone.refresh().catch(tell)));
}

function drawPeople() {
  people.replaceChildren(...world.users.map((user) => {
    const item = document.getElementById("person-item").content.cloneNode(true);
    const button = item.querySelector("button");
    item.querySelector(".avatar").textContent = user.name.slice(0, 1);
    item.querySelector(".person-name").textContent = user.name;
    item.querySelector(".person-state").textContent = relation(user);
    button.setAttribute("aria-pressed", open.has(user.user_id));
    button.addEventListener("click", () => toggle(user.user_id));
    return item;
  }));
}

function drawPhones() {
  const users = world.users.filter((user) => open.has(user.user_id));
  for (const [userId, phone] of shown) {
    if (!users.some((user) => user.user_id === userId)) {
      phone.frame.remove();
      shown.delete(userId);
    }
  }
  for (const user of users) {
    if (!shown.has(user.user_id)) {
      const phone = new Phone(user);
      shown.set(user.user_id, phone);
      phones.append(phone.frame);
    }
    shown.get(user.user_id).update(user);
  }
}

function toggle(userId) {
  if (open.has(userId)) open.delete(userId);
  else open.add(userId);
  localStorage.setItem(OPEN_KEY, JSON.stringify([...open]));
  drawPeople();
  drawPhones();
  shown.get(userId)?.refresh().catch(tell);
}

class Phone {
  constructor(user) {
    this.userId = user.user_id;
    this.frame = document.getElementById("phone-frame").content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.frame.querySelector(selector);
    this.drawn = "";
    this.tools = { address: fromPublicUrl, perform: (action) => this.perform(action) };
    this.find(".composer").addEventListener("submit", (event) => this.sayText(event));
    this.find(".pick-image input").addEventListener("change", (event) => this.sayImage(event.target));
    this.find(".send-place").addEventListener("click", () =>
      this.say({ location: { title: "花町駅", address: "東京都渋谷区花町1丁目", latitude: 35.65858, longitude: 139.745433 } }));
    this.find(".open-stickers").addEventListener("click", () => this.toggleStickers());
    this.find(".owner-toggle").addEventListener("click", () => this.toggleRelation());
    this.find(".cover-button").addEventListener("click", () => this.toggleRelation());
    this.find(".owner-close").addEventListener("click", () => toggle(this.userId));
  }

  update(user) {
    this.user = user;
    this.find(".owner-name").textContent = user.name;
    this.find(".owner-state").textContent = relation(user);
    this.find(".owner-toggle").textContent = user.following ? "ブロックする" : user.blocked ? "ブロック解除" : "友だち追加";
    this.find(".account-name").textContent = world.account.name || "公式アカウント";
    this.find(".cover").hidden = user.following;
    this.find(".cover-text").textContent = user.blocked
      ? "このアカウントをブロックしています。届いたメッセージは表示されません。"
      : `「${world.account.name || "公式アカウント"}」を友だちに追加すると、トークを始められます。`;
    this.find(".cover-button").textContent = user.blocked ? "ブロック解除" : "友だち追加";
  }

  async refresh() {
    const entries = await read(`/users/${this.userId}/talk`);
    const isTyping = this.user.loading_until && this.user.loading_until > world.now;
    const picture = JSON.stringify([entries, isTyping]);
    if (picture === this.drawn) return;
    this.drawn = picture;
    const talk = this.find(".talk");
    const wasAtEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
    talk.replaceChildren(...this.rows(entries));
    if (isTyping) talk.append(element("div", "typing", "•••"));
    this.drawQuickReplies(entries);
    if (wasAtEnd) talk.scrollTop = talk.scrollHeight;
  }

  rows(entries) {
    const rows = [];
    let day = "";
    for (const entry of entries) {
      const date = dayOf(entry.at);
      if (date !== day) rows.push(element("div", "day", (day = date)));
      rows.push(entry.unsent ? element("div", "unsent", "メッセージの送信を取り消しました") : this.row(entry));
    }
    return rows;
  }

  row(entry) {
    const isMine = entry.from === "user";
    const row = element("div", isMine ? "row mine" : "row");
    row.append(bubble(entry.message, entry.content_url, this.tools));
    const meta = element("div", "meta", timeOf(entry.at));
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
    const buttons = last && last.from === "account" ? quickReplies(last.message, this.tools) : [];
    this.find(".quick").replaceChildren(...buttons);
    this.find(".quick").hidden = buttons.length === 0;
  }

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
    field.value = "";
    if (file) this.say({ image: await base64(file) });
  }

  perform(action) {
    if (action.type === "message") this.say({ text: action.text });
    else if (action.type === "postback") this.attempt(() => act(`/users/${this.userId}/tap`, { data: action.data }));
    else if (action.type === "uri") this.attempt(() => this.openUri(action.uri));
  }

  async openUri(uri) {
    const { location } = await act(`/users/${this.userId}/tap`, { uri });
    window.open(location, "_blank", "noopener");
  }

  say(what) {
    return this.attempt(() => act(`/users/${this.userId}/say`, what));
  }

  toggleRelation() {
    const verb = this.user.following ? "unfollow" : "follow";
    return this.attempt(() => act(`/users/${this.userId}/${verb}`));
  }

  async attempt(deed) {
    try {
      await deed();
      this.find(".talk").scrollTop = this.find(".talk").scrollHeight;
      await refresh();
    } catch (error) {
      tell(error);
    }
  }
}

async function moveClock(body) {
  const state = document.getElementById("clock-state");
  state.textContent = "進めています…";
  try {
    const { now } = await act("/clock", body);
    state.textContent = `${moment(now)} になりました`;
  } catch (error) {
    state.textContent = "";
    tell(error);
  }
  await refresh();
}

document.querySelectorAll("[data-advance]").forEach((button) =>
  button.addEventListener("click", () => moveClock({ advance_seconds: Number(button.dataset.advance) })));
document.getElementById("clock-go").addEventListener("click", () => {
  const chosen = document.getElementById("clock-to").value;
  if (chosen) moveClock({ to: `${chosen}:00+09:00` });
});
document.getElementById("new-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    const { user_id: userId } = await act("/users", { name: form.elements.name.value.trim() });
    open.add(userId);
    localStorage.setItem(OPEN_KEY, JSON.stringify([...open]));
    form.reset();
  } catch (error) {
    tell(error);
  }
  await refresh();
});

function tell(error) {
  notice.textContent = error instanceof Refused
    ? `できませんでした: ${error.message}`
    : "体験用LINEにつながりません。サーバーが動いているか確かめてください。";
  notice.hidden = false;
}

function relation(user) {
  return user.following ? "友だち" : user.blocked ? "ブロック中" : "まだ友だちではありません";
}

function fromPublicUrl(url) {
  const publicUrl = world.account.public_url;
  return publicUrl && url.startsWith(`${publicUrl}/`) ? url.slice(publicUrl.length) : url;
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
  moment: new Intl.DateTimeFormat("ja-JP", { timeZone: SHOP_ZONE, month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit" }),
  day: new Intl.DateTimeFormat("ja-JP", { timeZone: SHOP_ZONE, month: "long", day: "numeric", weekday: "short" }),
  time: new Intl.DateTimeFormat("ja-JP", { timeZone: SHOP_ZONE, hour: "2-digit", minute: "2-digit" }),
};
const moment = (iso) => formats.moment.format(new Date(iso));
const dayOf = (iso) => formats.day.format(new Date(iso));
const timeOf = (iso) => formats.time.format(new Date(iso));

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, POLL_MS);
}
keepFresh();
