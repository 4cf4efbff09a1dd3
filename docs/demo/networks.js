// The networks that ship, and the compiled convolutions; each file is fetched once, when it is first needed.

const once = new Map();

async function bytes(path) {
  if (!once.has(path)) once.set(path, fetched(path));
  return once.get(path);
}

async function fetched(path) {
  const response = await fetch(new URL(path, import.meta.url)).catch(() => null);
  if (!response?.ok) {
    once.delete(path); // the next try asks again
    throw new Error(`${path} cannot be fetched: check the connection and try again.`);
  }
  return response.arrayBuffer();
}

export async function listNetworks() {
  return JSON.parse(new TextDecoder().decode(await bytes("made/networks.json")));
}

/** WebAssembly with fused multiply-add where the browser knows it, which is nearly twice as fast. */
async function compiled() {
  for (const name of ["conv-fma", "conv"]) {
    const code = await bytes(`wasm/${name}.wasm`);
    if (WebAssembly.validate(code)) return WebAssembly.compile(code);
  }
  throw new Error("This browser cannot compute fast enough (it lacks WebAssembly SIMD): use one of 2023 or later.");
}

export async function loadNetwork(told) {
  const [halves, module] = await Promise.all([bytes(`made/${told.name}.bin`), compiled()]);
  return { told, halves, module };
}
