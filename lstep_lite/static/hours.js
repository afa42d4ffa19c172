// Opening hours of a week: what stands at the first day that is open is put to all of them.
(() => {
  "use strict";

  const timesOf = (day) => [...day.querySelectorAll(".hours-pair input")];

  document.addEventListener("htmx:load", (event) => {
    for (const button of event.target.querySelectorAll("[data-same-hours]")) button.hidden = false;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-same-hours]");
    if (!button) return;
    const days = [...button.closest(".hours-week").querySelectorAll(".hours-day")];
    const open = days.find((day) => !day.querySelector(".hours-closed input").checked) ?? days[0];
    const typed = timesOf(open).map((input) => input.value);
    for (const day of days) timesOf(day).forEach((input, index) => { input.value = typed[index] ?? ""; });
    button.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
