// Charts beside their tables: drawn when they come into view, with the one bundle that every chart shares.
const boxes = document.querySelectorAll("[data-ui-chart]:not([data-ui-drawn])");
let bundle;

function loaded(address) {
  bundle ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return bundle;
}

// The style sheet has the colours: a part that is never seen is asked for its own.
function colour(box, look) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  part.setAttribute("class", `ui-part-${look}`);
  svg.append(part);
  box.append(svg);
  const found = getComputedStyle(part).fill;
  svg.remove();
  return found;
}

function option(box, told) {
  const style = getComputedStyle(box);
  const text = { color: style.color, fontFamily: style.fontFamily, fontSize: Math.round(parseFloat(style.fontSize) * 0.875) };
  const figures = new Intl.NumberFormat(document.documentElement.lang);
  return {
    animation: false,
    textStyle: text,
    // Patterns beside the colours, so that nobody has to tell the colours apart.
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    grid: { left: 8, right: 16, top: 56, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text, itemWidth: 20, itemHeight: 14 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, textStyle: text, valueFormatter: (n) => (n ? figures.format(n) : "–") },
    xAxis: { type: "category", data: told.names, axisLabel: { ...text, interval: 0, rotate: told.names.length > 6 ? 45 : 0 }, axisTick: { show: false } },
    yAxis: { type: "value", axisLabel: { ...text, formatter: (n) => figures.format(n) }, minInterval: 1 },
    series: told.series.map((one) => ({
      type: "bar", stack: "all", name: one.word, data: one.values, itemStyle: { color: colour(box, one.look) }, barCategoryGap: "20%",
    })),
  };
}

async function draw(box) {
  box.dataset.uiDrawn = "1";
  const told = JSON.parse(document.getElementById(box.dataset.uiChart).textContent);
  const echarts = await loaded(box.dataset.uiBundle);
  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption(option(box, told));
  new ResizeObserver(() => chart.resize()).observe(box);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    watcher.unobserve(entry.target);
    // Without the bundle the table beside says the same.
    draw(entry.target).catch(() => { entry.target.hidden = true; });
  }
}, { rootMargin: "200px" });
for (const box of boxes) watcher.observe(box);
