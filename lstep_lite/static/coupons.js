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
    const rows = [...document.querySelectorAll("#coupon-days tbody tr")].map((row) => row.dataset);
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const chart = new Chart(canvas, {
      type: "bar",
      data: {
        labels: rows.map((row) => row.label),
        datasets: [
          { label: "受け取り", data: rows.map((row) => Number(row.obtained)), backgroundColor: "#2f6fed", borderRadius: 4 },
          { label: "使用", data: rows.map((row) => Number(row.used)), backgroundColor: "#1f9d57", borderRadius: 4 },
        ],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        scales: { x: { grid: { display: false } }, y: { beginAtZero: true, suggestedMax: 4, ticks: { precision: 0 } } },
      },
    });
    const paint = () => {
      Object.assign(chart.options.plugins.legend.labels, { color: colour("--quiet") });
      for (const axis of Object.values(chart.options.scales)) {
        axis.ticks.color = colour("--quiet");
        axis.grid.color = colour("--line");
      }
      chart.update();
    };
    paint();
    new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  });
})();
