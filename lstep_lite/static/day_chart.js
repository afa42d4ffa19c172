// Bars by day, drawn from a table that says the same in numbers: each row has its day as data-label.
//   dayChart(canvas, rows, [{ label: "追加", name: "gained", colour: "#1f9d57" }], "人")
// *name* is the row's data that the bars show, the last word the unit that stands behind a number.
window.dayChart = (canvas, rows, series, unit = "") => {
  const data = [...rows].map((row) => row.dataset);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const chart = new Chart(canvas, {
    type: "bar",
    data: {
      labels: data.map((row) => row.label),
      datasets: series.map((one) => ({
        label: one.label, data: data.map((row) => Number(row[one.name])), backgroundColor: one.colour, borderRadius: 4,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: { x: { grid: { display: false } }, y: { beginAtZero: true, suggestedMax: 4, ticks: { precision: 0 } } },
      plugins: { tooltip: { callbacks: { label: (item) => `${item.dataset.label} ${item.raw}${unit}` } } },
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
};
