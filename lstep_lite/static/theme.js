// Runs before the first paint, so that a dark screen never flashes white.
window.showTheme = () => {
  const chosen = localStorage.getItem("theme") || "auto";
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.colours = chosen;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
};
window.showTheme();
