// Choosing a template from any page:
//   templatePicker.open({ onChoose({ id, name }) { … } })
// A button [data-pick-template="<id of a select>"] chooses one of its options; without this file the select is enough.
window.templatePicker = (() => {
  "use strict";
  const PICKER = "/messages/picker";
  const TYPING_MS = 300;
  const LOST = "つながりませんでした。通信の状態を確認して、もう一度お試しください。";
  let dialog = null;
  let wish = null;
  let timer = 0;
  let asked = 0;

  function open(wanted) {
    wish = wanted;
    dialog ||= build();
    dialog.replaceChildren();
    dialog.showModal();
    show(PICKER);
  }

  function build() {
    const made = document.createElement("dialog");
    made.className = "template-dialog";
    made.setAttribute("aria-labelledby", "template-picker-title");
    made.addEventListener("click", onClick);
    made.addEventListener("submit", onSubmit);
    made.addEventListener("input", onInput);
    document.body.append(made);
    return made;
  }

  async function show(url, typed = null) {
    const turn = ++asked;
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (turn !== asked) return; // somebody has typed on
    dialog.innerHTML = answer?.ok ? await answer.text() : `<p class="invalid-feedback d-block" role="alert">${LOST}</p>`;
    focus(typed);
  }

  function focus(typed) {
    const search = dialog.querySelector("[type=search]");
    if (!search) return dialog.querySelector("button")?.focus();
    search.focus();
    if (typed !== null) search.setSelectionRange(search.value.length, search.value.length);
  }

  function onClick(event) {
    if (event.target === dialog) return dialog.close(); // beside it
    const found = event.target.closest("button, a");
    if (!found) return;
    if ("pickerClose" in found.dataset) dialog.close();
    if (found.dataset.templateId) choose(found.dataset);
    if ("pickerPage" in found.dataset) {
      event.preventDefault();
      show(found.href);
    }
  }

  function choose({ templateId, templateName }) {
    dialog.close();
    wish.onChoose({ id: Number(templateId), name: templateName });
  }

  function onSubmit(event) {
    event.preventDefault();
    search(event.target);
  }

  function onInput(event) {
    clearTimeout(timer);
    timer = setTimeout(() => search(event.target.form), event.target.type === "search" ? TYPING_MS : 0);
  }

  function search(form) {
    const typed = new URLSearchParams(new FormData(form));
    show(`${form.action}?${typed}`, typed.get("q"));
  }

  // Buttons beside selects --------------------------------------------------------------------------------------------

  function showButtons(root) {
    root.querySelectorAll("[data-pick-template][hidden]").forEach((button) => (button.hidden = false));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-template]");
    if (!button) return;
    const select = document.getElementById(button.dataset.pickTemplate);
    open({
      onChoose({ id }) {
        select.value = id;
        select.dispatchEvent(new Event("change", { bubbles: true }));
        select.focus();
      },
    });
  });
  document.addEventListener("DOMContentLoaded", () => showButtons(document));
  document.addEventListener("htmx:load", (event) => showButtons(event.target));

  return { open };
})();
