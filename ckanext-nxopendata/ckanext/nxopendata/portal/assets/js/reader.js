// What a page gains by JavaScript; every page works without it.
(function () {
  "use strict";

  document.querySelectorAll("[data-nx-copy]").forEach(function (button) {
    var text = document.getElementById(button.dataset.nxCopy);
    if (!text || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(text.textContent.trim()).then(function () {
        var label = button.textContent;
        button.textContent = button.dataset.nxDone;
        setTimeout(function () { button.textContent = label; }, 2000);
      });
    });
  });

  // Esc closes the menu of narrow screens.
  var menu = document.getElementById("nx-menu-state");
  if (menu) {
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && menu.checked) {
        menu.checked = false;
        menu.focus();
      }
    });
  }
})();
