// The interpolations of srlib.upscale: separable filters at half-pixel centres, the image mirrored at its edges.

const linear = (x) => Math.max(0, 1 - Math.abs(x));
const cubic = (x, a = -0.5) => {
  x = Math.abs(x);
  if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
};
const FILTERS = { bilinear: [linear, 1], bicubic: [cubic, 2] };

/** For each new pixel within an old one, the weights of the old ones from `-reach` to `reach`. */
function phases(scale, kernel) {
  const [filter, reach] = FILTERS[kernel];
  return Array.from({ length: scale }, (_, p) => {
    const centre = (p + 0.5) / scale - 0.5;
    const weights = Array.from({ length: 2 * reach + 1 }, (_, k) => filter(k - reach - centre));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });
}

/** The place that a place beyond an edge mirrors; the edge itself is repeated. */
function mirrored(place, length) {
  place = ((place % (2 * length)) + 2 * length) % (2 * length);
  return Math.min(place, 2 * length - 1 - place);
}

/**
 * A part of an image, enlarged and not clipped.
 *
 * @param lr  Float32Array of height x width x 3
 * @param kept  which part: top, bottom, left, right
 * @return Float32Array of as many pixels, times scale in both directions
 */
export function interpolated(lr, height, width, kept, scale, kernel) {
  const filters = phases(scale, kernel);
  const reach = FILTERS[kernel][1];
  const columns = kept.right - kept.left;
  const rows = kept.bottom - kept.top;
  const row = new Float32Array(width * 3); // one row of the result, of which the columns are still the old ones
  const made = new Float32Array(rows * columns * scale * scale * 3);
  let next = 0;
  for (let y = 0; y < rows * scale; y++) {
    const down = filters[y % scale];
    row.fill(0);
    down.forEach((weight, k) => {
      const from = mirrored(kept.top + Math.floor(y / scale) + k - reach, height) * width * 3;
      if (weight) for (let i = 0; i < row.length; i++) row[i] += weight * lr[from + i];
    });
    for (let x = kept.left; x < kept.right; x++) {
      const places = filters[0].map((_, k) => 3 * mirrored(x + k - reach, width));
      for (const across of filters)
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let k = 0; k < across.length; k++) sum += across[k] * row[places[k] + c];
          made[next++] = sum;
        }
    }
  }
  return made;
}
