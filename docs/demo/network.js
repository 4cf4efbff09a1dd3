// A network of srlib's: its convolutions in WebAssembly (wasm/conv.c), all else here.
//
// Images lie in the memory of WebAssembly as rows of pixels of channels, 32-bit numbers, with a frame of one pixel.
// Result 0 is the image, and step n makes result n + 1.

import { interpolated } from "./interpolation.js";

const START = 65536; // below lies the stack of the compiled code
const PAGE = 65536; // bytes, in which that memory grows
const LUMA = [0.299, 0.587, 0.114];

/** Half-precision numbers, two bytes each, as 32-bit ones. */
export function fromHalves(buffer) {
  return Float32Array.from(new Uint16Array(buffer), (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction;
  });
}

// Winograd's transform of three weights in a row, for wasm/conv.c
const TRANSFORM = [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6], [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]];

/** What the 3x3 weights of one input and one output become: 6x6 numbers. */
function transformed(weights) {
  const rows = TRANSFORM.map((by) => [0, 1, 2].map((x) => by.reduce((sum, b, y) => sum + b * weights[3 * y + x], 0)));
  return rows.flatMap((row) => TRANSFORM.map((by) => by.reduce((sum, b, x) => sum + b * row[x], 0)));
}

const eights = (count) => Math.ceil(count / 8) * 8; // the compiled code makes eight channels at a time

export class Network {
  /**
   * @param told  one of made/networks.json
   * @param halves  an ArrayBuffer, made/NAME.bin
   * @param module  wasm/conv.wasm or wasm/conv-fma.wasm, compiled
   */
  constructor(told, halves, module) {
    this.name = told.name;
    this.scale = told.scale;
    this.steps = told.steps.slice(0, -1);
    this.kernel = told.steps.at(-1).kernel;
    this.memory = new WebAssembly.Memory({ initial: 2 });
    this.code = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports;
    this.top = START;
    this.channels = [3]; // of each result
    this.#placeWeights(fromHalves(halves));
    this.lastUse = this.channels.map((_, result) =>
      this.steps.findLastIndex((step, n) => [step.of ?? n, step.add].includes(result)),
    );
    this.afterWeights = this.top;
  }

  /** Room for so many numbers; where it is, in bytes. */
  #take(count) {
    const place = this.top;
    this.top = Math.ceil((place + 4 * count) / 16) * 16;
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return place;
  }

  #numbers(place, count) {
    return new Float32Array(this.memory.buffer, place, count); // anew each time, as growing replaces the buffer
  }

  /** Weights as wasm/conv.c wants them: [outputs / 8][3][3][inputs][8], and transformed, [6][6][outputs / 8][inputs][8]. */
  #placeWeights(weights) {
    let next = 0;
    this.placed = this.steps.map((step) => {
      if (step.op !== "conv") {
        this.channels.push(step.op === "luminance" ? 1 : this.channels.at(-1));
        return null;
      }
      const inputs = this.channels[step.of];
      const outputs = eights(step.outputs); // channels that are added have weights of zero
      const at = { plain: this.#take(9 * inputs * outputs), bias: this.#take(outputs) };
      if (inputs % 4 === 0) at.transformed = this.#take(36 * inputs * outputs);
      const plain = this.#numbers(at.plain, 9 * inputs * outputs).fill(0);
      const squares = at.transformed && this.#numbers(at.transformed, 36 * inputs * outputs).fill(0);
      for (let i = 0; i < step.inputs; i++)
        for (let o = 0; o < step.outputs; o++) {
          const square = [...Array(9).keys()].map((place) => weights[next + (place * step.inputs + i) * step.outputs + o]);
          square.forEach((weight, place) => (plain[(((o >> 3) * 9 + place) * inputs + i) * 8 + (o & 7)] = weight));
          if (squares) transformed(square).forEach((weight, place) => (squares[(place * outputs + (o & ~7)) * inputs + i * 8 + (o & 7)] = weight));
        }
      next += 9 * step.inputs * step.outputs;
      this.#numbers(at.bias, outputs).fill(0).set(weights.subarray(next, next + step.outputs));
      next += step.outputs;
      this.channels.push(outputs);
      return at;
    });
  }

  /**
   * Enlarge a part of an image.
   *
   * @param lr  Float32Array of height x width x 3, from 0 to 1: the part, with a margin wherever the image goes on
   * @param kept  the part within that: top, bottom, left, right
   * @return two Uint8ClampedArrays of RGBA: `network`, and `plain`, the interpolation alone
   */
  enlarge(lr, height, width, kept) {
    this.top = this.afterWeights;
    const spare = {}; // places of results that are needed no more, by their number of channels
    const place = (channels) => spare[channels]?.pop() ?? this.#take((height + 2) * (width + 2) * channels);
    const most = 2 * Math.max(...this.channels);
    this.scratch = this.#take(36 * Math.ceil(width / 4) * most);
    const places = [place(3)];
    this.#placeImage(lr, places[0], height, width);
    // around the part, a result is needed as far as later convolutions reach
    let margin = this.steps.filter((step) => step.op === "conv").length;
    this.steps.forEach((step, n) => {
      places.push(place(this.channels[n + 1]));
      if (step.op === "conv") this.#convolve(n, places, height, width, grown(kept, --margin, height, width));
      else this.#pointwise(n, places, height, width);
      for (let result = 0; result <= n; result++)
        if (this.lastUse[result] === n) (spare[this.channels[result]] ??= []).push(places[result]);
    });
    return this.#pixels(lr, places.at(-1), height, width, kept);
  }

  #placeImage(lr, place, height, width) {
    const image = this.#numbers(place, (height + 2) * (width + 2) * 3);
    for (let y = 0; y < height; y++)
      image.set(lr.subarray(y * width * 3, (y + 1) * width * 3), ((y + 1) * (width + 2) + 1) * 3);
  }

  #convolve(n, places, height, width, part) {
    const { of, add, relu, border } = this.steps[n];
    const [inputs, outputs] = [this.channels[of], this.channels[n + 1]];
    const { plain, transformed, bias } = this.placed[n];
    this.code.frame(places[of], height, width, inputs, border === "mirror" ? 1 : 0);
    const rest = [
      bias, add === null ? 0 : places[add], places[n + 1],
      part.top, part.bottom, part.left, part.right, width, inputs, outputs, relu ? 1 : 0,
    ];
    const fast = transformed && part.bottom - part.top >= 4 && part.right - part.left >= 4;
    if (fast) this.code.winograd(places[of], transformed, ...rest, this.scratch);
    else this.code.convolve(places[of], plain, ...rest);
  }

  #pointwise(n, places, height, width) {
    const count = (height + 2) * (width + 2);
    const from = this.#numbers(places[n], count * this.channels[n]);
    const to = this.#numbers(places[n + 1], count * this.channels[n + 1]);
    if (this.steps[n].op === "shift") for (let i = 0; i < to.length; i++) to[i] = from[i] + this.steps[n].value;
    else for (let i = 0; i < count; i++) to[i] = LUMA[0] * from[3 * i] + LUMA[1] * from[3 * i + 1] + LUMA[2] * from[3 * i + 2];
  }

  /** The channels of the last result become squares of pixels (the pixel shuffle), added to the interpolation. */
  #pixels(lr, place, height, width, kept) {
    const { scale } = this;
    const plain = interpolated(lr, height, width, kept, scale, this.kernel);
    const stride = this.channels.at(-1);
    const residual = this.#numbers(place, (height + 2) * (width + 2) * stride);
    const colours = this.steps.at(-1).outputs / scale ** 2; // 3, or 1: luminance, the same for all three
    const across = (kept.right - kept.left) * scale;
    const network = new Uint8ClampedArray((plain.length / 3) * 4);
    const bicubic = new Uint8ClampedArray(network.length);
    for (let i = 0, pixel = 0; pixel < plain.length / 3; pixel++) {
      const y = Math.floor(pixel / across);
      const x = pixel % across;
      const lrPixel = (kept.top + Math.floor(y / scale) + 1) * (width + 2) + kept.left + Math.floor(x / scale) + 1;
      const from = lrPixel * stride + ((y % scale) * scale + (x % scale)) * colours;
      for (let c = 0; c < 3; c++, i++) {
        const value = plain[3 * pixel + c];
        bicubic[i] = 255 * value; // the array rounds and clips
        network[i] = 255 * (value + residual[from + (colours === 3 ? c : 0)]);
      }
      network[i] = bicubic[i++] = 255;
    }
    return { network, plain: bicubic };
  }
}

function grown(part, margin, height, width) {
  return {
    top: Math.max(0, part.top - margin), bottom: Math.min(height, part.bottom + margin),
    left: Math.max(0, part.left - margin), right: Math.min(width, part.right + margin),
  };
}
