// Enlarges tiles, and writes the result as PNG, beside the page, so that the page never waits.

import { Network } from "./network.js";

let network; // the last one, which is kept

const tasks = {
  prepare({ told, halves, module }) {
    if (network?.name !== told.name) network = new Network(told, halves, module);
    return [{}];
  },

  tile({ bitmap, kept }) {
    const { height, width } = bitmap;
    const { lr, transparent } = onWhite(pixelsOf(bitmap));
    const made = network.enlarge(lr, height, width, kept);
    return [{ ...made, transparent }, [made.network.buffer, made.plain.buffer]];
  },

  async decode({ file }) {
    const decoded = await createImageBitmap(file, { imageOrientation: "from-image" }); // upright, as its EXIF says
    // Drawn, as Chromium cuts wrong parts out of an ImageBitmap that it turned by a quarter
    const bitmap = drawn(decoded).canvas.transferToImageBitmap();
    return [{ bitmap }, [bitmap]];
  },

  async encode({ width, height, rows }) {
    const context = drawing(width, height);
    for (const { top, bitmap } of rows) draw(context, bitmap, top);
    return [{ blob: await context.canvas.convertToBlob({ type: "image/png" }) }];
  },
};

function drawing(width, height) {
  return new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true }); // in plain memory
}

function draw(context, bitmap, top = 0) {
  context.drawImage(bitmap, 0, top);
  bitmap.close();
}

function drawn(bitmap) {
  const context = drawing(bitmap.width, bitmap.height);
  draw(context, bitmap);
  return context;
}

function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  return drawn(bitmap).getImageData(0, 0, width, height).data;
}

/** Three numbers from 0 to 1 a pixel, laid on white and rounded as srlib.image_files does. */
function onWhite(rgba) {
  const lr = new Float32Array((rgba.length / 4) * 3);
  let transparent = false;
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const alpha = rgba[from + 3] / 255;
    transparent ||= alpha < 1;
    for (let c = 0; c < 3; c++) lr[to++] = Math.round(rgba[from + c] * alpha + 255 * (1 - alpha)) / 255;
  }
  return { lr, transparent };
}

self.onmessage = async ({ data: { task, ...given } }) => {
  try {
    self.postMessage(...(await tasks[task](given)));
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
