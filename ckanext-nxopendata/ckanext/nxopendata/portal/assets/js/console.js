// The page to try the API: the answer appears within the page. Without this the form leads to the answer itself.
(function () {
  "use strict";

  var form = document.querySelector("[data-nx-console]"), box = document.querySelector("[data-nx-answer]");
  if (!form || !box) return;
  var status = box.querySelector("[role=status]"), address = box.querySelector("code"), text = box.querySelector("pre");
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var asked = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (value) asked.append(name, value); });
    // The API is asked where this page stands, whatever name the site has for others.
    var url = new URL(form.action).pathname + "?" + asked;
    box.hidden = false;
    status.textContent = form.dataset.nxAsking;
    address.textContent = url;
    text.textContent = "";
    fetch(url, { credentials: "omit" }).then(function (answer) {
      return answer.text().then(function (body) {
        status.textContent = answer.status;
        try { text.textContent = JSON.stringify(JSON.parse(body), null, 2).slice(0, 200000); }
        catch (problem) { text.textContent = body.slice(0, 200000); }
      });
    }).catch(function () { status.textContent = form.dataset.nxFailed; });
  });
})();
