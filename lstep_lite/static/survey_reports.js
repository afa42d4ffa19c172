// The days of a form and its questions as pictures, drawn from the tables beside them.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const days = document.getElementById("days-chart");
  if (days) {
    window.dayChart(days, document.querySelectorAll("#days tbody tr"), [
      { label: "開いた", name: "views", colour: "#8a97a8" },
      { label: "答え始めた", name: "starts", colour: "#2f6fed" },
      { label: "送信した", name: "submits", colour: "#1f9d57" },
    ]);
  }
  const colours = ["#2f6fed", "#1f9d57", "#e8890c", "#a347ba", "#d93a36", "#12a5a5", "#8a97a8", "#c2a500", "#5b5bd6", "#b5577b"];
  for (const canvas of document.querySelectorAll("[data-pie]")) {
    const rows = [...document.querySelectorAll(`#${CSS.escape(canvas.dataset.pie)} tbody tr`)];
    new Chart(canvas, {
      type: "pie",
      data: {
        labels: rows.map((row) => row.dataset.label),
        datasets: [{ data: rows.map((row) => Number(row.dataset.count)), backgroundColor: rows.map((_, at) => colours[at % colours.length]) }],
      },
      options: { animation: false, maintainAspectRatio: false, plugins: { legend: { display: false } } },
    });
  }
});
