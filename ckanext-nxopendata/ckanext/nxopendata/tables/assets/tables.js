// The table of a file: questions answered without a new page. Everything works without this.
(function () {
  "use strict";

  var PARTS = ["#nx-table", ".nx-data-more"];

  // Answers a question within the page; a failure goes there the plain way.
  var turn = 0;
  function show(address, remember) {
    var mine = ++turn, table = document.querySelector(PARTS[0]);
    table.setAttribute("aria-busy", "true");
    fetch(address, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) throw answer; return answer.text(); })
      .then(function (text) {
        if (mine !== turn) return;
        var page = new DOMParser().parseFromString(text, "text/html");
        var focused = document.activeElement && document.activeElement.id;
        if (!page.querySelector(PARTS[0])) throw text;
        PARTS.forEach(function (part) {
          var now = document.querySelector(part), then = page.querySelector(part);
          if (now && then) now.replaceWith(document.importNode(then, true));
        });
        if (remember) history.pushState({ nxTable: true }, "", address);
        var back = focused && document.getElementById(focused);
        var folded = back && back.closest("details:not([open])");
        if (folded) folded.open = true; // nothing in what is folded can be focused
        (back || document.getElementById("nx-column-title") || document.getElementById("nx-preview")).focus({ preventScroll: true });
        say();
      })
      .catch(function () { location.href = address; });
  }

  // What changed is said to those who do not see it.
  var voice = document.createElement("p");
  voice.className = "nx-hidden";
  voice.setAttribute("role", "status");
  function say() {
    var status = document.querySelector("#nx-table [role=status], #nx-table [role=alert], #nx-table figcaption");
    voice.textContent = status ? status.textContent.replace(/\s+/g, " ").trim() : "";
  }

  function start() {
    if (!document.querySelector("[data-nx-table]")) return;
    document.body.appendChild(voice);
    document.addEventListener("submit", function (event) {
      var form = event.target;
      if (!form.closest("#nx-table") || form.method !== "get") return;
      event.preventDefault();
      var asked = new URLSearchParams(new FormData(form));
      show(location.pathname + "?" + asked, true);
    });
    document.addEventListener("click", function (event) {
      var link = event.target.closest("#nx-table a[href^='?']");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      show(location.pathname + link.getAttribute("href").replace(/#.*/, ""), true);
    });
    // What a slider says while it moves.
    document.addEventListener("input", function (event) {
      if (event.target.type !== "range" || !event.target.id) return;
      var said = document.querySelector("output[for='" + event.target.id + "']");
      if (said) said.value = event.target.value;
    });
    addEventListener("popstate", function () { if (!location.hash || location.search) show(location.pathname + location.search, false); });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
