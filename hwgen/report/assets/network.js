// The network's edges, and the neuron whose edges are shown.

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

/** For every junction and side, the edges of each neuron: `of(neuron)`. */
const edgesBy = network.junctions.map((junction, i) => {
  if (junction.left === null) return null;
  return Object.fromEntries(
    ["left", "right"].map((side, s) => {
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
    }),
  );
});

/** The chosen neuron's edges by junction, and with whole paths all edges on a way through it. */
function chosenEdges() {
  const found = network.junctions.map(() => []);
  if (network.neuron === null) return found;
  for (const [side, far, move] of [
    ["left", "right", 1],
    ["right", "left", -1],
  ]) {
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
    parts.push(
      `${plural(edges.length, "edge")} from layer ${layer - 1}: ${listed(others.sort((a, b) => a - b))}.`,
    );
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

/** The largest magnitude among some values, to divide by. */
function largestOf(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
}
