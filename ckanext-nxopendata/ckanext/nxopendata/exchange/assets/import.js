/* The page of an import that is under way asks for itself anew and shows how far it is; when it is over the page is
   loaded again. Without scripts there is a link. */
(function () {
  "use strict";
  var box = document.querySelector("[data-nx-import]");
  if (!box) return;
  function ask() {
    fetch(window.location.href, { credentials: "same-origin" })
      .then(function (response) { return response.text(); })
      .then(function (text) {
        var found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-nx-import]");
        if (!found) { window.location.reload(); return; }
        if (found.textContent !== box.textContent) box.innerHTML = found.innerHTML;
        window.setTimeout(ask, 3000);
      })
      .catch(function () { window.setTimeout(ask, 10000); });
  }
  window.setTimeout(ask, 3000);
})();
