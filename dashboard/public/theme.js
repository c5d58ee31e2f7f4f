// Before the first paint, and a file of its own: the content policy allows no inline script.
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem("masteria.theme"); } catch { /* private mode: the system decides */ }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
