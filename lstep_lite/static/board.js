// The board of a day: bookings are dragged, drawn longer, or moved by keys; free time is drawn to close it. Nothing is
// kept here: what is dropped is asked of the server, which says what it means.
(() => {
  "use strict";
  const STEP = 5;
  const FAR = 5; // pixels until a press is a drag
  const LONG_PRESS = 350;
  const $ = (selector) => document.querySelector(selector);
  const board = () => $("#day-board");
  const clock = (minute) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const number = (element, name) => Number(element.dataset[name]);
  const perMinute = () => parseFloat(getComputedStyle(board()).getPropertyValue("--minute"));
  const mayEdit = () => board() && "canEdit" in board().dataset;
  const say = (words) => ($("#board-words").textContent = words);

  // Where the pointer is --------------------------------------------------------------------------------------------
  function columnAt(x) {
    return [...document.querySelectorAll(".board-column")].find((column) => {
      const box = column.getBoundingClientRect();
      return x >= box.left && x < box.right;
    });
  }
  const minuteAt = (column, y) => number(board(), "begins") + (y - column.getBoundingClientRect().top) / perMinute();
  const snapped = (minute) => Math.round(minute / STEP) * STEP;

  function place(element, at, long) {
    element.style.setProperty("--at", at);
    element.style.setProperty("--long", long);
  }

  // One movement: of a bar, of its end, or over free cells ------------------------------------------------------------
  let current = null;

  class Move {
    constructor(bar, isEnd) {
      Object.assign(this, { bar, isEnd, column: bar.closest(".board-column") });
      this.begins = this.at = number(bar, "begins");
      this.long = this.was = number(bar, "ends") - this.begins;
      this.from = this.column;
      this.ghost = Object.assign(document.createElement("div"), { className: "board-ghost" });
      bar.classList.add("is-dragged");
      this.show();
    }
    shift(minutes, longer = 0) {
      this.at = clamp(this.at + minutes, number(board(), "begins"), number(board(), "ends") - this.long);
      this.long = Math.max(this.long + longer, STEP);
      this.show();
    }
    beside(step) {
      const columns = [...document.querySelectorAll(".board-column[data-provider]")];
      const next = columns[columns.indexOf(this.column) + step];
      if (next) this.column = next;
      this.show();
    }
    show() {
      this.column.append(this.ghost);
      place(this.ghost, this.at, this.long);
      this.words = `${clock(this.at)}〜${clock(this.at + this.long)} ${this.column.dataset.name}`;
      this.ghost.textContent = this.words;
    }
    get isSame() {
      return this.at === this.begins && this.long === this.was && this.column === this.from;
    }
    end() {
      this.ghost.remove();
      this.bar.classList.remove("is-dragged", "is-moving");
    }
    drop() {
      this.end();
      if (this.isSame) return;
      const values = {
        date: board().dataset.day,
        start: clock(this.at),
        provider: this.column.dataset.provider || 0,
        minutes: this.long,
        version: this.bar.dataset.version,
      };
      ask(this.bar.dataset.move, values);
    }
  }

  class Drawing {
    constructor(cell) {
      this.column = cell.closest(".board-column");
      this.first = number(cell, "at");
      this.choice = Object.assign(document.createElement("div"), { className: "board-choice" });
      this.column.append(this.choice);
      this.to(this.first);
    }
    to(minute) {
      const step = number(board(), "step");
      const cell = Math.floor(minute / step) * step;
      this.begins = clamp(Math.min(this.first, cell), number(board(), "begins"), number(board(), "ends") - step);
      this.ends = clamp(Math.max(this.first, cell) + step, this.begins + step, number(board(), "ends"));
      place(this.choice, this.begins, this.ends - this.begins);
      this.choice.textContent = `${clock(this.begins)}〜${clock(this.ends)}`;
    }
    end() {
      this.choice.remove();
    }
    drop() {
      this.end();
      if (this.ends - this.begins <= number(board(), "step")) return;
      const values = { start: clock(this.begins), end: clock(this.ends), provider: this.column.dataset.provider || "" };
      ask(board().dataset.closure, values);
    }
  }

  const ask = (url, values) => window.htmx.ajax("GET", url, { values, target: "#board-question", swap: "outerHTML" });

  function begin(what) {
    current = what;
    window.htmx.trigger(board(), "htmx:abort"); // what is on its way would be drawn over it
    document.body.classList.add("board-is-dragging");
  }
  function finish(isDropped) {
    const done = current;
    current = null;
    document.body.classList.remove("board-is-dragging");
    if (done) isDropped ? done.drop() : done.end();
  }

  // Mouse, pen and finger ---------------------------------------------------------------------------------------------
  let press = null; // until it is known to be a drag
  let isJustDropped = false;

  document.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || current || !mayEdit()) return;
    const bar = event.target.closest("[data-bar]");
    const cell = event.pointerType === "mouse" && event.target.closest("a.board-cell");
    if (!bar && !cell) return;
    isJustDropped = false;
    press = { bar, cell, x: event.clientX, y: event.clientY, id: event.pointerId, isEnd: event.target.matches("[data-grip]") };
    press.isTouch = event.pointerType === "touch" && !press.isEnd;
    if (press.isTouch) press.timer = setTimeout(() => press && take(press), LONG_PRESS);
  });

  function take({ bar, cell, x, y, isEnd }) {
    press = null;
    begin(bar ? new Move(bar, isEnd) : new Drawing(cell));
    current.isPointer = true;
    if (bar) current.grabbed = minuteAt(current.column, y) - current.at;
    if (navigator.vibrate && bar) navigator.vibrate(20);
  }

  document.addEventListener("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > FAR) {
      if (press.isTouch) return forget();
      take(press);
    }
    if (!current?.isPointer) return;
    nearEdge(event);
    if (current instanceof Drawing) return current.to(minuteAt(current.column, event.clientY));
    if (current.isEnd) {
      current.long = Math.max(snapped(minuteAt(current.column, event.clientY)) - current.at, STEP);
      return current.show();
    }
    const column = columnAt(event.clientX);
    if (column?.dataset.provider) current.column = column;
    current.at = snapped(minuteAt(current.column, event.clientY) - current.grabbed);
    current.shift(0);
  });

  function nearEdge(event) { // the board goes along
    const scroll = $("[data-board-scroll]");
    const box = scroll.getBoundingClientRect();
    const by = (at, low, high) => (at < low + 40 ? -12 : at > high - 40 ? 12 : 0);
    scroll.scrollBy(by(event.clientX, box.left + 40, box.right), by(event.clientY, box.top + 30, box.bottom));
  }

  function forget() {
    clearTimeout(press?.timer);
    press = null;
  }
  document.addEventListener("pointerup", () => {
    forget();
    if (!current?.isPointer) return;
    isJustDropped = true;
    setTimeout(() => (isJustDropped = false), 50); // its click, if one comes, comes at once
    finish(true);
  });
  document.addEventListener("pointercancel", () => {
    forget();
    if (current?.isPointer) finish(false);
  });
  document.addEventListener("touchmove", (event) => current?.isPointer && event.preventDefault(), { passive: false });
  document.addEventListener("dragstart", (event) => event.target.closest(".board") && event.preventDefault());
  document.addEventListener("contextmenu", (event) => {
    if (current?.isPointer || (press?.isTouch && event.target.closest("[data-bar]"))) event.preventDefault();
  });

  // Links open beside the board -----------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    if (isJustDropped) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const close = event.target.closest("[data-board-close]");
    if (close && close.closest("dialog")) {
      event.preventDefault();
      return close.closest("dialog").close();
    }
    const link = event.target.closest("a[data-panel-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPanel(link);
  }, true);

  function openPanel(link) {
    $("#board-panel-title").textContent = link.dataset.panelLink;
    $("#board-panel-page").href = link.href;
    window.htmx.ajax("GET", link.href, { target: "#board-panel-body", swap: "innerHTML" }).then(() => {
      if (!$("#board-panel").open) $("#board-panel").show(); // not modal: the board and its toasts stay in sight
    });
  }

  // A mark given beside the board shows there at once; only what was refused opens
  document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
    if (target.id === "board-panel-body" && detail.xhr.status >= 400 && !$("#board-panel").open) $("#board-panel").show();
  });

  // Keys ----------------------------------------------------------------------------------------------------------------
  const steps = {
    ArrowUp: (move, shift) => (shift ? move.shift(0, -STEP) : move.shift(-STEP)),
    ArrowDown: (move, shift) => (shift ? move.shift(0, STEP) : move.shift(STEP)),
    ArrowLeft: (move) => move.beside(-1),
    ArrowRight: (move) => move.beside(1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && current) {
      event.preventDefault();
      finish(false);
      return say("動かすのをやめました。");
    }
    if (current && !current.isPointer) return onMoving(event);
    if (event.key === "Escape" && $("#board-panel")?.open && !$("dialog:modal")) return $("#board-panel").close();
    if (event.target.closest("input, select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    const bar = event.target.closest?.("[data-bar]");
    if (bar && event.key.toLowerCase() === "m" && mayEdit()) {
      event.preventDefault();
      begin(new Move(bar, false));
      bar.classList.add("is-moving");
      say("移動：上下の矢印で時間、左右で担当者、Shiftと上下で長さを変えます。Enterで決定、Escでやめます。");
    } else if (event.key.toLowerCase() === "n" && $("[data-new-booking]")) {
      event.preventDefault();
      openPanel($("[data-new-booking]"));
    }
  });
  function onMoving(event) {
    const step = steps[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") return finish(true);
    step(current, event.shiftKey);
    current.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(current.words);
  }

  // What the server answers ---------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    if (current && event.target.id === "day-board") event.preventDefault();
  });
  let scrolled = null;
  document.addEventListener("htmx:oobBeforeSwap", () => {
    const scroll = $("[data-board-scroll]");
    if (scroll) scrolled = [scroll.scrollLeft, scroll.scrollTop];
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (scrolled) $("[data-board-scroll]")?.scrollTo(...scrolled);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const question = $("#board-question"), dialog = $("#board-dialog");
    if (!question || !dialog) return;
    if ("filled" in question.dataset && !dialog.open) dialog.showModal();
    if (!("filled" in question.dataset) && dialog.open) dialog.close();
    countDown();
  });
  $("#board-dialog")?.addEventListener("close", () => {
    const question = $("#board-question");
    question.replaceChildren();
    delete question.dataset.filled;
  });

  function countDown() {
    const undo = $("[data-undo]");
    if (!undo || undo.dataset.ends) return;
    undo.dataset.ends = "soon";
    setTimeout(() => undo.remove(), number(undo, "undo") * 1000);
  }

  // At first --------------------------------------------------------------------------------------------------------------
  const form = $("[data-board-date]");
  form?.classList.add("is-automatic");
  form?.addEventListener("change", () => form.requestSubmit());
  const now = $(".board-now") || $(".board-bar");
  if (now) $("[data-board-scroll]").scrollTop = Math.max(now.offsetTop - 120, 0);
})();
