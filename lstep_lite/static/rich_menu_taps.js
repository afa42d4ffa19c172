// The chart of a menu's taps, drawn from the table below it.
document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("tap-chart");
  if (!canvas) return;
  const taken = { label: "押された数", name: "taken", colour: "#1f9d57" };
  window.dayChart(canvas, document.querySelectorAll("#tap-days tbody tr"), [taken], "回");
});
