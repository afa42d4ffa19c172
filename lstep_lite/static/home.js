// The week's chart, drawn from the table below it.
document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("week-chart");
  if (!canvas) return;
  const gained = { label: "追加", name: "gained", colour: "#1f9d57" };
  const lost = { label: "ブロック", name: "lost", colour: "#d93a36" };
  window.dayChart(canvas, document.querySelectorAll("#week tbody tr"), [gained, lost], "人");
});
