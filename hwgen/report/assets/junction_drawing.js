// The picture of a junction in one clock: left memories, lanes, and the right memories below.

class JunctionDrawing {
  /** `state` has the junction's `view` and `tables`, and the `row` that is read, null in an idle clock. */
  constructor(state) {
    this.state = state;
  }

  layout(width) {
    this.seen = width;
    const { view, tables } = this.state;
    const side = 6;
    const room = width - 2 * side;
    const cells = (columns) => Math.max(Math.min(54, room / columns), Math.min(2, 12000 / columns));
    const heights = (rows) => Math.max(Math.min(26, 300 / rows), Math.min(3, 600 / rows));
    const z = view.parallelism;
    const { places } = tables;
    const wide = cells(z);
    const tall = heights(view.depth);
    const rightWide = cells(places.memories);
    const rightTall = heights(places.depth);
    const widest = Math.max(z * wide, places.memories * rightWide) + 2 * side;
    const total = Math.max(width, Math.ceil(widest));
    const bands = {};
    let y = 4;
    const band = (name, height) => {
      bands[name] = y;
      y += height;
    };
    band("leftTitle", 22);
    band("memoryNames", wide >= 20 ? 16 : 2);
    band("left", view.depth * tall);
    band("wires", view.dither ? 74 : 34);
    band("laneTitle", 22);
    band("lanes", 26);
    band("neurons", 40);
    band("links", 34);
    band("rightTitle", 22);
    band("right", places.depth * rightTall);
    // What is narrower than the screen stays on it, however wide the rest is.
    const start = (columns, cell) => Math.max(side, (width - columns * cell) / 2);
    this.sizes = {
      wide,
      tall,
      rightWide,
      rightTall,
      bands,
      total,
      x: start(z, wide),
      rightX: start(places.memories, rightWide),
    };
    return { width: total, height: y + 8 };
  }

  /** The middle of a lane or a left memory. */
  middle(number) {
    return this.sizes.x + (number + 0.5) * this.sizes.wide;
  }

  paint(context) {
    this.paintLeft(context);
    if (this.state.row !== null) {
      this.paintWires(context);
      this.paintLanes(context);
    } else {
      const y = this.sizes.bands.lanes + 13;
      write(context, "no row is read in this clock", this.sizes.total / 2, y, {
        ink: "muted",
        size: 13,
      });
    }
    this.paintRight(context);
    this.paintTitles(context);
  }

  paintTitles(context) {
    const { view, tables, row } = this.state;
    const { bands, wide, total } = this.sizes;
    const room = Math.min(total, this.seen) - 12;
    const memories = (number) => (number === 1 ? "1 memory" : `${count(number)} memories`);
    const title = (y, ...texts) => writeTitle(context, texts, 6, y + 9, room);
    const [left, words] = [memories(view.parallelism), plural(view.depth, "word")];
    title(
      bands.leftTitle,
      `left neurons, in ${left} (across) of ${words} (down)`,
      `left neurons, in ${left} of ${words}`,
    );
    const lanes = plural(view.parallelism, "lane");
    if (row !== null) title(bands.laneTitle, wide >= 26 ? `${lanes}: edges` : lanes);
    const { places } = tables;
    const right = `${memories(places.memories)} of ${plural(places.depth, "word")}`;
    if (places.outputs) title(bands.rightTitle, plural(view.right, "output"));
    else
      title(
        bands.rightTitle,
        `right neurons, in junction ${view.junction + 1}'s ${right}`,
        `right neurons, in ${right}`,
      );
  }

  paintLeft(context) {
    const { view, tables, row, sweep, cycle } = this.state;
    const { wide, tall, bands, x } = this.sizes;
    const z = view.parallelism;
    if (wide >= 20) {
      for (let memory = 0; memory < z; memory += 1) {
        write(context, memory, this.middle(memory), bands.memoryNames + 7, {
          ink: "muted",
          size: 11,
        });
      }
    }
    const gap = Math.min(wide, tall) >= 7 ? 1 : 0;
    context.fillStyle = colour("line");
    context.fillRect(x, bands.left, z * wide, view.depth * tall);
    context.fillStyle = colour("cell");
    for (let memory = 0; memory < z; memory += 1) {
      for (let word = 0; word < view.depth; word += 1) this.cell(context, memory, word, gap);
    }
    // What this sweep has read before.
    context.fillStyle = colour("read");
    const first = row === null ? view.rows - view.depth : row - cycle;
    const end = row === null ? view.rows : row;
    for (let before = first; before < end; before += 1) {
      for (let memory = 0; memory < z; memory += 1)
        this.cell(context, memory, tables.words.at(before, memory), gap);
    }
    if (row !== null) {
      for (let memory = 0; memory < z; memory += 1) {
        context.fillStyle = hue(this.state.neuronOf[this.state.laneOf[memory]]);
        this.cell(context, memory, tables.words.at(row, memory), gap);
      }
    }
    if (tables.seeds !== null && tall >= 9 && wide >= 9) this.paintSeeds(context, sweep);
    if (wide < 20 || tall < 13) return;
    for (let memory = 0; memory < z; memory += 1) {
      for (let word = 0; word < view.depth; word += 1) {
        const now = row !== null && tables.words.at(row, memory) === word;
        const y = bands.left + (word + 0.5) * tall;
        const size = wide < 30 ? 10 : 12;
        write(context, word * z + memory, this.middle(memory), y, {
          ink: now ? "on-hue" : "ink",
          size,
          weight: now ? "600" : "",
        });
      }
    }
  }

  /** A corner in the word that a memory's sweep begins at. */
  paintSeeds(context, sweep) {
    const { view, tables } = this.state;
    const { wide, tall, bands, x } = this.sizes;
    context.fillStyle = colour("ink");
    const side = Math.min(7, tall / 2.5);
    for (let memory = 0; memory < view.parallelism; memory += 1) {
      const left = x + memory * wide + 1;
      const top = bands.left + tables.seeds.at(sweep, memory) * tall + 1;
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(left + side, top);
      context.lineTo(left, top + side);
      context.fill();
    }
  }

  cell(context, memory, word, gap) {
    const { wide, tall, bands, x } = this.sizes;
    context.fillRect(
      x + memory * wide + gap / 2,
      bands.left + word * tall + gap / 2,
      wide - gap,
      tall - gap,
    );
  }

  paintWires(context) {
    const { view, neuronOf, memoryOf } = this.state;
    const { bands, wide } = this.sizes;
    const top = bands.left + view.depth * this.sizes.tall;
    context.lineWidth = Math.max(0.6, Math.min(2, wide / 10));
    for (let lane = 0; lane < view.parallelism; lane += 1) {
      const from = this.middle(memoryOf(lane));
      const to = this.middle(lane);
      context.strokeStyle = hue(neuronOf[lane]);
      context.globalAlpha = view.dither ? 0.8 : 0.65;
      context.beginPath();
      context.moveTo(from, top + 1);
      const bend = (bands.lanes - top) * 0.45;
      context.bezierCurveTo(from, top + bend, to, bands.lanes - bend, to, bands.lanes);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  paintLanes(context) {
    const { view, tables, row, neuronOf } = this.state;
    const { wide, bands, x } = this.sizes;
    const gap = wide >= 7 ? 1 : 0;
    for (let lane = 0; lane < view.parallelism; lane += 1) {
      context.fillStyle = hue(neuronOf[lane]);
      context.fillRect(x + lane * wide + gap / 2, bands.lanes, wide - gap, 24);
      if (wide >= 26) {
        const edge = row * view.parallelism + lane;
        write(context, edge, this.middle(lane), bands.lanes + 12.5, {
          ink: "on-hue",
          size: wide < 36 ? 10 : 12,
        });
      }
    }
    const below = bands.neurons;
    let last = -Infinity;
    for (const [neuron, first, lanes, finishes, gathered] of tables.segments[row]) {
      const left = x + first * wide;
      const middle = left + (lanes * wide) / 2;
      context.strokeStyle = hue(neuron);
      context.fillStyle = hue(neuron);
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(left + 1.5, below + 1);
      context.lineTo(left + 1.5, below + 6);
      context.lineTo(left + lanes * wide - 1.5, below + 6);
      context.lineTo(left + lanes * wide - 1.5, below + 1);
      context.stroke();
      const states = finishes ? "finishes" : `${gathered} of ${view.in_degree}`;
      const texts = [`neuron ${neuron}: ${states}`, `${neuron}: ${states}`, String(neuron)];
      context.font = "600 12px system-ui, sans-serif";
      const fits = texts.find((text) => {
        const half = context.measureText(text).width / 2;
        const from = Math.max(2, middle - half);
        return from > last + 8 && (half * 2 <= lanes * wide + 40 || text === texts[2]);
      });
      if (fits !== undefined) {
        const half = context.measureText(fits).width / 2;
        const at = Math.min(Math.max(middle, half + 2), this.sizes.total - half - 2);
        if (at - half > last + 8) {
          write(context, fits, at, below + 22, { ink: hue(neuron), weight: "600" });
          last = at + half;
        }
      }
      // A finished neuron goes to its place; another one's sum waits.
      const { rightWide, rightTall, rightX } = this.sizes;
      const { places } = tables;
      const to = rightX + (places.memory.values[neuron] + 0.5) * rightWide;
      const down = bands.right + places.word.values[neuron] * rightTall;
      context.globalAlpha = finishes ? 0.9 : 0.4;
      context.setLineDash(finishes ? [] : [3, 3]);
      context.lineWidth = 1.4;
      context.beginPath();
      context.moveTo(middle, below + 32);
      context.bezierCurveTo(middle, below + 60, to, bands.rightTitle - 8, to, down);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
    }
  }

  paintRight(context) {
    const { view, tables, row } = this.state;
    const { rightWide, rightTall, bands, rightX } = this.sizes;
    const { places } = tables;
    const gap = Math.min(rightWide, rightTall) >= 7 ? 1 : 0;
    const segments = row === null ? [] : tables.segments[row];
    const open = new Map(segments.map((segment) => [segment[0], segment]));
    const firstOpen = row === null ? view.right : segments[0][0];
    for (let neuron = 0; neuron < view.right; neuron += 1) {
      const left = rightX + places.memory.values[neuron] * rightWide + gap / 2;
      const top = bands.right + places.word.values[neuron] * rightTall + gap / 2;
      const wide = rightWide - gap;
      const tall = rightTall - gap;
      const segment = open.get(neuron);
      context.fillStyle = colour(neuron < firstOpen ? "read" : "cell");
      context.fillRect(left, top, wide, tall);
      if (segment) {
        context.fillStyle = hue(neuron);
        context.globalAlpha = segment[3] ? 1 : 0.55;
        context.fillRect(left, top, (wide * segment[4]) / view.in_degree, tall);
        context.globalAlpha = 1;
      }
      if (gap) {
        context.strokeStyle = colour("line");
        context.lineWidth = 1;
        context.strokeRect(left, top, wide, tall);
      }
      if (rightWide >= 20 && rightTall >= 13) {
        const ink = segment && segment[3] ? "on-hue" : "ink";
        write(context, neuron, left + wide / 2, top + tall / 2, {
          ink,
          size: rightWide < 30 ? 10 : 12,
        });
      }
    }
  }

  /** What is at a place, in words; null where nothing is. */
  describe(x, y) {
    const { view, tables, row, laneOf, memoryOf, neuronOf } = this.state;
    const { wide, tall, rightWide, rightTall, bands } = this.sizes;
    const z = view.parallelism;
    const column = Math.floor((x - this.sizes.x) / wide);
    const word = Math.floor((y - bands.left) / tall);
    if (column >= 0 && column < z && word >= 0 && word < view.depth) {
      const head = `left memory ${column}, word ${word}: left neuron ${word * z + column}`;
      if (row === null) return head;
      const read = tables.words.at(row, column);
      const lane = laneOf[column];
      return read === word
        ? `${head}\nread in this clock by lane ${lane}: edge ${row * z + lane} to right ` +
            `neuron ${neuronOf[lane]}`
        : `${head}\nin this clock its memory reads word ${read}`;
    }
    if (row !== null && column >= 0 && column < z && y >= bands.lanes && y < bands.neurons) {
      const memory = memoryOf(column);
      const read = tables.words.at(row, memory);
      return (
        `lane ${column}: edge ${row * z + column}\nleft neuron ${read * z + memory} ` +
        `(memory ${memory}, word ${read})\nright neuron ${neuronOf[column]}`
      );
    }
    const { places } = tables;
    const right = Math.floor((x - this.sizes.rightX) / rightWide);
    const place = Math.floor((y - bands.right) / rightTall);
    if (right < 0 || right >= places.memories || place < 0 || place >= places.depth) return null;
    const neuron = place * places.memories + right;
    const where = places.outputs
      ? ""
      : `\nmemory ${right}, word ${place} of junction ${view.junction + 1}'s left memories`;
    return `right neuron ${neuron}${this.progress(neuron)}${where}`;
  }

  progress(neuron) {
    const { view, tables, row } = this.state;
    if (row === null) return ": finished in this step";
    const segments = tables.segments[row];
    const segment = segments.find((each) => each[0] === neuron);
    if (segment) {
      return segment[3]
        ? ": finishes in this row"
        : `: ${segment[4]} of its ${view.in_degree} edges read`;
    }
    return neuron < segments[0][0] ? ": finished in this step" : ": not begun";
  }
}
