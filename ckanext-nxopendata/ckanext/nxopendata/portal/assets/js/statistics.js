// Draws each series of the statistics page from its table; without this script the table is what there is.
(function () {
  "use strict";
  var places = document.querySelectorAll("[data-nx-series]");
  if (!places.length || !window.IntersectionObserver) return;
  var library;

  function load(address) {
    library = library || new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return library;
  }

  function read(table) {
    function texts(row) { return Array.prototype.map.call(row.cells, function (cell) { return cell.textContent.trim(); }); }
    return { heads: texts(table.tHead.rows[0]), rows: Array.prototype.map.call(table.tBodies[0].rows, texts) };
  }

  function draw(place) {
    var table = read(document.getElementById(place.dataset.nxSeries));
    if (!table.rows.length) return;
    var style = getComputedStyle(document.documentElement);
    var text = style.getPropertyValue("--nx-text").trim(), line = style.getPropertyValue("--nx-line").trim();
    var colours = [style.getPropertyValue("--nx-accent").trim(), "#c8882a", "#5a7fb8"];
    var font = style.getPropertyValue("--nx-font").trim();
    place.hidden = false;
    var chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      color: colours,
      textStyle: { color: text, fontFamily: font },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, textStyle: { color: text } },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: table.rows.map(function (row) { return row[0]; }), axisLine: { lineStyle: { color: line } }, axisLabel: { color: text } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: { color: text } },
      series: table.heads.slice(1).map(function (name, column) {
        return {
          name: name,
          type: place.dataset.nxKind,
          symbolSize: 6,
          barMaxWidth: 64,
          data: table.rows.map(function (row) { return Number(row[column + 1].replace(/,/g, "")); })
        };
      })
    });
    new ResizeObserver(function () { chart.resize(); }).observe(place.parentElement);
  }

  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (!entry.isIntersecting) return;
      seen.unobserve(entry.target);
      var place = entry.target.querySelector("[data-nx-series]");
      load(place.dataset.nxLibrary).then(function () { draw(place); }, function () { /* the table holds the numbers */ });
    });
  }, { rootMargin: "200px" });
  places.forEach(function (place) { seen.observe(place.parentElement); });
})();
