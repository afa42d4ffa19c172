// Phones side by side: each shows one person's talk and does what that person does.

import { act, read, Refused } from "./control.js";
import { Handset } from "./handset.js";

const POLL_MS = 1000;
const OPEN_KEY = "lstep-emulator-open";
const SHOP_ZONE = "Asia/Tokyo";
const PLAY_MS = 1000; // how long one stands at a message before going to the next
const MONTH_MS = 31 * 86400 * 1000;
const NOTHING_DUE = "これから届く予定のメッセージはありません。管理画面で配信を予約すると、ここで見られます。";

const people = document.getElementById("people");
const phones = document.getElementById("phones");
const notice = document.getElementById("notice");
const clockState = document.getElementById("clock-state");
const shown = new Map(); // user id → phone
let world = { users: [], account: {} };
const page = { world: () => world, refresh, tell, relation, toggle };
let playUntil = null; // where the fast-forward ends, while it runs
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
  for (const date of document.querySelectorAll(".screen-date")) date.textContent = moment(world.now);
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
      const phone = new Handset(user, page);
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

// The clock -----------------------------------------------------------------------------------------------------------

/** Whether the clock went; the date stands large on every phone meanwhile. */
async function moveClock(body) {
  document.body.dataset.moving = "";
  clockState.textContent = "進めています…";
  try {
    const { now } = await act("/clock", body);
    clockState.textContent = `${moment(now)} になりました`;
    return true;
  } catch (error) {
    clockState.textContent = "";
    if (error instanceof Refused && error.found.nothing_due) clockState.textContent = NOTHING_DUE;
    else tell(error);
    return false;
  } finally {
    await refresh();
    if (!playUntil) delete document.body.dataset.moving;
  }
}

function chosenMoment() {
  const chosen = document.getElementById("clock-to").value;
  return chosen && `${chosen}:00+09:00`;
}

/** From message to message, a second for each, to the chosen moment or for a month. */
async function play() {
  playUntil = chosenMoment() || new Date(Date.parse(world.now) + MONTH_MS).toISOString();
  drawPlay();
  phones.scrollIntoView({ block: "nearest", behavior: "smooth" });
  while (playUntil && Date.parse(world.now) < Date.parse(playUntil)) {
    if (!(await moveClock({ to: "next", until: playUntil }))) break;
    await new Promise((done) => setTimeout(done, PLAY_MS));
  }
  stopPlaying();
}

function stopPlaying() {
  playUntil = null;
  delete document.body.dataset.moving;
  drawPlay();
}

function drawPlay() {
  const button = document.getElementById("clock-play");
  button.setAttribute("aria-pressed", String(playUntil !== null));
  button.textContent = playUntil ? "早送りを止める" : "早送りで見る";
  for (const other of document.querySelectorAll(".clock-buttons button")) other.disabled = playUntil !== null && other !== button;
}

document.querySelectorAll("[data-advance]").forEach((button) =>
  button.addEventListener("click", () => moveClock({ advance_seconds: Number(button.dataset.advance) })));
document.getElementById("clock-next").addEventListener("click", () => moveClock({ to: "next" }));
document.getElementById("clock-go").addEventListener("click", () => {
  const to = chosenMoment();
  if (to) moveClock({ to });
});
document.getElementById("clock-play").addEventListener("click", () => (playUntil ? stopPlaying() : play()));

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

const formatted = new Intl.DateTimeFormat("ja-JP", {
  timeZone: SHOP_ZONE, month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit",
});
const moment = (iso) => formatted.format(new Date(iso));

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, POLL_MS);
}
keepFresh();
