"use strict";

/* Several codes: boxes with a field to search in, instead of a list that wants the Ctrl key. */
ckan.module("nx-pick-many", function () {
  return {
    initialize: function () {
      var select = this.el[0], options = this.options;
      var label = document.querySelector('label[for="' + select.id + '"]');
      var box = document.createElement("div");
      box.className = "nx-pick";
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", label ? label.textContent.trim() : select.name);
      var state = box.appendChild(document.createElement("p"));
      state.className = "nx-pick-state";
      var search = box.appendChild(document.createElement("input"));
      search.type = "search";
      search.className = "form-control";
      search.id = select.id + "-search";
      search.setAttribute("aria-label", options.search);
      search.placeholder = options.search;
      var list = box.appendChild(document.createElement("ul"));
      list.className = "nx-pick-list";
      var none = box.appendChild(document.createElement("p"));
      none.textContent = options.none;
      none.hidden = true;
      var tell = function () {
        var chosen = Array.prototype.map.call(select.selectedOptions, function (option) { return option.text.trim(); });
        state.textContent = chosen.length ? options.chosen.replace("{values}", chosen.join("、")) : options.empty;
      };
      var boxes = Array.prototype.map.call(select.options, function (option, number) {
        var line = list.appendChild(document.createElement("li"));
        var words = line.appendChild(document.createElement("label"));
        var mark = words.appendChild(document.createElement("input"));
        mark.type = "checkbox";
        mark.id = select.id + "-" + number;
        mark.checked = option.selected;
        words.appendChild(document.createTextNode(" " + option.text.trim()));
        mark.addEventListener("change", function () {
          option.selected = mark.checked;
          select.dispatchEvent(new Event("change", { bubbles: true }));
          tell();
        });
        return mark;
      });
      select.addEventListener("nx-restored", function () {
        boxes.forEach(function (mark, number) { mark.checked = select.options[number].selected; });
        tell();
      });
      search.addEventListener("input", function () {
        var wanted = search.value.trim().toLowerCase(), shown = 0;
        Array.prototype.forEach.call(list.children, function (line) {
          line.hidden = line.textContent.toLowerCase().indexOf(wanted) < 0;
          shown += line.hidden ? 0 : 1;
        });
        none.hidden = shown > 0;
      });
      search.addEventListener("keydown", function (event) {
        var shown = list.querySelectorAll("li:not([hidden]) input");
        if (event.key === "Enter") {
          event.preventDefault();
          if (shown.length) { shown[0].click(); search.select(); }
        } else if (event.key === "ArrowDown" && shown.length) {
          event.preventDefault();
          shown[0].focus();
        }
      });
      list.addEventListener("keydown", function (event) {
        var shown = Array.prototype.slice.call(list.querySelectorAll("li:not([hidden]) input"));
        var at = shown.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0);
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") { return; }
        event.preventDefault();
        (at < 0 ? search : shown[Math.min(at, shown.length - 1)]).focus();
      });
      if (boxes.length <= 8) { search.hidden = true; }
      if (label) { label.htmlFor = search.hidden ? boxes[0].id : search.id; }
      select.hidden = true;
      select.after(box);
      tell();
    }
  };
});

/* One code of a long list: a field to type in, with what the list offers. The list itself stays and is what is sent. */
ckan.module("nx-pick-one", function () {
  return {
    initialize: function () {
      var select = this.el[0], unknown = this.options.unknown;
      var input = document.createElement("input"), list = document.createElement("datalist");
      list.id = select.id + "-list";
      Array.prototype.forEach.call(select.options, function (option) {
        if (option.value) { list.appendChild(document.createElement("option")).value = option.text.trim(); }
      });
      input.type = "text";
      input.className = "form-control";
      input.id = select.id + "-search";
      input.autocomplete = "off";
      input.setAttribute("list", list.id);
      var show = function () { input.value = select.selectedOptions.length ? select.selectedOptions[0].text.trim() : ""; };
      var label = document.querySelector('label[for="' + select.id + '"]');
      if (label) { label.htmlFor = input.id; }
      input.addEventListener("input", function () {
        var text = input.value.trim(), found = Array.prototype.find.call(select.options, function (option) {
          return option.text.trim() === text;
        });
        input.setCustomValidity(text && !found ? unknown : "");
        select.value = found ? found.value : "";
        select.dispatchEvent(new Event("change", { bubbles: true }));
      });
      input.addEventListener("blur", function () {
        if (!input.validity.valid) {
          var text = input.value.trim(), near = Array.prototype.filter.call(select.options, function (option) {
            return option.value && option.text.indexOf(text) >= 0;
          });
          if (near.length === 1) {
            select.value = near[0].value;
            select.dispatchEvent(new Event("change", { bubbles: true }));
          }
          input.setCustomValidity("");
          show();
        }
      });
      select.addEventListener("nx-restored", show);
      show();
      select.hidden = true;
      select.after(input, list);
    }
  };
});

/* Datasets by a key of theirs (code or name): searched by title, shown by title, sent as keys. */
ckan.module("nx-pick-datasets", function () {
  return {
    initialize: function () {
      var field = this.el[0], options = this.options, key = options.key, titles = {};
      var chosen = document.createElement("ul"), search = document.createElement("input"), found = document.createElement("ul");
      chosen.className = "nx-chosen-datasets";
      found.className = "nx-pick-list";
      found.hidden = true;
      search.type = "search";
      search.className = "form-control";
      search.id = field.id + "-search";
      search.placeholder = options.search;
      search.setAttribute("aria-label", options.search);
      var keys = function () { return field.value.split(/[、，,；;]\s*/).map(function (one) { return one.trim(); }).filter(Boolean); };
      var ask = function (query) {
        return fetch(options.source + query).then(function (answer) { return answer.json(); }).then(function (answer) {
          return answer.success ? answer.result.results.filter(function (one) { return one[key]; }) : [];
        });
      };
      var write = function (list) {
        field.value = list.join("、");
        field.dispatchEvent(new Event("change", { bubbles: true }));
        draw();
      };
      var draw = function () {
        chosen.replaceChildren();
        keys().forEach(function (one) {
          var line = chosen.appendChild(document.createElement("li"));
          line.appendChild(document.createElement("span")).textContent = titles[one] || one;
          var away = line.appendChild(document.createElement("button"));
          away.type = "button";
          away.className = "btn btn-sm btn-secondary";
          away.textContent = "✕";
          away.setAttribute("aria-label", "✕ " + (titles[one] || one));
          away.addEventListener("click", function () { write(keys().filter(function (other) { return other !== one; })); search.focus(); });
        });
      };
      var wait = 0;
      search.addEventListener("input", function () {
        clearTimeout(wait);
        wait = setTimeout(function () {
          var text = search.value.trim();
          if (!text) { found.hidden = true; return; }
          ask("?rows=8&q=" + encodeURIComponent(text)).then(function (datasets) {
            found.replaceChildren();
            datasets.forEach(function (dataset) {
              var offer = found.appendChild(document.createElement("li")).appendChild(document.createElement("button"));
              offer.type = "button";
              offer.className = "btn btn-sm btn-link";
              offer.textContent = dataset.title;
              offer.addEventListener("click", function () {
                titles[dataset[key]] = dataset.title;
                if (keys().indexOf(dataset[key]) < 0) { write(keys().concat(dataset[key])); }
                search.value = "";
                found.hidden = true;
                search.focus();
              });
            });
            if (!datasets.length) { found.appendChild(document.createElement("li")).textContent = options.none; }
            found.hidden = false;
          });
        }, 300);
      });
      search.addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); } });
      field.after(chosen, search, found);
      field.addEventListener("change", draw);
      field.addEventListener("nx-restored", draw);
      draw();
      keys().forEach(function (one) {
        ask("?rows=1&fq=" + encodeURIComponent(key + ':"' + one.replace(/"/g, "") + '"')).then(function (datasets) {
          if (datasets.length) { titles[one] = datasets[0].title; draw(); }
        });
      });
    }
  };
});
