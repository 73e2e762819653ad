// The timeline: a row for the input, two for every junction, one for predictions; clocks across.

const flights = { ...report.timeline, chosen: null, svg: null };

const ROW = 24;
const sampleInk = (sample) => `hsl(${(sample * 67 + 200) % 360} 62% 66%)`;

/** All blocks of the drawing: what, whose sample, in which row, from which clock to which. */
function flightBlocks() {
  const blocks = flights.loads.map((load) => ({
    ...load,
    row: 0,
    text:
      `load of sample ${load.sample}, at the earliest in clocks ${count(load.first)} ` +
      `to ${count(load.last)} (${plural(report.check.schedule.beats, "beat")})`,
  }));
  for (const event of flights.events) {
    const learns = event.operation !== "FF";
    const lag = report.check.schedule.lags[event.junction - 1];
    blocks.push({
      ...event,
      row: 2 * event.junction - 1 + (learns ? 1 : 0),
      text:
        `step ${event.step}: ${learns ? "BP and UP" : "FF"} of sample ${event.sample} ` +
        `in junction ${event.junction}, ` +
        `rows read in clocks ${count(event.first)} to ${count(event.last)}` +
        (learns ? ` (${plural(lag, "step")} after its FF here)` : ""),
    });
  }
  for (const { sample, clock } of flights.predictions) {
    blocks.push({
      sample,
      first: clock,
      last: clock,
      row: 2 * report.junctions.length + 1,
      text:
        `prediction of sample ${sample} in clock ${count(clock)}, ` +
        `${count(clock - sample * flights.period)} clocks after its load could begin`,
    });
  }
  return blocks;
}

function drawTimeline() {
  const place = byId("timeline-drawing");
  const width = place.clientWidth;
  if (!width) return;
  const left = width < 600 ? 64 : 118;
  const narrow = width < 600;
  const clocks = flights.steps * flights.period;
  const scale = Math.max((width - left - 8) / clocks, 44 / flights.period);
  const x = (clock) => left + clock * scale;
  const rows = 2 * report.junctions.length + 2;
  const y = (row) => 30 + row * (ROW + 6) + (row > 0 ? 6 * Math.ceil(row / 2) : 0);
  const bottom = y(rows - 1) + ROW + 8;
  const total = Math.ceil(x(clocks)) + 4;
  const svg = shape("svg", {
    width: total,
    height: bottom,
    viewBox: `0 0 ${total} ${bottom}`,
    role: "img",
    "aria-label": "Samples in the junctions over clocks",
  });
  const end = clocks;
  const every = Math.ceil(60 / (flights.period * scale));
  for (let step = 0; step < flights.steps; step += 1) {
    svg.append(
      shape("line", {
        class: "grid",
        x1: x(step * flights.period),
        x2: x(step * flights.period),
        y1: 20,
        y2: bottom,
      }),
    );
    if (step % every === 0)
      svg.append(
        shape("text", {
          class: "muted",
          x: x(step * flights.period) + 3,
          y: 14,
          text: narrow ? step : `step ${step}`,
        }),
      );
  }
  const names = ["input"];
  for (const { junction: i } of report.check.junctions) {
    names.push(
      narrow ? `${i} FF` : `junction ${i} FF`,
      narrow ? `${i} BP UP` : `junction ${i} BP, UP`,
    );
  }
  names.push(narrow ? "predict" : "prediction");
  names.forEach((name, row) =>
    svg.append(shape("text", { x: 0, y: y(row) + ROW - 7, text: name })),
  );
  svg.append(shape("path", { class: "way" }));
  flights.blocks = flightBlocks().filter((block) => block.first < end);
  for (const block of flights.blocks) {
    const from = x(block.first);
    const wide = Math.max(5, (Math.min(block.last + 1, end) - block.first) * scale - 1);
    block.middle = [from + wide / 2, y(block.row) + ROW / 2];
    const group = shape(
      "g",
      { class: "event", "data-sample": block.sample },
      shape("rect", {
        x: from,
        y: y(block.row),
        width: wide,
        height: ROW,
        rx: 3,
        fill: sampleInk(block.sample),
      }),
    );
    if (wide >= 14)
      group.append(
        shape("text", { x: block.middle[0], y: block.middle[1] + 4.5, text: block.sample }),
      );
    group.addEventListener("pointerenter", () => chooseSample(block.sample, block.text));
    group.addEventListener("pointermove", (event) => tip.show(event, block.text));
    group.addEventListener("pointerleave", () => tip.hide());
    svg.append(group);
  }
  svg.addEventListener("pointerleave", () => chooseSample(null));
  flights.svg = svg;
  place.replaceChildren(svg);
  chooseSample(flights.chosen);
}

function chooseSample(sample, text) {
  flights.chosen = sample;
  flights.svg.classList.toggle("chosen", sample !== null);
  for (const group of flights.svg.querySelectorAll(".event")) {
    group.classList.toggle("now", group.dataset.sample === String(sample));
  }
  const way = flights.blocks
    .filter((block) => block.sample === sample)
    .sort((one, other) => one.first - other.first || one.row - other.row);
  const places = way.map((block) => block.middle.join(" "));
  flights.svg
    .querySelector(".way")
    .setAttribute("d", places.length > 1 ? `M${places.join("L")}` : "M0 0");
  byId("timeline-text").textContent =
    text ?? (sample === null ? describeFlights() : describeWay(sample, way));
}

function describeFlights() {
  const [first] = flights.predictions;
  return (
    `One sample every ${plural(flights.period, "clock")}; the first prediction in ` +
    `clock ${count(first.clock)}, ` +
    `the last weight learnt from sample 0 in clock ${count(flights.first_update)}.`
  );
}

function describeWay(sample, way) {
  return `Sample ${sample}: ${way.map((block) => block.text.replace(` of sample ${sample}`, "")).join("; ")}.`;
}

function startTimeline() {
  const { schedule } = report.check;
  const place = byId("timeline-drawing");
  drawTimeline();
  let seen = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === seen) return;
    seen = place.clientWidth;
    drawTimeline();
  }).observe(place);
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") chooseSample(null);
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const sample = flights.chosen === null ? 0 : flights.chosen + move;
    chooseSample(Math.max(0, Math.min(flights.steps - 1, sample)));
  });
  const { banks } = schedule;
  fillTable(
    byId("timeline-table"),
    [
      { title: "junction", text: true },
      "offset",
      "lag m",
      "lF",
      "lB",
      "update",
      "banks: activations",
      "derivatives",
      "errors",
    ],
    report.check.junctions.map((each, i) => [
      each.junction,
      schedule.offsets[i],
      schedule.lags[i],
      schedule.activation_latency[i],
      schedule.error_latency[i] ?? "–",
      schedule.update_latency[i],
      banks.activations[i],
      banks.derivatives[i],
      i ? banks.errors[i - 1] : "–",
    ]),
  );
  byId("timeline-notes").textContent =
    `In clocks, lags in steps of P = ${schedule.period}. Offset: by how much rows ` +
    "come after junction 1's, whose first is read " +
    `${plural(schedule.lead, "clock")} after the start pulse. lF: from a row's ` +
    "read to its activations being readable; lB: to the " +
    "deltas on its left, used by the junction before; lc = " +
    `${schedule.output_delta_latency}: from an output's activation to its delta; ` +
    "update: from a weight's read to its successor's. Lag m: steps from a sample's FF in a " +
    "junction to its BP and UP there. " +
    "Banks: samples that a memory holds at once.";
}
