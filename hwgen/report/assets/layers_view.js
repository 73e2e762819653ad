// The network's layers as columns, with the edges between them.

const MOST_LINES = 60000; // edges that are drawn at once; the chosen neuron's are always drawn

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
        write(
          context,
          `${count(report.check.junctions[i].weights)} edges`,
          x,
          this.sheet.height / 2,
          { ink: "muted" },
        );
        return;
      }
      const edges = junction.left.values.length;
      const stride = Math.ceil(edges / MOST_LINES);
      const strength = Math.max(0.03, Math.min(0.6, 14 / Math.sqrt(edges / stride)));
      const largest = junction.weights ? largestOf(junction.weights.values) : 1;
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
      const title =
        layer === 0 ? "input" : layer === network.layers.length - 1 ? "output" : `layer ${layer}`;
      const text = `${title}: ${count(neurons)}`;
      context.font = "600 13px system-ui, sans-serif";
      const half = context.measureText(text).width / 2 + 6;
      write(context, text, Math.min(Math.max(x, half), this.sheet.width - half), 14, {
        weight: "600",
        size: 13,
      });
    });
  },
};
