// A junction's biadjacency matrix: left neurons across, right neurons down.

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
    return {
      width: Math.ceil(this.cell * this.columns) + 2,
      height: Math.ceil(tall * this.rows) + 2,
    };
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
    const largest = junction.weights ? largestOf(junction.weights.values) : 1;
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
