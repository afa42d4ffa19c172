// The LIFF SDK as a page sees it, talking to the emulated LINE. What it knows of the person stays in `window.name`, which
// belongs to one window or frame alone: two phones in one browser never mix.

(() => {
  const lineHost = new URL(document.currentScript.src).origin;
  const TICKET = /^#liff\.(ticket|login)=([\w-]+)$/; // in the address fragment, good once: inside LINE, and outside
  const MOST_MESSAGES = 5;
  const ALWAYS = ["getFriendship", "requestFriendship", "openWindow", "closeWindow"];
  let app = null; // what init learned of the LIFF app
  let session = null; // who looks at the page; null while nobody is signed in
  let tellReady;
  const ready = new Promise((resolve) => (tellReady = resolve));

  class LiffError extends Error {
    constructor(code, message) {
      super(message);
      this.name = "LiffError";
      this.code = code;
    }
  }

  // Who it is ---------------------------------------------------------------------------------------------------------

  async function init(config, succeed = () => {}, fail = () => {}) {
    try {
      await begin(config);
      succeed();
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  async function begin({ liffId, withLoginOnExternalBrowser } = {}) {
    if (!liffId) throw new LiffError("INVALID_CONFIG", "liffId is necessary for liff.init()");
    const kept = read()?.liffId === liffId ? read() : null;
    const ticket = takeTicket();
    app = await ask("start", { liff_id: liffId, ticket: ticket || (kept?.isSignedOut ? kept.ticket : "") });
    app.id = liffId;
    session = app.session || (kept?.isSignedOut ? null : kept);
    keep();
    if (goOn()) await new Promise(() => {}); // another page is on its way
    if (withLoginOnExternalBrowser && !session) {
      login();
      await new Promise(() => {});
    }
    tellReady();
  }

  function read() {
    try {
      return JSON.parse(window.name);
    } catch {
      return null; // a name that somebody else gave
    }
  }

  function keep() {
    if (session) window.name = JSON.stringify({ ...session, liffId: app.id });
  }

  function takeTicket() {
    const [, , ticket] = TICKET.exec(location.hash) || [];
    if (ticket) history.replaceState(history.state, "", location.pathname + location.search);
    return ticket;
  }

  /** From the endpoint to the page that was meant, which stands packed up in `liff.state`. */
  function goOn() {
    const here = new URL(location.href);
    const state = here.searchParams.get("liff.state");
    if (state === null) return false;
    here.searchParams.delete("liff.state");
    const endpoint = new URL(app.endpoint_url);
    const rest = new URL(state.replace(/^\/+/, ""), "https://rest.invalid/");
    const path = endpoint.pathname.replace(/\/$/, "") + (rest.pathname === "/" ? "" : rest.pathname);
    const query = new URLSearchParams([...here.searchParams, ...rest.searchParams]).toString();
    location.replace(path + (query && `?${query}`) + rest.hash);
    return true;
  }

  function login({ redirectUri = location.href } = {}) {
    const target = new URL(redirectUri, location.href);
    if (isInClient()) return location.replace(target.pathname + target.search); // the next init asks nobody
    const query = new URLSearchParams({
      response_type: "code", client_id: app.channel_id, app_id: app.id, state: crypto.randomUUID(),
      scope: app.scope.join(" "), redirect_uri: app.public_url + target.pathname + target.search,
    });
    location.assign(`${lineHost}/oauth2/v2.1/authorize?${query}`);
  }

  function logout() {
    if (!session) return;
    const { ticket, in_client } = session;
    session = null;
    window.name = in_client ? JSON.stringify({ liffId: app.id, ticket, in_client, isSignedOut: true }) : "";
  }

  const isInClient = () => Boolean((session || read())?.in_client) || location.hash.startsWith("#liff.ticket=");
  const isLoggedIn = () => Boolean(session?.access_token);
  const getIDToken = () => session?.id_token || null;
  const getAccessToken = () => session?.access_token || null;

  function getDecodedIDToken() {
    if (!getIDToken()) return null;
    const part = getIDToken().split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  function getContext() {
    if (!app) return null;
    const base = { liffId: app.id, viewType: app.view_type, endpointUrl: app.endpoint_url, scope: app.scope };
    return isInClient() ? { ...base, type: "utou", userId: session?.user_id } : { ...base, type: "external" };
  }

  function getOS() {
    if (/android/i.test(navigator.userAgent)) return "android";
    return isInClient() || /iphone|ipad/i.test(navigator.userAgent) ? "ios" : "web";
  }

  // What it can do ----------------------------------------------------------------------------------------------------

  const getProfile = () => askSignedIn("profile");
  const getFriendship = () => askSignedIn("friendship");

  async function requestFriendship() {
    needClient("requestFriendship");
    if (app.view_type !== "full") throw new LiffError("FORBIDDEN", "requestFriendship needs the size full");
    const { friendFlag } = await getFriendship();
    if (!friendFlag && confirm("この公式アカウントを友だちに追加しますか？")) await askSignedIn("befriend");
  }

  async function sendMessages(messages) {
    needClient("sendMessages");
    if (!Array.isArray(messages) || !messages.length || messages.length > MOST_MESSAGES) {
      throw new LiffError("INVALID_ARGUMENT", `messages must be 1 to ${MOST_MESSAGES} message objects`);
    }
    await askSignedIn("messages", { messages: JSON.stringify(messages) });
  }

  async function shareTargetPicker() {
    if (!isLoggedIn()) throw new LiffError("UNAUTHORIZED", "Need access_token for api call, Please login first");
    return confirm("お客様の画面では、送る相手を選ぶ画面が開きます。送ったことにしますか？") ? { status: "success" } : false;
  }

  function closeWindow() {
    if (isInClient()) tellPhone({ liff: "close" });
    else window.close();
  }

  function openWindow({ url, external = false } = {}) {
    if (!url) throw new LiffError("INVALID_ARGUMENT", "no proper argument is passed");
    if (isInClient()) tellPhone({ liff: "open", url, external });
    else window.open(url, "_blank", "noopener");
  }

  function isApiAvailable(name) {
    if (name === "shareTargetPicker") return isLoggedIn();
    return ALWAYS.includes(name) || (name === "sendMessages" && isInClient());
  }

  function needClient(name) {
    if (!isInClient()) throw new LiffError("FORBIDDEN", `${name} is not available outside LINE`);
  }

  function tellPhone(words) {
    if (window.parent !== window) window.parent.postMessage(words, location.origin);
  }

  // LINE --------------------------------------------------------------------------------------------------------------

  function askSignedIn(deed, fields = {}) {
    if (!isLoggedIn()) throw new LiffError("UNAUTHORIZED", "Need access_token for api call, Please login first");
    return ask(deed, { ...fields, access_token: session.access_token });
  }

  async function ask(deed, fields) {
    const answer = await fetch(`${lineHost}/liff/sdk/${deed}`, { method: "POST", body: new URLSearchParams(fields) });
    const found = await answer.json();
    if (!answer.ok) throw new LiffError(CODES[answer.status] || String(answer.status), found.message);
    return found;
  }

  const CODES = { 400: "INVALID_ARGUMENT", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "INVALID_CONFIG" };

  window.liff = {
    init, ready, login, logout, isInClient, isLoggedIn, isApiAvailable, isSubWindow: () => false,
    getIDToken, getDecodedIDToken, getAccessToken, getContext, getOS, getLanguage: () => navigator.language,
    getAppLanguage: () => navigator.language, getVersion: () => "2.29.2",
    getLineVersion: () => (isInClient() ? "15.0.0" : null),
    getProfile, getFriendship, requestFriendship, sendMessages, shareTargetPicker, closeWindow, openWindow,
    get id() { return app?.id ?? null; },
  };
})();
