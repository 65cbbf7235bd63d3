// Lines over time. Numbers come as JSON inside the page; colours follow the theme; a table says the same in words.
(() => {
  "use strict";
  const charts = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const draw = (box) => {
    if (box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const chart = echarts.init(box);
    const words = { color: colour("--tblr-secondary") || "#667" };
    chart.setOption({
      animation: false,
      aria: { enabled: true },
      color: ["#d9480f", "#1c7ed6", "#2f9e44"],
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, textStyle: words },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: data.moments, axisLabel: words },
      yAxis: [
        { type: "value", axisLabel: words, splitLine: { lineStyle: { opacity: 0.3 } } },
        { type: "value", axisLabel: words, splitLine: { show: false } },
      ],
      series: data.lines.map((line) => ({
        type: "line",
        name: line.name,
        data: line.values,
        yAxisIndex: line.right ? 1 : 0,
        showSymbol: false,
      })),
    });
    charts.push(chart);
  };

  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  const fit = () => charts.forEach((chart) => chart.resize());
  window.addEventListener("resize", fit);
  window.addEventListener("beforeprint", fit);
})();
