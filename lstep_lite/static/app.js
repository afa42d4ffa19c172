// Behaviour hangs on data- attributes, so that whatever htmx brings in later behaves as well.
(() => {
  "use strict";
  const $ = (selector) => document.querySelector(selector);
  const on = (name, react) => document.addEventListener(name, react);

  // Clicks ------------------------------------------------------------------------------------------------------------
  const clicks = {
    "[data-dialog]": (button) => document.getElementById(button.dataset.dialog).showModal(),
    "[data-close-dialog]": (button) => button.closest("dialog").close(),
    "[data-close-toast]": (button) => button.closest(".toast-card").remove(),
    "[data-copy]": copy,
    "[data-theme-button]": nextTheme,
    "[data-leave]": leave,
  };
  on("click", (event) => {
    for (const [selector, react] of Object.entries(clicks)) {
      const found = event.target.closest(selector);
      if (found) react(found, event);
    }
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target) || event.target.closest(".dropdown-item")) menu.open = false;
    }
  });

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // pages without https, such as a shop's own network
    }
    const words = button.querySelector("span");
    words.textContent = "コピーしました";
    setTimeout(() => (words.textContent = "コピー"), 2000);
  }

  function nextTheme() {
    const order = ["auto", "light", "dark"];
    const chosen = order[(order.indexOf(document.documentElement.dataset.colours) + 1) % order.length];
    localStorage.setItem("theme", chosen);
    window.showTheme();
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", window.showTheme);

  // Toasts ------------------------------------------------------------------------------------------------------------
  function fadeToasts() {
    for (const toast of document.querySelectorAll("[data-fade]")) {
      toast.removeAttribute("data-fade");
      setTimeout(() => toast.classList.add("is-going"), 6000);
      setTimeout(() => toast.remove(), 6400);
    }
  }
  fadeToasts();
  on("htmx:load", fadeToasts);

  // Folded groups stay folded -----------------------------------------------------------------------------------------
  for (const group of document.querySelectorAll("[data-remember]")) {
    if (localStorage.getItem(group.dataset.remember) === "closed") group.open = false;
    group.addEventListener("toggle", () => {
      localStorage.setItem(group.dataset.remember, group.open ? "open" : "closed");
    });
  }

  // The menu is longer than the window: where one is stands in sight ----------------------------------------------------
  const menu = $(".side-nav");
  const here = menu?.querySelector("[aria-current]");
  if (here) menu.scrollTop = Math.max(0, here.offsetTop - menu.offsetTop - menu.clientHeight / 2);

  // Live regions: ask only while somebody looks, and say what was seen last ---------------------------------------------
  const seen = new Map();
  on("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-poll]")) return;
    if (document.hidden) return event.preventDefault();
    const fingerprint = seen.get(event.target.id);
    if (fingerprint) event.detail.headers["X-Seen"] = fingerprint;
  });
  on("htmx:afterRequest", (event) => {
    const fingerprint = event.detail.xhr?.getResponseHeader("X-Seen");
    if (fingerprint) seen.set(event.target.id, fingerprint);
  });

  // Unread talks and notifications: a live region tells each number, the menus show it ----------------------------------
  function showCount(total, places, words) {
    for (const place of document.querySelectorAll(places)) {
      place.hidden = total === 0;
      place.textContent = total > 99 ? "99+" : total;
      place.setAttribute("aria-label", `${words} ${total}件`);
    }
  }
  on("htmx:load", () => {
    showCount(Number($("#unread-badge")?.dataset.unreadTotal || 0), "[data-unread]", "未読のトーク");
    showCount(Number($("#bell-badge")?.dataset.bellTotal || 0), "[data-bell]", "未読のお知らせ");
  });

  // Long lists of choices: a box narrows them down ----------------------------------------------------------------------
  const shownBox = () => document.querySelectorAll("[data-pick-search][hidden]").forEach((box) => (box.hidden = false));
  shownBox();
  on("htmx:load", shownBox);
  on("input", ({ target }) => {
    if (!target.matches("[data-pick-search]")) return;
    const wanted = target.value.normalize("NFKC").toLowerCase().trim();
    for (const choice of target.closest("[data-pick]").querySelectorAll(".choice")) {
      const words = choice.textContent.normalize("NFKC").toLowerCase();
      choice.hidden = !words.includes(wanted) && !choice.querySelector(":checked");
    }
  });

  // Inputs that matter for some choices only: shown while their list stands on one of those -------------------------------
  const suit = (list) => {
    for (const part of list.parentElement.querySelectorAll(":scope > [data-shown-for]")) {
      part.hidden = !part.dataset.shownFor.split(" ").includes(list.value);
    }
  };
  const suitAll = () => document.querySelectorAll("select[data-shows]").forEach(suit);
  suitAll();
  on("htmx:load", suitAll);
  on("change", ({ target }) => target.matches("select[data-shows]") && suit(target));

  // A friend's page: what was changed in one of its parts stands among what happened -----------------------------------
  let isChangingFriend = false;
  on("htmx:beforeRequest", (event) => {
    isChangingFriend = event.detail.requestConfig.verb === "post" && Boolean(event.target.closest(".friend-page"));
  });
  on("htmx:afterRequest", (event) => {
    if (isChangingFriend && event.detail.successful && $("#timeline")) window.htmx.trigger("#timeline", "friend-changed");
  });

  // Connection --------------------------------------------------------------------------------------------------------
  const lost = (isLost) => ($("#connection-lost").hidden = !isLost);
  on("htmx:sendError", () => lost(true));
  on("htmx:responseError", (event) => lost(event.detail.xhr.status > 500)); // a proxy's own page, never ours
  on("htmx:afterOnLoad", () => lost(false));
  window.addEventListener("offline", () => lost(true));
  window.addEventListener("online", () => lost(false));

  // Unsaved changes: forms with data-guard ask before they are left ---------------------------------------------------
  on("htmx:beforeSwap", ({ target, detail }) => { // a form that keeps a draft by itself
    if (target.matches("[data-keeps-draft]") && detail.xhr.status === 200) {
      target.closest("form").removeAttribute("data-changed");
    }
  });
  let goingTo = "";
  const changed = () => $("form[data-guard][data-changed]");
  on("input", (event) => event.target.closest("form[data-guard]")?.setAttribute("data-changed", ""));
  on("submit", (event) => event.target.removeAttribute("data-changed"));
  on("htmx:responseError", (event) => event.target.closest?.("form[data-guard]")?.setAttribute("data-changed", ""));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const stays = !link || link.target || event.ctrlKey || event.metaKey || link.getAttribute("href").startsWith("#");
    if (stays || link.hasAttribute("download") || !changed()) return;
    if ("leaveFreely" in link.dataset) return changed().removeAttribute("data-changed"); // the browser asks no more either
    event.preventDefault();
    event.stopPropagation();
    goingTo = link.href;
    $("#leave-guard").showModal();
  }, true);
  function leave() {
    changed()?.removeAttribute("data-changed");
    location.href = goingTo;
  }
  window.addEventListener("beforeunload", (event) => changed() && event.preventDefault());
})();
