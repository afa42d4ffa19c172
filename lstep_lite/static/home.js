// The week's chart, drawn from the table below it, and the print button.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("week-chart");
  if (!canvas) return;
  const rows = [...document.querySelectorAll("#week tbody tr")].map((row) => row.dataset);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const chart = new Chart(canvas, {
    type: "bar",
    data: {
      labels: rows.map((row) => row.label),
      datasets: [
        { label: "追加", data: rows.map((row) => Number(row.gained)), backgroundColor: "#1f9d57", borderRadius: 4 },
        { label: "ブロック", data: rows.map((row) => Number(row.lost)), backgroundColor: "#d93a36", borderRadius: 4 },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, suggestedMax: 4, ticks: { precision: 0 } },
      },
      plugins: {
        tooltip: { callbacks: { label: (item) => `${item.dataset.label} ${item.raw}人` } },
      },
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
