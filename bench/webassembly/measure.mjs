// node measure.mjs accord_bench.wasm ROUNDS: prints {case: {candidate: [seconds a call, ...]}}.
import { readFileSync } from "node:fs";
import { load } from "../../sw/js/accord.js";

const CASES = JSON.parse(process.argv[4]);
const source = readFileSync(process.argv[2]);
const LOOPS = { tiled: 4, relaxed: 1 }; // products by other means, and what their rows are a multiple of

function random(Kind, length) {
  return Kind.from({ length }, () => Math.floor(Math.random() * 200 - 100));
}

async function prepared(isa, one) {
  const kernels = await load(source, isa in LOOPS ? {} : { isa }), e = kernels.exports;
  const put = (array) => {
    const at = e.allocate(array.byteLength);
    new Uint8Array(e.memory.buffer, at, array.byteLength).set(new Uint8Array(array.buffer));
    return at;
  };
  const { kind, rows, depth, columns, size, kernel } = one;
  if (isa in LOOPS) {
    const wide = kind === "matmul" ? { rows, depth } : { rows: size * size, depth: depth * kernel * kernel };
    const all = Math.ceil(wide.rows / 4) * 4, at = [put(random(Uint8Array, all * wide.depth)), put(random(Int8Array, wide.depth * columns))];
    const out = e.allocate(4 * all * columns), whole = wide.rows & -LOOPS[isa];
    return (times) => e[`loop_matmul_${isa}`](...at, out, whole, wide.depth, columns, times);
  }
  if (isa === undefined) {
    if (kind === "matmul") {
      const at = [rows * depth, depth * columns].map((n) => put(random(Float32Array, n))), out = e.allocate(4 * rows * columns);
      return (times) => e.loop_matmul_f32(...at, out, rows, depth, columns, times);
    }
    if (kind === "conv2d") { // as a product whose rows are there already
      const k = depth * kernel * kernel, at = [size * size * k, k * columns].map((n) => put(random(Float32Array, n)));
      const out = e.allocate(4 * size * size * columns);
      return (times) => e.loop_matmul_f32(...at, out, size * size, k, columns, times);
    }
    const wide = size + kernel - 1, at = [wide * wide * depth, kernel * kernel * depth].map((n) => put(random(Float32Array, n)));
    const out = e.allocate(4 * size * size * depth);
    return (times) => e.loop_depthwise_f32(...at, out, size, depth, kernel, times);
  }
  const input = { dtype: "uint8", zeroPoint: 3 }, output = { contract: "onnx", multiplier: 1e-3, zeroPoint: 7, dtype: "uint8" };
  if (kind === "matmul") {
    const layer = kernels.matmul({ depth, columns, weight: random(Int8Array, depth * columns), bias: random(Int32Array, columns), input, output });
    const x = put(random(Uint8Array, rows * depth)), out = e.allocate(rows * columns);
    return (times) => e.loop_matmul(layer.handle, x, depth, rows, out, columns, times);
  }
  const half = (kernel - 1) / 2, x = put(random(Uint8Array, size * size * depth)), out = e.allocate(size * size * (columns ?? depth));
  const options = { kernel: [kernel, kernel], padding: [half, half, half, half], channels: depth, input, output };
  if (kind === "conv2d") {
    const weight = random(Int8Array, columns * kernel * kernel * depth);
    const layer = kernels.conv2d({ ...options, columns, weight, bias: random(Int32Array, columns) });
    return (times) => e.loop_conv2d(layer.handle, x, size, depth, out, columns, times);
  }
  const layer = kernels.depthwiseConv2d({ ...options, weight: random(Int8Array, kernel * kernel * depth), bias: random(Int32Array, depth) });
  return (times) => e.loop_depthwise(layer.handle, x, size, depth, out, depth, times);
}

const seconds = (run, times) => {
  const start = process.hrtime.bigint();
  run(times);
  return Number(process.hrtime.bigint() - start) / 1e9 / times;
};
const results = {};
for (const [name, one] of Object.entries(CASES)) {
  const runs = { simd: await prepared("wasm", one), scalar: await prepared("scalar", one), fp32: await prepared(undefined, one) };
  if (one.kind !== "depthwise") for (const key of Object.keys(LOOPS)) runs[key] = await prepared(key, one);
  const times = {}, found = Object.fromEntries(Object.keys(runs).map((key) => [key, []]));
  for (const [key, run] of Object.entries(runs)) {
    seconds(run, 3); // to the optimizing compiler
    times[key] = Math.max(1, Math.ceil(4e-3 / seconds(run, 3)));
  }
  for (let round = 0; round < Number(process.argv[3]); ++round)
    for (const [key, run] of Object.entries(runs)) found[key].push(seconds(run, times[key]));
  results[name] = found;
}
console.log(JSON.stringify(results));
