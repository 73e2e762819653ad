// The section on the network: its drawings, and what the pointer, the keys and the controls do there.

function drawNetwork() {
  const place = byId("network-drawings");
  place.replaceChildren();
  network.sheets = [];
  const matrices = document.querySelector("input[name=network-mode]:checked").value === "matrices";
  if (matrices) {
    network.junctions.forEach((junction, i) => {
      const sizes =
        `${count(network.layers[i + 1])} right neurons (down) by ` +
        `${count(network.layers[i])} left neurons (across)`;
      const figure = element(
        "figure",
        {},
        element("figcaption", { text: `Junction ${i + 1}: ${sizes}` }),
      );
      place.append(figure);
      if (junction.left === null) figure.append(element("p", { text: tooMany(i) }));
      else figure.append(matrixSheet(i));
    });
  } else {
    const frame = element("div");
    place.append(frame);
    const sheet = new Sheet(
      frame,
      "The layers and their edges",
      (width) => layersView.layout(width),
      (context) => layersView.sheet && layersView.paint(context),
    );
    layersView.sheet = sheet;
    sheet.sized = () => {
      layersView.kept = null;
    };
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
    frame,
    `Biadjacency matrix of junction ${i + 1}`,
    (width) => view.layout(width),
    (context) => view.paint(context),
  );
  sheet.sized = () => {
    view.image = null;
  };
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
  return (
    `${count(report.check.junctions[i].weights)} edges, more than the ` +
    `${count(report.most_edges)} of a junction that a page holds.`
  );
}

function startNetwork() {
  const layers = byId("network-layer");
  network.layers.forEach((neurons, layer) => {
    layers.append(element("option", { value: layer, text: `${layer} (${count(neurons)})` }));
  });
  layers.addEventListener("change", () => choose(Number(layers.value), 0, true));
  byId("network-neuron").addEventListener("input", (event) => {
    const neuron = Math.floor(Number(event.target.value));
    const legal =
      event.target.value !== "" && neuron >= 0 && neuron < network.layers[network.layer];
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
    [
      { title: "junction", text: true },
      "left",
      "right",
      "d_out",
      "d_in",
      "z",
      "D",
      "C",
      "weights",
      "density",
    ],
    report.check.junctions.map((each) => [
      each.junction,
      count(each.left),
      count(each.right),
      each.out_degree,
      each.in_degree,
      count(each.parallelism),
      count(each.depth),
      count(each.rows),
      count(each.weights),
      percent(each.density),
    ]),
  );
  choose(0, null, false);
  drawNetwork();
}
