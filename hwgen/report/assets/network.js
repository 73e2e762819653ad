// The network: layers as columns with their edges, or the biadjacency matrix of every junction.

const network = {
  layers: report.network.layers,
  junctions: report.network.junctions.map((junction) => ({
    left: unpack(junction.left),
    right: unpack(junction.right),
    weights: unpack(junction.weights),
    biases: unpack(junction.biases),
  })),
  layer: 0,
  neuron: null, // the one whose edges are shown
  kept: false, // whether it was clicked or typed, and stays
  paths: false,
  sheets: [],
};

const MOST_LINES = 60000; // edges that are drawn at once; the chosen neuron's are always drawn

/** For every junction and side, the edges of each neuron: `of(neuron)`. */
const edgesBy = network.junctions.map((junction, i) => {
  if (junction.left === null) return null;
  return Object.fromEntries(["left", "right"].map((side, s) => {
    const neurons = junction[side].values;
    const starts = new Uint32Array(network.layers[i + s] + 1);
    for (const neuron of neurons) starts[neuron + 1] += 1;
    for (let n = 1; n < starts.length; n += 1) starts[n] += starts[n - 1];
    const next = starts.slice();
    const order = new Uint32Array(neurons.length);
    neurons.forEach((neuron, edge) => {
      order[next[neuron]] = edge;
      next[neuron] += 1;
    });
    return [side, (neuron) => order.subarray(starts[neuron], starts[neuron + 1])];
  }));
});

/** The chosen neuron's edges by junction, and with whole paths all edges on a way through it. */
function chosenEdges() {
  const found = network.junctions.map(() => []);
  if (network.neuron === null) return found;
  for (const [side, far, move] of [["left", "right", 1], ["right", "left", -1]]) {
    let here = new Set([network.neuron]);
    for (let layer = network.layer; ; layer += move) {
      const i = move > 0 ? layer : layer - 1;
      if (i < 0 || i >= network.junctions.length || edgesBy[i] === null) break;
      const reached = new Set();
      for (const neuron of here) {
        for (const edge of edgesBy[i][side](neuron)) {
          found[i].push(edge);
          reached.add(network.junctions[i][far].values[edge]);
        }
      }
      if (!network.paths) break;
      here = reached;
    }
  }
  return found;
}

function choose(layer, neuron, kept) {
  network.layer = layer;
  network.neuron = neuron;
  network.kept = kept;
  byId("network-layer").value = layer;
  const input = byId("network-neuron");
  input.max = network.layers[layer] - 1;
  if (document.activeElement !== input) input.value = neuron === null ? "" : neuron;
  byId("network-text").textContent = describeNeuron();
  for (const sheet of network.sheets) sheet.draw();
}

function describeNeuron() {
  const { layer, neuron } = network;
  if (neuron === null) return "No neuron chosen.";
  const parts = [`Layer ${layer}, neuron ${neuron}.`];
  if (layer > 0 && edgesBy[layer - 1] !== null) {
    const edges = edgesBy[layer - 1].right(neuron);
    const others = Array.from(edges, (edge) => network.junctions[layer - 1].left.values[edge]);
    parts.push(`${plural(edges.length, "edge")} from layer ${layer - 1}: ${listed(others.sort((a, b) => a - b))}.`);
  }
  if (layer < network.junctions.length && edgesBy[layer] !== null) {
    const edges = edgesBy[layer].left(neuron);
    const others = Array.from(edges, (edge) => network.junctions[layer].right.values[edge]);
    parts.push(`${plural(edges.length, "edge")} to layer ${layer + 1}: ${listed(others)}.`);
  }
  if (layer > 0 && network.junctions[layer - 1].biases) {
    parts.push(`Bias ${short(network.junctions[layer - 1].biases.values[neuron])}.`);
  }
  return parts.join(" ");
}

// Layers as columns.

const layersView = {
  layout(width) {
    return { width, height: width < 600 ? 420 : 560 };
  },
  x(layer) {
    const { width } = this.sheet;
    const margin = Math.min(70, width * 0.1);
    return margin + ((width - 2 * margin) * layer) / (network.layers.length - 1);
  },
  y(layer, neuron) {
    const top = 34;
    const room = this.sheet.height - top - 14;
    const neurons = network.layers[layer];
    const gap = Math.min(30, room / neurons);
    return top + (room - gap * neurons) / 2 + gap * (neuron + 0.5);
  },
  at(x, y) {
    const layers = network.layers.length;
    const step = this.x(1) - this.x(0);
    const layer = Math.max(0, Math.min(layers - 1, Math.round((x - this.x(0)) / step)));
    if (Math.abs(x - this.x(layer)) > Math.min(60, step / 2)) return null;
    const first = this.y(layer, 0);
    const gap = network.layers[layer] > 1 ? this.y(layer, 1) - first : 30;
    const neuron = Math.round((y - first) / gap);
    return neuron >= 0 && neuron < network.layers[layer] ? [layer, neuron] : null;
  },
  line(context, i, edge) {
    const x0 = this.x(i) + 5;
    const x1 = this.x(i + 1) - 5;
    const y0 = this.y(i, network.junctions[i].left.values[edge]);
    const y1 = this.y(i + 1, network.junctions[i].right.values[edge]);
    const bend = (x1 - x0) * 0.4;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
    context.stroke();
  },
  ink(i, edge, plain) {
    const { weights } = network.junctions[i];
    if (weights === null) return plain;
    return colour(weights.values[edge] < 0 ? "negative" : "positive");
  },
  background(context) {
    network.junctions.forEach((junction, i) => {
      if (junction.left === null) {
        const x = (this.x(i) + this.x(i + 1)) / 2;
        write(context, `${count(report.check.junctions[i].weights)} edges`, x, this.sheet.height / 2, { ink: "muted" });
        return;
      }
      const edges = junction.left.values.length;
      const stride = Math.ceil(edges / MOST_LINES);
      const strength = Math.max(0.03, Math.min(0.6, 14 / Math.sqrt(edges / stride)));
      const largest = junction.weights ? Math.max(1e-9, ...extremes(junction.weights.values)) : 1;
      context.lineWidth = edges < 200 ? 1.4 : 0.8;
      for (let edge = 0; edge < edges; edge += stride) {
        const share = junction.weights ? Math.abs(junction.weights.values[edge]) / largest : 0.6;
        context.globalAlpha = strength * (0.25 + 1.25 * share);
        context.strokeStyle = this.ink(i, edge, colour("muted"));
        this.line(context, i, edge);
      }
      context.globalAlpha = 1;
    });
  },
  paint(context) {
    this.kept ??= this.sheet.layer((other) => this.background(other));
    const chosen = chosenEdges();
    context.globalAlpha = network.neuron === null ? 1 : 0.3;
    this.sheet.put(context, this.kept);
    const lit = network.layers.map(() => new Set());
    if (network.neuron !== null) lit[network.layer].add(network.neuron);
    chosen.forEach((edges, i) => {
      const direct = i === network.layer || i === network.layer - 1;
      context.lineWidth = direct ? 1.3 : 0.8;
      context.globalAlpha = Math.max(0.06, Math.min(0.9, 60 / edges.length));
      for (const edge of edges.length > MOST_LINES ? edges.slice(0, MOST_LINES) : edges) {
        context.strokeStyle = this.ink(i, edge, colour("accent"));
        this.line(context, i, edge);
      }
      for (const edge of edges) {
        lit[i].add(network.junctions[i].left.values[edge]);
        lit[i + 1].add(network.junctions[i].right.values[edge]);
      }
    });
    context.globalAlpha = 1;
    network.layers.forEach((neurons, layer) => {
      const gap = neurons > 1 ? this.y(layer, 1) - this.y(layer, 0) : 30;
      const x = this.x(layer);
      for (let neuron = 0; neuron < neurons; neuron += 1) {
        const here = layer === network.layer && neuron === network.neuron;
        context.fillStyle = colour(here ? "negative" : lit[layer].has(neuron) ? "accent" : "muted");
        const y = this.y(layer, neuron);
        if (gap >= 5) {
          context.beginPath();
          context.arc(x, y, Math.min(8, gap * 0.36) + (here ? 2 : 0), 0, 2 * Math.PI);
          context.fill();
        } else {
          context.globalAlpha = lit[layer].has(neuron) ? 1 : 0.45;
          const tall = here ? 3 : Math.max(1, gap * 0.7);
          context.fillRect(x - (here ? 9 : 5), y - tall / 2, here ? 18 : 10, tall);
          context.globalAlpha = 1;
        }
      }
      const title = layer === 0 ? "input" : layer === network.layers.length - 1 ? "output" : `layer ${layer}`;
      const text = `${title}: ${count(neurons)}`;
      context.font = "600 13px system-ui, sans-serif";
      const half = context.measureText(text).width / 2 + 6;
      write(context, text, Math.min(Math.max(x, half), this.sheet.width - half), 14, { weight: "600", size: 13 });
    });
  },
};

function extremes(values) {
  let least = 0;
  let most = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [-least, most];
}

// Biadjacency matrices: left neurons across, right neurons down.

class MatrixView {
  constructor(i) {
    this.i = i;
    this.columns = network.layers[i];
    this.rows = network.layers[i + 1];
  }

  layout(width) {
    this.cell = Math.min(28, (width - 2) / this.columns);
    const tall = Math.min(28, Math.max(320 / this.rows, 0.5), Math.max(this.cell, 6));
    this.tall = tall;
    return { width: Math.ceil(this.cell * this.columns) + 2, height: Math.ceil(tall * this.rows) + 2 };
  }

  paint(context) {
    const junction = network.junctions[this.i];
    this.image ??= this.pixels(junction);
    const wide = this.cell * this.columns;
    const high = this.tall * this.rows;
    context.fillStyle = colour("faint");
    context.fillRect(1, 1, wide, high);
    context.imageSmoothingEnabled = this.cell < 1 || this.tall < 1;
    context.drawImage(this.image, 1, 1, wide, high);
    if (this.cell >= 8 && this.tall >= 8) {
      context.strokeStyle = colour("panel");
      context.lineWidth = 1;
      context.beginPath();
      for (let c = 0; c <= this.columns; c += 1) {
        context.moveTo(1 + c * this.cell, 1);
        context.lineTo(1 + c * this.cell, 1 + high);
      }
      for (let r = 0; r <= this.rows; r += 1) {
        context.moveTo(1, 1 + r * this.tall);
        context.lineTo(1 + wide, 1 + r * this.tall);
      }
      context.stroke();
    }
    if (network.neuron === null) return;
    context.strokeStyle = colour("negative");
    context.lineWidth = 2;
    if (network.layer === this.i) {
      context.strokeRect(1 + network.neuron * this.cell, 1, Math.max(2, this.cell), high - 1);
    } else if (network.layer === this.i + 1) {
      context.strokeRect(1, 1 + network.neuron * this.tall, wide - 1, Math.max(2, this.tall));
    }
  }

  pixels(junction) {
    const made = element("canvas");
    made.width = this.columns;
    made.height = this.rows;
    const context = made.getContext("2d");
    const picture = context.createImageData(this.columns, this.rows);
    const inks = { plain: rgb("accent"), less: rgb("negative"), more: rgb("positive") };
    const largest = junction.weights ? Math.max(1e-9, ...extremes(junction.weights.values)) : 1;
    junction.left.values.forEach((left, edge) => {
      const weight = junction.weights ? junction.weights.values[edge] : null;
      const ink = weight === null ? inks.plain : weight < 0 ? inks.less : inks.more;
      const strength = weight === null ? 1 : 0.18 + 0.82 * Math.sqrt(Math.abs(weight) / largest);
      const place = 4 * (junction.right.values[edge] * this.columns + left);
      picture.data.set([ink[0], ink[1], ink[2], 255 * strength], place);
    });
    context.putImageData(picture, 0, 0);
    return made;
  }

  at(x, y) {
    const left = Math.floor((x - 1) / this.cell);
    const right = Math.floor((y - 1) / this.tall);
    const inside = left >= 0 && left < this.columns && right >= 0 && right < this.rows;
    return inside ? [left, right] : null;
  }

  describe(left, right) {
    const junction = network.junctions[this.i];
    const edge = edgesBy[this.i].right(right).find((each) => junction.left.values[each] === left);
    const head = `left neuron ${left}, right neuron ${right}`;
    if (edge === undefined) return `${head}: no edge`;
    const z = report.junctions[this.i].parallelism;
    const weight = junction.weights ? `\nweight ${short(junction.weights.values[edge])}` : "";
    return `${head}: edge ${edge}\nread in row ${Math.floor(edge / z)}, by lane ${edge % z}${weight}`;
  }
}

function drawNetwork() {
  const place = byId("network-drawings");
  place.replaceChildren();
  network.sheets = [];
  const matrices = document.querySelector("input[name=network-mode]:checked").value === "matrices";
  if (matrices) {
    network.junctions.forEach((junction, i) => {
      const sizes = `${count(network.layers[i + 1])} right neurons (down) by ${count(network.layers[i])} left neurons (across)`;
      const figure = element("figure", {}, element("figcaption", { text: `Junction ${i + 1}: ${sizes}` }));
      place.append(figure);
      if (junction.left === null) figure.append(element("p", { text: tooMany(i) }));
      else figure.append(matrixSheet(i));
    });
  } else {
    const frame = element("div");
    place.append(frame);
    const sheet = new Sheet(
      frame, "The layers and their edges",
      (width) => layersView.layout(width), (context) => layersView.sheet && layersView.paint(context),
    );
    layersView.sheet = sheet;
    sheet.sized = () => { layersView.kept = null; };
    sheet.canvas.tabIndex = 0;
    layersView.kept = null;
    sheet.draw();
    network.sheets.push(sheet);
    sheet.canvas.addEventListener("pointermove", (event) => {
      const found = layersView.at(...sheet.place(event));
      if (found === null) tip.hide();
      else tip.show(event, `layer ${found[0]}, neuron ${found[1]}`);
      if (!network.kept) choose(found ? found[0] : network.layer, found ? found[1] : null, false);
    });
    sheet.canvas.addEventListener("pointerleave", leaveNetwork);
    sheet.canvas.addEventListener("click", (event) => {
      const found = layersView.at(...sheet.place(event));
      choose(found ? found[0] : network.layer, found ? found[1] : null, found !== null);
    });
    sheet.canvas.addEventListener("keydown", networkKeys);
  }
}

function matrixSheet(i) {
  const frame = element("div", { class: "scroll" });
  const view = new MatrixView(i);
  // The frame has a width only once it is in the page; its observer paints it then.
  const sheet = new Sheet(
    frame, `Biadjacency matrix of junction ${i + 1}`,
    (width) => view.layout(width), (context) => view.paint(context),
  );
  sheet.sized = () => { view.image = null; };
  sheet.canvas.tabIndex = 0;
  network.sheets.push(sheet);
  sheet.canvas.addEventListener("pointermove", (event) => {
    const found = view.at(...sheet.place(event));
    if (found === null) tip.hide();
    else tip.show(event, view.describe(...found));
    if (!network.kept) choose(i + 1, found ? found[1] : null, false);
  });
  sheet.canvas.addEventListener("pointerleave", leaveNetwork);
  sheet.canvas.addEventListener("click", (event) => {
    const found = view.at(...sheet.place(event));
    choose(i + 1, found ? found[1] : null, found !== null);
  });
  sheet.canvas.addEventListener("keydown", networkKeys);
  return frame;
}

function leaveNetwork() {
  tip.hide();
  if (!network.kept) choose(network.layer, null, false);
}

function networkKeys(event) {
  const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  if (event.key === "Escape") choose(network.layer, null, false);
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  const layer = Math.max(0, Math.min(network.layers.length - 1, network.layer + move[0]));
  const neuron = network.neuron === null ? 0 : network.neuron + move[1];
  choose(layer, Math.max(0, Math.min(network.layers[layer] - 1, neuron)), true);
}

function tooMany(i) {
  return `${count(report.check.junctions[i].weights)} edges, more than the ${count(report.most_edges)} of a junction that a page holds.`;
}

function startNetwork() {
  const layers = byId("network-layer");
  network.layers.forEach((neurons, layer) => {
    layers.append(element("option", { value: layer, text: `${layer} (${count(neurons)})` }));
  });
  layers.addEventListener("change", () => choose(Number(layers.value), 0, true));
  byId("network-neuron").addEventListener("input", (event) => {
    const neuron = Math.floor(Number(event.target.value));
    const legal = event.target.value !== "" && neuron >= 0 && neuron < network.layers[network.layer];
    choose(network.layer, legal ? neuron : null, legal);
  });
  byId("network-paths").addEventListener("change", (event) => {
    network.paths = event.target.checked;
    choose(network.layer, network.neuron, network.kept);
  });
  byId("network-clear").addEventListener("click", () => {
    byId("network-neuron").value = "";
    choose(network.layer, null, false);
  });
  for (const mode of document.querySelectorAll("input[name=network-mode]")) {
    mode.addEventListener("change", drawNetwork);
  }
  fillTable(
    byId("network-table"),
    [{ title: "junction", text: true }, "left", "right", "d_out", "d_in", "z", "D", "C", "weights", "density"],
    report.check.junctions.map((each) => [
      each.junction, count(each.left), count(each.right), each.out_degree, each.in_degree, count(each.parallelism),
      count(each.depth), count(each.rows), count(each.weights), percent(each.density),
    ]),
  );
  choose(0, null, false);
  drawNetwork();
}
