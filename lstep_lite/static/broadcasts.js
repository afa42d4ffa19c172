// The comparison of a broadcast's versions, drawn from the table above it.
document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("version-chart");
  if (!canvas) return;
  const tapped = { label: "押した方の割合", name: "percent", colour: "#1f9d57" };
  window.dayChart(canvas, document.querySelectorAll("#version-results tbody tr"), [tapped], "%");
});
