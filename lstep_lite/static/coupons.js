// Pictures of a coupon out of the whole library, and the chart of one, drawn from the table below it.
(() => {
  "use strict";
  const show = () => {
    if (!window.mediaPicker) return;
    for (const button of document.querySelectorAll("[data-picture-choose][hidden]")) button.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picture-choose]");
    if (!button) return;
    const field = button.closest("[data-picture-field]");
    window.mediaPicker.open({ kind: "image", ratios: ["20:13"], onChoose: (file) => choose(field, file) });
  });

  function choose(field, file) {
    const list = field.querySelector("select");
    if (![...list.options].some((option) => option.value === String(file.id))) list.add(new Option(file.name, file.id));
    list.value = String(file.id);
    list.dispatchEvent(new Event("change", { bubbles: true }));
    picture(field).src = file.preview_url;
    picture(field).hidden = false;
    list.form.setAttribute("data-changed", "");
  }

  // Chosen from the list itself: the picture is shown once it is saved.
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-picture-field]");
    if (field && event.isTrusted) picture(field).hidden = true;
  });

  const picture = (field) => field.querySelector("[data-picture-shown]");

  document.addEventListener("DOMContentLoaded", () => {
    const canvas = document.getElementById("coupon-chart");
    if (!canvas) return;
    const obtained = { label: "受け取り", name: "obtained", colour: "#2f6fed" };
    const used = { label: "使用", name: "used", colour: "#1f9d57" };
    window.dayChart(canvas, document.querySelectorAll("#coupon-days tbody tr"), [obtained, used]);
  });
})();
