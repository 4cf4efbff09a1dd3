// An image in tiles, as srlib.upscaling cuts them: each brings a margin as wide as the network looks, so that what is kept
// of its result is what the whole image would give.

export const SIDE = 128; // of a tile without its margin: small enough for the processor's cache, and for progress to be seen

/** One side of an image: what the network sees of it, and what is kept of the result, each [from, to]. */
export function windows(length, reach, side = SIDE) {
  const made = [];
  const count = Math.ceil(length / side);
  const step = Math.ceil(length / count); // all as long as the others
  for (let start = 0; start < length; start += step) {
    const end = Math.min(length, start + step);
    made.push({ seen: [Math.max(0, start - reach), Math.min(length, end + reach)], kept: [start, end] });
  }
  return made;
}

/** The tiles of an image, row by row. */
export function tiles(height, width, reach) {
  const across = windows(width, reach);
  return windows(height, reach).flatMap((down) => across.map((side) => ({ down, side })));
}
