// Uploads: [data-media-upload] is an ordinary form; here its files go one by one, each with its progress and its own
// result. Choosing, dragging and pasting do the same. Every kept file is told by a bubbling event "media:uploaded" whose
// detail is the file; "media:all-uploaded" follows when none is under way any more, with all kept files.
(() => {
  "use strict";
  const LOST = "送れませんでした。通信の状態を確認して、もう一度お試しください。";
  const LARGE = "ファイルが大きすぎます。短くするか、画質を下げて書き出してください。";
  document.documentElement.classList.add("has-script");

  async function take(form, files) {
    if (form.dataset.busy || !files.length) return;
    form.dataset.busy = "yes";
    const kept = [];
    const waiting = files.map((file) => ({ file, row: addRow(form, file) }));
    for (const { file, row } of waiting) {
      const answer = await send(form, file, row).catch((error) => ({ message: error.message }));
      show(row, answer);
      if (answer.id) kept.push(answer);
    }
    delete form.dataset.busy;
    for (const file of kept) tell(form, "media:uploaded", file);
    tell(form, "media:all-uploaded", kept);
  }

  function addRow(form, file) {
    const row = form.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = file.name;
    form.querySelector("[data-uploads]").append(row);
    return row;
  }

  function send(form, file, row) {
    if (file.size > Number(form.dataset.largest)) return Promise.reject(new Error(LARGE));
    const data = new FormData(form);
    data.delete("file");
    data.append("file", file, file.name || "貼り付けた画像.png");
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest(); // fetch can't tell how much is sent
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", ({ loaded, total }) => {
        row.querySelector("[data-progress]").value = (100 * loaded) / total;
      });
      request.addEventListener("load", () => resolve(request.response || { message: request.status === 413 ? LARGE : LOST }));
      request.addEventListener("error", () => reject(new Error(LOST)));
      request.send(data);
    });
  }

  function show(row, answer) {
    if (answer.id && answer.state === "stored") return row.remove();
    row.querySelector("[data-progress]").value = 100;
    row.classList.toggle("is-refused", !answer.id);
    row.querySelector("[data-said]").textContent = answer.id ? "届きました。LINEで送れる形にしています。" : answer.message;
  }

  function tell(form, name, detail) {
    form.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  const formOf = (target) => target.closest?.("[data-media-upload]");

  document.addEventListener("change", ({ target }) => {
    const form = target.type === "file" && formOf(target);
    if (!form) return;
    take(form, [...target.files]);
    target.value = "";
  });

  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const drop = event.target.closest?.(".media-drop");
      if (!drop) return;
      event.preventDefault();
      drop.classList.toggle("is-over", name === "dragover");
      if (name === "drop") take(formOf(drop), [...event.dataTransfer.files]);
    });
  }

  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    const place = document.querySelector("dialog[open] [data-media-upload]") || document.querySelector("main [data-media-upload]");
    if (!files.length || !place) return;
    event.preventDefault();
    take(place, files);
  });

  // The library's own page: what was uploaded appears in the list; the rows of finished uploads have said enough.
  document.addEventListener("media:all-uploaded", ({ target, detail }) => {
    const list = document.getElementById("media-list");
    if (!list || target.closest("dialog") || !detail.length) return;
    for (const row of target.querySelectorAll(".media-upload-row:not(.is-refused)")) row.remove();
    window.htmx.ajax("GET", location.pathname + location.search, { target: list, swap: "outerHTML" });
  });

  // Ticking all at once.
  const showTickers = () => document.querySelectorAll("[data-tick-all]").forEach((button) => (button.hidden = false));
  document.addEventListener("DOMContentLoaded", showTickers);
  document.addEventListener("htmx:load", showTickers);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-tick-all]");
    if (!button) return;
    for (const box of document.getElementById(button.dataset.tickAll).querySelectorAll("input[type=checkbox]")) box.checked = true;
  });
})();
