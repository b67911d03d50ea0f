"use strict";

/* What is typed into the form of a dataset is kept in this browser, for this person, until the site has it: a session
   that ends, a server that does not answer and a closed window lose nothing. It is told, and it can be thrown away. */
ckan.module("nx-form-draft", function () {
  var PREFIX = "nx-draft:", DAYS = 14;

  function read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return null; }
  }

  return {
    initialize: function () {
      this.form = this.el[0].closest("form");
      this.state = this.el[0].querySelector(".nx-draft-state");
      // CKAN reads an empty option as true: the form of a new dataset has no id.
      this.key = PREFIX + this.options.user + ":" + (this.options.dataset === true ? "new" : this.options.dataset);
      if (!this.form || !this.options.user) { return; }
      var outline = document.querySelector(".nx-outline");
      if (outline && window.matchMedia("(min-width: 62rem)").matches) { outline.prepend(this.state); } // stays in sight
      this._forgetOld();
      var kept = read(this.key);
      if (kept && kept.version !== String(this.options.version)) {
        localStorage.removeItem(this.key); // the site has a later version: it was saved, or somebody else changed it
        kept = null;
      }
      this.before = this._values();
      if (kept && this._equal(kept.values, this.before)) { localStorage.removeItem(this.key); }
      else if (kept && this.options.failed !== "yes") { this._offer(kept); }
      var timer = 0, sent = false, keep = this._keep.bind(this);
      var later = function () { sent = false; clearTimeout(timer); timer = setTimeout(keep, 600); };
      this.form.addEventListener("input", later);
      this.form.addEventListener("change", later);
      // What is kept when a page is left may be written after the next page has begun, and forgotten what was saved.
      this.form.addEventListener("submit", function () { sent = true; clearTimeout(timer); keep(); });
      window.addEventListener("pagehide", function () { if (!sent) { keep(); } });
    },

    _values: function () {
      var values = [];
      new FormData(this.form).forEach(function (value, name) {
        if (typeof value === "string" && name[0] !== "_" && name !== "pkg_name" && name !== "save") { values.push([name, value]); }
      });
      return values;
    },

    _equal: function (one, other) {
      var filled = function (values) { return JSON.stringify(values.filter(function (pair) { return pair[1]; })); };
      return filled(one) === filled(other);
    },

    _keep: function () {
      var values = this._values();
      if (this.offered || this._equal(values, this.before)) { return; }
      var now = new Date();
      try {
        localStorage.setItem(this.key, JSON.stringify({ time: now.toISOString(), version: String(this.options.version), values: values }));
        this.state.textContent = this.options.kept.replace("{time}", now.toLocaleTimeString());
      } catch (error) { this.state.textContent = ""; }
    },

    _offer: function (kept) {
      var module = this, box = document.createElement("div");
      this.offered = true;
      box.className = "alert alert-info nx-draft-offer";
      box.setAttribute("role", "alert");
      box.appendChild(document.createElement("p")).textContent = this.options.found.replace("{time}", new Date(kept.time).toLocaleString());
      [[this.options.restore, true], [this.options.drop, false]].forEach(function (choice) {
        var button = box.appendChild(document.createElement("button"));
        button.type = "button";
        button.className = "btn btn-sm " + (choice[1] ? "btn-primary" : "btn-secondary");
        button.textContent = choice[0];
        button.addEventListener("click", function () {
          module.offered = false;
          box.remove();
          if (choice[1]) { module._restore(kept.values); } else { localStorage.removeItem(module.key); }
        });
      });
      this.form.prepend(box);
    },

    _restore: function (values) {
      var form = this.form, given = {};
      values.forEach(function (pair) { (given[pair[0]] = given[pair[0]] || []).push(pair[1]); });
      var rows = Object.keys(given).map(function (name) { return (name.match(/^nx_items-(\d+)-/) || [0, -1])[1]; });
      var most = Math.max.apply(null, [-1].concat(rows.map(Number)));
      var add = form.querySelector(".nx-grid-below button");
      for (var tries = 0; add && !form.elements["nx_items-" + most + "-name"] && most >= 0 && tries < 500; tries++) { add.click(); }
      Array.prototype.forEach.call(form.elements, function (field) {
        if (!field.name || field.name[0] === "_" || field.name === "pkg_name" || field.type === "file" || field.type === "submit") { return; }
        var wanted = given[field.name] || [];
        if (field.multiple && field.options) {
          Array.prototype.forEach.call(field.options, function (option) { option.selected = wanted.indexOf(option.value) >= 0; });
        } else if (field.type === "checkbox" || field.type === "radio") {
          field.checked = wanted.indexOf(field.value) >= 0;
        } else { field.value = wanted[0] || ""; }
        field.dispatchEvent(new Event("nx-restored"));
      });
      form.dispatchEvent(new Event("change"));
      form.querySelector("input:not([type=hidden])").focus();
    },

    _forgetOld: function () {
      Object.keys(localStorage).forEach(function (key) {
        var kept = key.indexOf(PREFIX) === 0 ? read(key) : null;
        if (kept && Date.now() - new Date(kept.time).getTime() > DAYS * 24 * 3600 * 1000) { localStorage.removeItem(key); }
      });
    }
  };
});

/* The next step of a new dataset: the site has what was typed. At once, for modules of CKAN begin when its messages have
   come, and whoever goes on before that would be offered what was saved. */
document.querySelectorAll("[data-nx-draft-saved]").forEach(function (mark) {
  localStorage.removeItem("nx-draft:" + mark.dataset.nxDraftSaved + ":new");
});

/* The sections beside the form say how much is missing, asked of the same rules as registration. */
ckan.module("nx-form-outline", function () {
  return {
    initialize: function () {
      var form = document.getElementById("dataset-edit"), module = this, timer = 0, asked = 0;
      if (!form) { return; }
      var ask = function () {
        var number = ++asked, data = new FormData(form);
        fetch(module.options.check, { method: "POST", body: data }).then(function (answer) {
          return answer.ok ? answer.json() : null;
        }).then(function (told) { if (told && number === asked) { module._show(told); } }).catch(function () {});
      };
      form.addEventListener("change", function () { clearTimeout(timer); timer = setTimeout(ask, 700); });
    },

    _show: function (told) {
      var list = this.el[0].querySelector(".nx-outline-missing"), nothing = this.options.nothing;
      list.replaceChildren();
      told.forEach(function (one) {
        var line = list.appendChild(document.createElement("li")), link = line.appendChild(document.createElement("a"));
        link.href = "#field-" + one.field;
        link.textContent = one.label;
        line.appendChild(document.createTextNode(" "));
        line.appendChild(document.createElement("span")).textContent = one.text;
      });
      if (!told.length) { list.appendChild(document.createElement("li")).textContent = nothing; }
      this.el[0].querySelectorAll("[data-section]").forEach(function (mark) {
        var number = told.filter(function (one) { return one.section === mark.dataset.section; }).length;
        mark.hidden = !number;
        mark.textContent = number;
      });
    }
  };
});
