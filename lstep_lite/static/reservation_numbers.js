// The days as bars, drawn from the table below them.
document.addEventListener("DOMContentLoaded", () => {
  const percent = { label: "稼働率", name: "percent", colour: "#2f6fed" };
  window.dayChart(document.getElementById("days-chart"), document.querySelectorAll("#numbers-days tbody tr"), [percent], "%");
});
