// Choosing a file of the library from any page:
//   mediaPicker.open({ kind: "image", ratios: ["1.51:1"], onChoose(file) { … } })
// kind (image, video, audio) and ratios are optional; with ratios a picture of another shape is offered to be cut first.
// *file* has id, name, kind, preview_url, url, width, height, duration_ms. A button [data-pick-media="image"] with
// data-into (the id of an input) puts the file's id there and sends the form around it.
window.mediaPicker = (() => {
  "use strict";
  const PICKER = "/media-library/picker";
  const ASK_AGAIN_MS = 1500;
  const LOST = "つながりませんでした。通信の状態を確認して、もう一度お試しください。";
  let dialog = null;
  let wish = null;

  function open(wanted) {
    wish = { ratios: [], ...wanted };
    dialog ||= build();
    dialog.replaceChildren();
    dialog.showModal();
    show(`${PICKER}${wish.kind ? `?kind=${wish.kind}` : ""}`);
  }

  function build() {
    const made = document.createElement("dialog");
    made.className = "media-picker";
    made.setAttribute("aria-labelledby", "media-picker-title");
    made.addEventListener("click", onClick);
    made.addEventListener("submit", onSubmit);
    made.addEventListener("media:all-uploaded", ({ detail }) => onUploaded(detail));
    document.body.append(made);
    return made;
  }

  async function show(url) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return say(LOST);
    dialog.innerHTML = await answer.text();
    (dialog.querySelector("[data-file]:not(:disabled)") || dialog.querySelector("input, button"))?.focus();
    window.mediaCrop.start(dialog);
  }

  function onClick(event) {
    const found = event.target.closest("button, a");
    if (event.target === dialog) dialog.close(); // beside it
    if (!found) return;
    if ("pickerClose" in found.dataset) dialog.close();
    if (found.dataset.file) choose(JSON.parse(found.dataset.file));
    if ("cropSkip" in found.dataset) finish(wish.chosen);
    if ("cropBack" in found.dataset) open(wish);
    if (found.closest(".pager, .empty") && found.href) {
      event.preventDefault();
      show(found.href);
    }
  }

  function onSubmit(event) {
    const form = event.target;
    if (form.matches("[data-media-upload]")) return;
    event.preventDefault();
    if (form.matches("[data-picker-search]")) show(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    if (form.matches("[data-crop]")) cut(form);
  }

  function choose(file) {
    wish.chosen = file;
    if (!wish.ratios.length || file.kind !== "image" || fits(file)) return finish(file);
    show(`/media-library/${file.id}/crops/new?bare=1&ratios=${encodeURIComponent(wish.ratios.join(","))}`);
  }

  function fits(file) {
    return wish.ratios.some((ratio) => {
      const [width, height] = ratio.split(":").map(Number);
      return Math.abs((file.width / file.height) * (height / width) - 1) < 0.01;
    });
  }

  async function cut(form) {
    const headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers }).catch(() => null);
    const body = await answer?.json().catch(() => null);
    if (answer?.ok) return finish(body);
    say(body?.message || LOST);
  }

  // One file that was uploaded here is what one wanted; of several one has to choose.
  function onUploaded(files) {
    if (!files.length) return;
    if (files.length === 1) return whenReady(files[0]);
    show(`${PICKER}${wish.kind ? `?kind=${wish.kind}` : ""}`);
  }

  async function whenReady(file) {
    if (!dialog.open) return;
    if (file.state === "stored") return wish.kind && file.kind !== wish.kind ? say("種類の違うファイルです。選び直してください。") : choose(file);
    if (file.state !== "waiting") return say(file.message || LOST);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    const answer = await fetch(`/media-library/${file.id}`, { headers: { Accept: "application/json" } }).catch(() => null);
    whenReady(answer?.ok ? await answer.json() : file);
  }

  function finish(file) {
    dialog.close();
    wish.onChoose(file);
  }

  function say(words) {
    let place = dialog.querySelector("[data-crop-problem], [data-picker-problem]");
    if (!place) {
      place = Object.assign(document.createElement("p"), { className: "invalid-feedback" });
      place.dataset.pickerProblem = "";
      place.setAttribute("role", "alert");
      dialog.prepend(place);
    }
    place.hidden = false;
    place.textContent = words;
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-pick-media]");
    if (!button) return;
    const input = document.getElementById(button.dataset.into);
    open({
      kind: button.dataset.pickMedia,
      onChoose(file) {
        input.value = file.id;
        input.form.requestSubmit();
      },
    });
  });

  return { open };
})();
