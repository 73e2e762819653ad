// The animation of a junction: which clock is shown, and what is said of it.

const junction = {
  view: null,
  tables: null,
  clock: 0,
  step: 0, // which of the tables' steps
  timer: null,
  row: null,
  drawing: null,
  sheet: null,
};

const unpackedTables = new Map();

/** A junction's tables, unpacked when they are first asked for. */
function tablesOf(i) {
  const { tables } = report.junctions[i];
  if (tables === null) return null;
  if (!unpackedTables.has(i)) {
    const unpacked = { ...tables, places: { ...tables.places } };
    for (const name of ["words", "memories", "seeds", "sweeps", "cycles"])
      unpacked[name] = unpack(tables[name]);
    for (const name of ["memory", "word"]) unpacked.places[name] = unpack(tables.places[name]);
    unpacked.stages = tables.stages.map((stage) => ({
      ...stage,
      rows: unpack(stage.rows),
      back: unpack(stage.back),
    }));
    unpackedTables.set(i, unpacked);
  }
  return unpackedTables.get(i);
}

function showJunction(i) {
  pause();
  byId("junction-choice").value = i;
  junction.view = report.junctions[i];
  junction.tables = tablesOf(i);
  const there = junction.tables !== null;
  byId("junction-stage").replaceChildren();
  for (const part of ["legend", "kind", "seeds", "samples", "stages", "details", "sweeps"]) {
    byId(`junction-${part}`).hidden = !there;
  }
  for (const part of ["first", "back", "play", "step", "clock"])
    byId(`junction-${part}`).disabled = !there;
  if (!there) {
    byId("junction-text").textContent = tooMany(i);
    return;
  }
  byId("junction-clock").max = junction.view.period - 1;
  junction.drawing = new JunctionDrawing(junction);
  junction.clock = 0;
  junction.step = 0;
  findRow();
  showSweeps();
  showSeeds();
  junction.sheet = new Sheet(
    byId("junction-stage"),
    "Left memories, lanes and right neurons",
    (width) => junction.drawing.layout(width),
    (context) => junction.drawing.paint(context),
  );
  junction.sheet.canvas.addEventListener("pointermove", (event) => {
    const text = junction.drawing.describe(...junction.sheet.place(event));
    if (text === null) tip.hide();
    else tip.show(event, text);
  });
  junction.sheet.canvas.addEventListener("pointerleave", () => tip.hide());
  showClock();
}

/** What is the same for all that shows this clock: the row, its sweep, and who reads what for whom. */
function findRow() {
  const { view, tables, clock } = junction;
  junction.row = clock < view.rows ? clock : null;
  const row = junction.row ?? view.rows - 1;
  junction.sweep = tables.sweeps.values[row];
  junction.cycle = tables.cycles.values[row];
  junction.memoryOf = (lane) => tables.memories.at(junction.sweep, lane);
  junction.laneOf = [];
  junction.neuronOf = [];
  for (let lane = 0; lane < view.parallelism; lane += 1)
    junction.laneOf[junction.memoryOf(lane)] = lane;
  for (const [neuron, first, lanes] of tables.segments[row]) {
    for (let lane = first; lane < first + lanes; lane += 1) junction.neuronOf[lane] = neuron;
  }
}

function goTo(clock) {
  const { period } = junction.view;
  const { steps } = junction.tables;
  if (clock >= period) junction.step = (junction.step + 1) % steps.length;
  if (clock < 0) junction.step = (junction.step + steps.length - 1) % steps.length;
  junction.clock = (clock + period) % period;
  findRow();
  showClock();
}

function showClock() {
  const { clock } = junction;
  byId("junction-clock").value = clock;
  byId("junction-clock").setAttribute("aria-valuetext", `clock ${clock}`);
  byId("junction-text").textContent = describeClock();
  showSeedsNow();
  showStages();
  for (const part of byId("junction-sweeps").children) {
    part.classList.toggle(
      "now",
      clock >= Number(part.dataset.first) && clock < Number(part.dataset.end),
    );
  }
  if (byId("junction-details").open) showClockTable();
  junction.sheet.draw();
}

function describeClock() {
  const { view, tables, clock, row, sweep, cycle } = junction;
  const head = `Clock ${clock} of ${view.period}: `;
  if (row === null) return `${head}no row is read until the next step begins.`;
  const parts = tables.segments[row].map(([neuron, first, lanes, finishes, gathered]) => {
    const where = lanes === 1 ? `lane ${first}` : `lanes ${first}–${first + lanes - 1}`;
    return `${where} → neuron ${neuron} (${finishes ? "finishes" : `${gathered} of ${view.in_degree} edges`})`;
  });
  const most = 6;
  const told =
    parts.length > most ? [...parts.slice(0, most), `… ${parts.length - most} more`] : parts;
  return (
    `${head}row ${row} of ${view.rows} (edges ${row * view.parallelism} to ` +
    `${(row + 1) * view.parallelism - 1}), sweep ${sweep} of ${view.out_degree}, ` +
    `cycle ${cycle} of ${view.depth}; ${told.join("; ")}.`
  );
}

function showSweeps() {
  const { view } = junction;
  const blocks = [];
  const block = (first, end, text, kind) => {
    const made = element("span", { class: kind, "data-first": first, "data-end": end, text });
    made.style.flex = `${end - first} 1 0`;
    blocks.push(made);
  };
  const wide = (byId("junction-sweeps").clientWidth * view.depth) / view.period;
  const every = Math.ceil(24 / Math.max(1, wide));
  for (let sweep = 0; sweep < view.out_degree; sweep += 1) {
    const text = wide >= 55 ? `sweep ${sweep}` : sweep % every === 0 ? String(sweep) : "";
    block(sweep * view.depth, (sweep + 1) * view.depth, text, null);
  }
  if (view.period > view.rows) block(view.rows, view.period, "idle", "idle");
  byId("junction-sweeps").replaceChildren(...blocks);
}

function showSeeds() {
  const { view, tables } = junction;
  const dither = view.dither
    ? " Dither: every sweep brings the memories to the lanes in an order of its own."
    : "";
  const stored =
    tables.seeds === null
      ? " Below, the words of all memories in each row of the sweep."
      : ` Memory m reads word (seed of m + cycle) mod ${view.depth}; below, the seed ` +
        "vector of each sweep, memory 0 first.";
  byId("junction-kind").textContent = `${view.kind}: ${view.kind_text}${stored}${dither}`;
  byId("junction-seeds").replaceChildren();
  junction.seedsOf = null;
  const legend = [
    ["read", "read before in this sweep; finished"],
    ["cell", "not yet read; not yet finished"],
  ].map(([name, text]) => swatch(colourRule(name), text));
  const now = swatch(
    "linear-gradient(90deg, var(--hue-0) 50%, var(--hue-1) 50%)",
    "read in this clock, in the colour of its right neuron",
  );
  const seed = element("span", { text: "◤ seed: the sweep's first word" });
  byId("junction-legend").replaceChildren(now, ...legend, ...(tables.seeds === null ? [] : [seed]));
}

/** The list of seed vectors, or of this sweep's words where they are stored, with what holds now. */
function showSeedsNow() {
  const { view, tables, sweep, cycle, row } = junction;
  const list = byId("junction-seeds");
  const stored = tables.seeds === null;
  const wanted = stored ? sweep : "all";
  if (junction.seedsOf !== wanted) {
    junction.seedsOf = wanted;
    const lines = stored ? view.depth : view.out_degree;
    list.replaceChildren(
      ...Array.from({ length: lines }, (_, line) => {
        const values = Array.from({ length: view.parallelism }, (_, memory) =>
          stored
            ? tables.words.at(sweep * view.depth + line, memory)
            : tables.seeds.at(line, memory),
        );
        const head = stored ? `sweep ${sweep}, cycle ${line}` : `sweep ${line}`;
        return element("div", {}, element("b", { text: `${head}  ` }), `(${values.join(", ")})`);
      }),
    );
  }
  const now = stored ? cycle : sweep;
  for (const [line, part] of [...list.children].entries()) {
    const here = line === now && row !== null;
    part.classList.toggle("now", here);
    if (here && list.scrollHeight > list.clientHeight) {
      list.scrollTop = part.offsetTop - list.offsetTop - list.clientHeight / 2;
    }
  }
}

function showStages() {
  const { tables, clock, view } = junction;
  const step = tables.steps[junction.step];
  byId("junction-samples").textContent =
    `For example in step ${step.step}: FF of sample ${step.forward} (bank ` +
    `${step.forward_bank} of the left memories), ` +
    `BP and UP of sample ${step.update} (bank ${step.update_bank}), all on the same row of weights. ` +
    `The junction's clock 0 is ${plural(view.row_read, "clock")} after the step's start pulse.`;
  byId("junction-stages").replaceChildren(
    ...tables.stages.map((stage) => {
      const row = stage.rows.values[clock];
      const back = stage.back.values[clock];
      const when = back === 0 ? "" : back === 1 ? ", a step before" : `, ${back} steps before`;
      const kind = [stage.operation, row < 0 ? "empty" : ""].filter(Boolean).join(" ");
      return element(
        "div",
        { class: kind || null },
        stage.operation ? `${stage.operation}: ${stage.name}` : stage.name,
        element("b", { text: row < 0 ? "–" : `row ${row}` }),
        element("small", {
          text:
            row < 0
              ? `${plural(stage.latency, "clock")} after the read`
              : `read ${plural(stage.latency, "clock")} ago${when}`,
        }),
      );
    }),
  );
}

function showClockTable() {
  const { view, tables, row, neuronOf, memoryOf } = junction;
  const { weights } = network.junctions[view.junction - 1];
  const lanes = row === null ? [] : Array.from({ length: view.parallelism }, (_, lane) => lane);
  const z = view.parallelism;
  fillTable(
    byId("junction-table"),
    [
      "lane",
      "edge",
      "left memory",
      "word",
      "left neuron",
      "right neuron",
      ...(weights ? ["weight"] : []),
    ],
    lanes.map((lane) => {
      const edge = row * z + lane;
      const memory = memoryOf(lane);
      const left = network.junctions[view.junction - 1].left.values[edge];
      const cells = [lane, edge, memory, tables.words.at(row, memory), left, neuronOf[lane]];
      return weights ? [...cells, short(weights.values[edge])] : cells;
    }),
  );
}

function play() {
  if (junction.tables === null) return;
  byId("junction-text").setAttribute("aria-live", "off");
  const button = byId("junction-play");
  button.textContent = "▮▮ pause";
  button.setAttribute("aria-label", "Pause");
  junction.timer = setInterval(
    () => goTo(junction.clock + 1),
    1000 / Number(byId("junction-speed").value),
  );
}

function pause() {
  clearInterval(junction.timer);
  junction.timer = null;
  byId("junction-text").setAttribute("aria-live", "polite");
  const button = byId("junction-play");
  button.textContent = "▶ play";
  button.setAttribute("aria-label", "Play");
}

const toggle = () => (junction.timer === null ? play() : pause());

function stepTo(clock) {
  pause();
  goTo(clock);
}

function junctionKeys(event) {
  if (junction.tables === null || event.target.closest("select, input, summary, .seeds, .scroll"))
    return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === " " && event.target.closest("button")) return; // presses the button
  const actions = {
    " ": toggle,
    ArrowLeft: () => stepTo(junction.clock - 1),
    ArrowRight: () => stepTo(junction.clock + 1),
    Home: () => stepTo(0),
    End: () => stepTo(junction.view.period - 1),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}

function startJunction() {
  const choice = byId("junction-choice");
  report.junctions.forEach((each, i) => {
    choice.append(
      element("option", {
        value: i,
        text: `${i + 1}: ${count(each.left)} to ${count(each.right)}`,
      }),
    );
  });
  choice.addEventListener("change", () => showJunction(Number(choice.value)));
  byId("junction-first").addEventListener("click", () => stepTo(0));
  byId("junction-back").addEventListener("click", () => stepTo(junction.clock - 1));
  byId("junction-step").addEventListener("click", () => stepTo(junction.clock + 1));
  byId("junction-play").addEventListener("click", toggle);
  byId("junction-speed").addEventListener("change", () => {
    if (junction.timer === null) return;
    pause();
    play();
  });
  byId("junction-clock").addEventListener("input", (event) => stepTo(Number(event.target.value)));
  byId("junction").addEventListener("keydown", junctionKeys);
  byId("junction-details").addEventListener("toggle", (event) => {
    if (event.target.open) showClockTable();
  });
  // page.html?junction=2&clock=13#junction shows that clock.
  const asked = new URLSearchParams(location.search);
  const within = (name, least, most) =>
    Math.min(Math.max(Math.trunc(Number(asked.get(name))) || 0, least), most);
  showJunction(within("junction", 1, report.junctions.length) - 1);
  if (junction.tables !== null) goTo(within("clock", 0, junction.view.period - 1));
}
