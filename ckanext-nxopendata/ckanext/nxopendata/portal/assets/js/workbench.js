// What the handlers in the markup of CKAN's own pages do, which the Content-Security-Policy refuses.
(function () {
  "use strict";

  function at(id) { return document.getElementById(id); }

  function toggleRevoke() {
    var button = at("revoke-tokens-button");
    if (button) button.disabled = !document.querySelector("[name=token]:checked");
  }

  // The file of a dataset: chosen from the computer, given as an address, or taken away again.
  function uploadField(button) {
    if (button.id === "resource-upload-button") {
      at("resource-url-upload").checked = true;
      at("field-resource-upload").click();
    } else if (button.id === "resource-link-button") {
      at("resource-url-link").checked = true;
      at("field-resource-url").focus();
    } else if (button.parentNode.querySelector("input[readonly]")) {
      at("field-clear-upload").checked = true;
      at("field-resource-upload").focus();
    } else {
      at("resource-url-none").checked = true;
      (at("resource-upload-button") || at("resource-link-button")).focus();
      button.parentNode.querySelector("input").value = "";
    }
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (target.closest("a[data-inline-href], input[type=checkbox][readonly]")) event.preventDefault();
    var button = target.closest(".resource-upload-field button[data-inline-onclick]");
    if (button) uploadField(button);
    if (target.closest("#refit-button")) window.fitColText();
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[name=token]")) toggleRevoke();
  });
  document.addEventListener("htmx:afterRequest", toggleRevoke);
})();
