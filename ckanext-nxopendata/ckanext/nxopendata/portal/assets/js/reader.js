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

  // Suggestions while one types: the combobox pattern of WAI-ARIA 1.2.
  document.querySelectorAll("[data-nx-suggest]").forEach(function (input) {
    var kinds = JSON.parse(input.dataset.nxKinds);
    var chinese = document.documentElement.lang.indexOf("zh") === 0;
    var list = document.createElement("ul");
    var shown = [], chosen = -1, timer, asked = 0;
    list.id = input.id + "-suggestions";
    list.className = "nx-suggest";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.nxBeside || input.labels[0].textContent);
    list.hidden = true;
    (input.closest(".nx-field") || input.closest("form")).appendChild(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function open(found) {
      shown = found;
      list.textContent = "";
      found.forEach(function (one, number) {
        var item = document.createElement("li");
        var text = document.createElement("span");
        var kind = document.createElement("span");
        text.textContent = (!chinese && one.en) || one.zh;
        kind.textContent = kinds[one.kind] + (one.count === null ? "" : " " + one.count);
        kind.className = "nx-count";
        item.id = list.id + "-" + number;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(text, kind);
        item.addEventListener("mousedown", function (event) { event.preventDefault(); go(number); });
        list.appendChild(item);
      });
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
    }

    function go(number) {
      var address = input.dataset.nxRoot.replace(/\/$/, "") + shown[number].path;
      // Beside a form: what was filled in stays.
      if (input.dataset.nxBeside) { close(); window.open(address, "_blank", "noopener"); } else location.href = address;
    }

    function choose(number) {
      chosen = (number + shown.length) % shown.length;
      Array.prototype.forEach.call(list.children, function (item, place) {
        item.setAttribute("aria-selected", String(place === chosen));
      });
      input.setAttribute("aria-activedescendant", list.children[chosen].id);
    }

    function ask() {
      var words = input.value.trim(), turn = ++asked;
      if (!words) return close();
      fetch(input.dataset.nxSuggest + "?q=" + encodeURIComponent(words))
        .then(function (answer) { return answer.json(); })
        .then(function (answer) { if (turn === asked && document.activeElement === input) open(answer.result || []); })
        .catch(close);
    }

    input.addEventListener("input", function (event) {
      clearTimeout(timer);
      // Half a syllable of an input method is not yet a word.
      if (!event.isComposing) timer = setTimeout(ask, 150);
    });
    input.addEventListener("compositionend", ask);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? -1 : chosen - 1); }
      else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); go(chosen); }
      else if (event.key === "Escape") { event.preventDefault(); asked += 1; close(); }
    });
  });

  // CKAN's handles to order files by are made late and have no name: each is called as its file.
  document.querySelectorAll("[data-module='resource-reorder']").forEach(function (place) {
    new MutationObserver(function () {
      document.querySelectorAll("a.handle:not([aria-label])").forEach(function (handle) {
        handle.setAttribute("aria-label", "⇅ " + handle.parentElement.textContent.trim());
      });
    }).observe(document.body, { childList: true, subtree: true });
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
