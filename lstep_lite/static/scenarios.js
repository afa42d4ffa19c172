// How many friends reach each step, drawn from the table below it.
document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("scenario-chart");
  if (!canvas) return;
  const reached = { label: "進んだ", name: "reached", colour: "#8aa4bf" };
  const sent = { label: "送った", name: "sent", colour: "#1f9d57" };
  const tapped = { label: "タップした", name: "tapped", colour: "#2f6fed" };
  window.dayChart(canvas, document.querySelectorAll("#scenario-steps tbody tr"), [reached, sent, tapped], "人");
});
