// The page of a search: trials in a plane of two figures, and the network of the chosen one.

const WIDE = 980;
const TALL = 460;
const MARGIN = { left: 74, right: 18, top: 14, bottom: 46 };
const { columns, trials } = report;
const byKey = Object.fromEntries(columns.map((column) => [column.key, column]));
const front = trials
  .filter((trial) => trial.front !== null)
  .sort((one, other) => one.front - other.front);
let chosen = null;

/** A figure as people read it. */
function told(column, trial) {
  const value = trial.figures[column.key];
  return column.percent ? (100 * value).toFixed(2) : count(value);
}

/** A trial in some lines. */
function described(trial) {
  const end = trial.stopped === null ? "trained to its end" : `ended at rung ${trial.stopped}`;
  const head = `trial ${trial.number}: ${trial.layers}, out-degrees ${trial.degrees}, z ${trial.z}`;
  const kind = `${trial.format}, ${trial.activation}, ${trial.kind}, density ${percent(trial.density)}`;
  const figures = columns.map((column) => `${column.title} ${told(column, trial)}`);
  const guess = trial.guess === null ? "" : `\nfirst guess: ${trial.guess}`;
  return `${head}\n${kind}; ${end}\n${figures.join("\n")}${guess}`;
}

/** From values of a column to places on an axis; logarithmic where they span much. */
function axisOf(column, shown, low, high) {
  const values = shown.map((trial) => trial.figures[column.key]);
  let [least, most] = [Math.min(...values), Math.max(...values)];
  const logarithmic = !column.percent && least > 0 && most > 5 * least;
  const scale = logarithmic ? Math.log10 : (value) => value;
  let [first, last] = [scale(least), scale(most)];
  const room = (last - first || Math.abs(first) || 1) * 0.05;
  [first, last] = [first - room, last + room];
  const place = (value) => low + ((scale(value) - first) / (last - first)) * (high - low);
  return { place, ticks: logarithmic ? decades(first, last) : evenly(first, last) };
}

/** Round numbers between two. */
function evenly(first, last) {
  const rough = (last - first) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const ticks = [];
  for (let k = Math.ceil(first / step); k * step <= last; k += 1) ticks.push(k * step);
  return ticks;
}

/** Powers of ten with 2 and 5 between two logarithms. */
function decades(first, last) {
  const ticks = [];
  for (let power = Math.floor(first); power <= last; power += 1)
    for (const digit of [1, 2, 5]) {
      const value = digit * 10 ** power;
      if (Math.log10(value) >= first && Math.log10(value) <= last) ticks.push(value);
    }
  return ticks;
}

function axes(drawing, x, y, across, upwards, [wide, tall]) {
  const label = (column, value) =>
    column.percent ? `${short(100 * value)} %` : count(Number(value.toPrecision(3)));
  for (const value of x.ticks) {
    const at = x.place(value);
    drawing.append(
      shape("line", { class: "axis", x1: at, x2: at, y1: MARGIN.top, y2: tall - MARGIN.bottom }),
      shape("text", {
        x: at,
        y: tall - MARGIN.bottom + 18,
        "text-anchor": "middle",
        text: label(across, value),
      }),
    );
  }
  for (const value of y.ticks) {
    const at = y.place(value);
    drawing.append(
      shape("line", { class: "axis", x1: MARGIN.left, x2: wide - MARGIN.right, y1: at, y2: at }),
      shape("text", {
        x: MARGIN.left - 8,
        y: at + 4,
        "text-anchor": "end",
        text: label(upwards, value),
      }),
    );
  }
  drawing.append(
    shape("text", {
      x: (MARGIN.left + wide - MARGIN.right) / 2,
      y: tall - 8,
      "text-anchor": "middle",
      text: across.what,
    }),
  );
}

function draw() {
  const across = byKey[byId("across").value];
  const upwards = byKey[byId("upwards").value];
  const shown = byId("front-only").checked ? front : trials;
  const drawing = shape("svg", {
    viewBox: `0 0 ${WIDE} ${TALL}`,
    role: "img",
    "aria-label": `${upwards.title} against ${across.title}`,
  });
  byId("drawing").replaceChildren(drawing);
  if (!shown.length) return;
  const x = axisOf(across, shown, MARGIN.left, WIDE - MARGIN.right);
  const y = axisOf(upwards, shown, TALL - MARGIN.bottom, MARGIN.top);
  axes(drawing, x, y, across, upwards, [WIDE, TALL]);
  // The front lies above the others.
  const order = [...shown].sort((one, other) => (one.front !== null) - (other.front !== null));
  for (const trial of order) {
    const kind = trial.front !== null ? "front" : trial.stopped === null ? "whole" : "ended";
    const dot = shape("circle", {
      class: trial === chosen ? `${kind} chosen` : kind,
      cx: x.place(trial.figures[across.key]),
      cy: y.place(trial.figures[upwards.key]),
      r: kind === "front" ? 7 : 4.5,
      "data-trial": trial.number,
    });
    dot.addEventListener("pointermove", (event) => tip.show(event, described(trial)));
    dot.addEventListener("pointerleave", () => tip.hide());
    dot.addEventListener("click", () => choose(trial));
    drawing.append(dot);
  }
}

/** Show a trial's network, file and training. */
function choose(trial) {
  chosen = trial;
  byId("chosen-text").textContent = described(trial);
  byId("toml").textContent = trial.toml;
  byId("copied").textContent = "";
  drawCurves(trial);
  draw();
  for (const row of byId("front-table").tBodies[0]?.rows ?? [])
    row.classList.toggle("chosen", row.cells[1].textContent === String(trial.number));
}

function drawCurves(trial) {
  const box = byId("curves");
  if (!trial.epochs.length) {
    box.textContent = "This network is that of an earlier trial.";
    return;
  }
  const [wide, tall] = [460, 260];
  const drawing = shape("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img" });
  drawing.setAttribute("aria-label", "Accuracy after each epoch");
  const points = trial.epochs.flatMap(([train, held], k) => [
    { figures: { epoch: k + 1, accuracy: train } },
    { figures: { epoch: k + 1, accuracy: held } },
  ]);
  const across = { key: "epoch", what: "epoch" };
  const upwards = { key: "accuracy", percent: true };
  const x = axisOf(across, points, MARGIN.left, wide - MARGIN.right);
  const y = axisOf(upwards, points, tall - MARGIN.bottom, MARGIN.top);
  x.ticks = x.ticks.filter(Number.isInteger);
  axes(drawing, x, y, across, upwards, [wide, tall]);
  ["hue-0", "hue-1"].forEach((hue, k) => {
    const path = trial.epochs.map((epoch, n) => `${x.place(n + 1)},${y.place(epoch[k])}`);
    drawing.append(
      shape("polyline", { points: path.join(" "), style: `stroke: ${colourRule(hue)}` }),
    );
  });
  const legend = element("div", { class: "legend" });
  legend.append(
    swatch(colourRule("hue-0"), "training stream, as the board counts it"),
    swatch(colourRule("hue-1"), "validation"),
  );
  box.replaceChildren(drawing, legend);
}

async function copyFile() {
  const text = byId("toml").textContent;
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // Not every browser lets a page of a file write to the clipboard that way.
    const area = element("textarea", { "aria-label": "Network file" });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  byId("copied").textContent = done ? "copied" : "select the text below to copy it";
}

function frontTable() {
  const cell = (trial, text) => {
    const button = element("button", { type: "button", text });
    button.addEventListener("click", () => choose(trial));
    return button;
  };
  sortableTable(
    byId("front-table"),
    [
      { title: "row", key: "front", rises: true, cell: (row) => row.front },
      { title: "trial", key: "number", rises: true, cell: (row) => cell(row.trial, row.number) },
      { title: "layers", key: "layers", rises: true, text: true, cell: (row) => row.layers },
      { title: "out-degrees", key: "degrees", text: true, cell: (row) => row.trial.degrees },
      { title: "format", key: "format", text: true, cell: (row) => row.trial.format },
      ...columns.map((column) => ({
        title: column.title,
        key: column.key,
        rises: !column.rises,
        cell: (row) => told(column, row.trial),
      })),
    ],
    front.map((trial) => ({
      trial,
      front: trial.front,
      number: trial.number,
      layers: trial.layers,
      degrees: trial.degrees,
      format: trial.format,
      ...trial.figures,
    })),
    { column: 0, falling: false },
  );
}

function importances() {
  const objectives = Object.keys(report.importances);
  if (!objectives.length) return;
  const table = element("table");
  const names = Object.keys(report.importances[objectives[0]]);
  const share = (objective, name) => report.importances[objective][name] ?? 0;
  const total = (name) => objectives.reduce((sum, each) => sum + share(each, name), 0);
  names.sort((one, other) => total(other) - total(one));
  fillTable(
    table,
    [{ title: "parameter", text: true }, ...objectives],
    names.map((name) => [name, ...objectives.map((each) => percent(share(each, name), 0))]),
  );
  byId("importances").replaceChildren(
    element("h3", { text: "Shares of each objective's variance" }),
    table,
  );
}

function startPage() {
  byId("subtitle").textContent = report.subtitle;
  byId("summary").textContent = report.summary;
  for (const [id, key] of [
    ["across", report.objectives.find((each) => each !== "accuracy") ?? "parameters"],
    ["upwards", "accuracy"],
  ]) {
    const box = byId(id);
    box.append(...columns.map((each) => element("option", { value: each.key, text: each.title })));
    box.value = key;
    box.addEventListener("change", draw);
  }
  byId("front-only").addEventListener("change", draw);
  byId("copy").addEventListener("click", copyFile);
  byId("drawing").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !front.length) return;
    event.preventDefault();
    const place = front.indexOf(chosen);
    choose(front[(place + step + front.length) % front.length]);
  });
  byId("legend").append(
    swatch(colourRule("hue-1"), "front"),
    swatch(colourRule("hue-0"), "trained to its end"),
    swatch(colourRule("line"), "ended early"),
  );
  byId("guidelines").append(...report.findings.map((text) => element("li", { text })));
  byId("filter").append(...report.filter.map((text) => element("li", { text })));
  frontTable();
  importances();
  if (front.length) choose(front[0]);
  else draw();
}

startPage();
