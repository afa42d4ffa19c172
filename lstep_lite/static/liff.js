// Pages for customers. Outside LINE they need none of this; inside LINE it tells the server who is looking.
//
// Until LINE has answered, the page that asks waits (class is-asking) instead of showing the ways in from outside.
(() => {
  const LONGEST_WAIT_MS = 8000;
  const RENEWED = "lstep-renewed";
  const root = document.documentElement;
  let isAsking = false;

  root.classList.add("is-asking");
  forbidSecondPress();
  setTimeout(showChoices, LONGEST_WAIT_MS); // LINE's script itself may be what does not come

  document.addEventListener("DOMContentLoaded", async () => {
    if (!document.body.dataset.liffId || !window.liff || !window.liff.isInClient()) {
      showChoices();
      return;
    }
    try {
      await inTime(liff.init({ liffId: document.body.dataset.liffId, withLoginOnExternalBrowser: false }));
      inLine();
    } catch {
      showChoices();
      show("[data-again]", true);
    }
  });

  function inLine() {
    show("[data-in-line]", true);
    show("[data-outside-line]", false);
    listen("[data-close-window]", () => liff.closeWindow());
    listen("[data-request-friendship]", requestFriendship);
    sayWord();
    if ("entry" in document.body.dataset) enter();
    else checkPerson();
  }

  function enter() {
    const { expired, problem } = document.body.dataset;
    if (expired !== undefined && !sessionStorage.getItem(RENEWED)) return renew();
    if (problem !== undefined) {
      showChoices();
      show("[data-again]", true);
      return undefined;
    }
    return identify();
  }

  // Once: LINE makes new tokens for the page when it is opened anew.
  function renew() {
    const wanted = new URL(document.querySelector("#identify [name=wanted]").value, location.origin).href;
    sessionStorage.setItem(RENEWED, "1");
    liff.logout();
    if (!liff.isInClient()) liff.login({ redirectUri: wanted });
    else if (location.href === wanted) location.reload();
    else location.replace(wanted);
  }

  function identify() {
    const form = document.getElementById("identify");
    const token = liff.getIDToken();
    if (!form || !token || isAsking) {
      showChoices();
      show("[data-again]", true);
      return;
    }
    isAsking = true;
    form.elements.id_token.value = token;
    form.elements.access_token.value = liff.getAccessToken() || "";
    form.submit();
  }

  // Somebody else's account may be in use on this phone since the session began.
  async function checkPerson() {
    sessionStorage.removeItem(RENEWED);
    showChoices();
    const { mark } = document.body.dataset;
    const token = mark && liff.getDecodedIDToken();
    if (!token || (await digest(token.sub)) === mark) return;
    document.getElementById("main").hidden = true;
    identify();
  }

  async function digest(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // In the customer's name, once however often the page is drawn: LINE then lets the shop reply for free.
  async function sayWord() {
    const text = document.querySelector("[data-says]")?.dataset.says;
    const said = `lstep-said:${location.pathname}${location.search}`;
    if (!text || sessionStorage.getItem(said)) return;
    sessionStorage.setItem(said, "1");
    try {
      await liff.sendMessages([{ type: "text", text }]);
    } catch {
      sessionStorage.removeItem(said); // not allowed to: the message comes without it, a little later
    }
  }

  async function requestFriendship() {
    try {
      await liff.requestFriendship();
      const { friendFlag } = await liff.getFriendship();
      if (friendFlag) identify();
    } catch {
      show("[data-in-line]", false); // this LINE can't ask: the link to the account does the same
      show("[data-outside-line]", true);
    }
  }

  function forbidSecondPress() {
    document.addEventListener("submit", (event) => {
      const button = event.target.querySelector("[data-once]");
      if (button) setTimeout(() => { button.disabled = true; });
    });
    window.addEventListener("pageshow", () => {
      document.querySelectorAll("[data-once]").forEach((button) => { button.disabled = false; });
    });
  }

  function inTime(promise) {
    const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("too late")), LONGEST_WAIT_MS); });
    return Promise.race([promise, late]);
  }

  function showChoices() {
    root.classList.remove("is-asking");
  }

  function show(selector, isShown) {
    document.querySelectorAll(selector).forEach((element) => { element.hidden = !isShown; });
  }

  function listen(selector, act) {
    document.querySelectorAll(selector).forEach((element) => {
      element.hidden = false;
      element.addEventListener("click", act);
    });
  }
})();
