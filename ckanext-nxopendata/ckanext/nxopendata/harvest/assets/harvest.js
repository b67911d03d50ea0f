/* Keeps the progress of a run fresh; without scripts one reloads the page. */
(function () {
  "use strict";
  var box = document.querySelector("[data-nx-progress]");
  if (!box) return;
  var state = box.dataset.nxState;
  function ask() {
    fetch(box.dataset.nxProgress, { headers: { "X-Requested-With": "XMLHttpRequest" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        if (answer.headers.get("X-NX-State") !== state) { window.location.reload(); return null; }
        return answer.text();
      })
      .then(function (html) {
        if (html === null) return;
        box.innerHTML = html;
        window.setTimeout(ask, 2000);
      })
      .catch(function () { window.setTimeout(ask, 10000); });
  }
  if (!box.hasAttribute("data-nx-final")) window.setTimeout(ask, 2000);
})();
