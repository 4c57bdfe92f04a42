// The page's side of a live board: it draws empty charts once, then only adds what the kernel sends. Kinds of messages: labext/messages.py.
const VERSION = 1;
const SHARED = "__serverlessLabPlotly";
const ASK_EVERY_MS = 500;
const POINTS_KEPT = 6000;

// plotly.js is asked of the kernel once a page, and again until it comes: a first message may wait behind a busy cell.
function plotly(model) {
  globalThis[SHARED] ??= new Promise((resolve, reject) => {
    let asking;
    const heard = async (message, buffers) => {
      if (message.type !== "plotly") return;
      model.off("msg:custom", heard);
      clearInterval(asking);
      try {
        const inflated = new Blob([buffers[0]]).stream().pipeThrough(new DecompressionStream("gzip"));
        const code = await new Response(inflated).text();
        const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
        const tag = document.createElement("script");
        // RequireJS, where a page has it, would take plotly.js away from us.
        const define = globalThis.define;
        globalThis.define = undefined;
        tag.onload = () => { globalThis.define = define; resolve(globalThis.Plotly); };
        tag.onerror = reject;
        tag.src = url;
        document.head.appendChild(tag);
      } catch (error) { reject(error); }
    };
    model.on("msg:custom", heard);
    const ask = () => model.send({ type: "need-plotly", version: VERSION });
    ask();
    asking = setInterval(ask, ASK_EVERY_MS);
  });
  return globalThis[SHARED];
}

// The picture that follows a panel is for where no kernel runs.
function hidePictures() {
  const id = "serverless-lab-style";
  if (document.getElementById(id)) return;
  const style = document.createElement("style");
  style.id = id;
  style.textContent = ".jp-OutputArea-child:has(.serverless-lab-board) + .jp-OutputArea-child:has(.jp-RenderedSVG) { display: none }";
  document.head.appendChild(style);
}

const moved = (x, base) => x.map((at) => (at === null ? null : at + base));

class Chart {
  constructor(Plotly, element, template) {
    this.Plotly = Plotly;
    this.element = element;
    this.data = template.data.map((trace) => ({ ...trace, x: [], y: [] }));
    this.standing = [];
    this.layout = structuredClone(template.layout);
    Plotly.newPlot(element, this.data, this.layout, { displaylogo: false, responsive: true, displayModeBar: false });
  }
  clear() {
    for (const trace of this.data) { trace.x = []; trace.y = []; }
    this.standing = [];
  }
  // What is not over yet: shown after the others until the next message.
  stand(points, base) {
    this.standing = [];
    for (const [index, { x, y }] of Object.entries(points)) this.standing[index] = { x: moved(x, base), y };
  }
  shown() {
    return this.data.map((trace, index) => {
      const more = this.standing[index];
      return more ? { ...trace, x: trace.x.concat(more.x), y: trace.y.concat(more.y) } : trace;
    });
  }
  add(gains, base) {
    for (const [index, points] of Object.entries(gains)) {
      const trace = this.data[index];
      points.x = moved(points.x, base);
      for (const axis of ["x", "y"]) {
        trace[axis].push(...points[axis]);
        if (trace[axis].length > POINTS_KEPT) trace[axis].splice(0, trace[axis].length - POINTS_KEPT);
      }
    }
  }
  draw(now, width, revision) {
    this.layout.xaxis.autorange = false; // plotly has set it while the chart was empty
    this.layout.xaxis.range = [Math.max(0, now - width), Math.max(now, 10)];
    this.layout.datarevision = revision;
    this.Plotly.react(this.element, this.shown(), this.layout);
  }
}

export default {
  async render({ model, el }) {
    el.classList.add("serverless-lab-board");
    hidePictures();
    const charts = {};
    let latest = null, revision = 0, waiting = false, gone = false;
    const elements = {};
    for (const name of Object.keys(model.get("charts"))) {
      elements[name] = el.appendChild(document.createElement("div"));
      elements[name].className = `serverless-lab-chart serverless-lab-${name}`;
      elements[name].style.minHeight = `${model.get("charts")[name].layout.height}px`;
    }
    const note = el.appendChild(document.createElement("div"));
    note.textContent = "charts are on their way…";
    const draw = () => {
      waiting = false;
      if (gone || !latest) return;
      revision += 1;
      for (const chart of Object.values(charts)) chart.draw(latest.now, latest.width, revision);
      el.dataset.draws = revision;
    };
    const heard = (message) => {
      if (message.type !== "gains" && message.type !== "snapshot") return;
      if (message.type === "snapshot") for (const chart of Object.values(charts)) chart.clear();
      for (const [name, gains] of Object.entries(message.charts)) charts[name]?.add(gains, message.base);
      for (const [name, points] of Object.entries(message.standing)) charts[name]?.stand(points, message.base);
      latest = message;
      if (!waiting) { waiting = true; requestAnimationFrame(draw); }
    };
    const Plotly = await plotly(model);
    note.remove();
    for (const [name, element] of Object.entries(elements)) charts[name] = new Chart(Plotly, element, model.get("charts")[name]);
    // Charts that are drawn before the page has laid them out are as wide as plotly.js guesses; responsive: true hears of the window alone.
    const laidOut = new ResizeObserver(() => {
      for (const element of Object.values(elements)) if (element.clientWidth) Plotly.Plots.resize(element);
    });
    laidOut.observe(el);
    model.on("msg:custom", heard);
    const hello = () => { if (!gone && !latest) { model.send({ type: "hello", version: VERSION }); setTimeout(hello, ASK_EVERY_MS); } };
    hello();
    return () => {
      gone = true;
      laidOut.disconnect();
      model.off("msg:custom", heard);
      for (const element of Object.values(elements)) Plotly.purge(element);
    };
  },
};
