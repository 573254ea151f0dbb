// node webassembly.mjs accord.wasm FOLDER IMAGES: runs network.json on images.bin, and writes every layer's output, one
// behind another, to outputs.bin. Prints the instruction sets that layers ran on.
import { readFileSync, writeFileSync } from "node:fs";
import { load } from "../../sw/js/accord.js";

const [path, folder, images] = process.argv.slice(2);
const TYPES = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array, float32: Float32Array };
const blob = readFileSync(`${folder}/arrays.bin`);
const kernels = await load(readFileSync(path));
const used = new Set([kernels.isa]);

// Every {at, length, type} by its array.
function filled(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(filled);
  if ("at" in value) {
    const Type = TYPES[value.type], first = blob.byteOffset + value.at;
    return new Type(blob.buffer.slice(first, first + value.length * Type.BYTES_PER_ELEMENT));
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one)]));
}

function made(layer, x) {
  used.add(x.isa ?? kernels.isa);
  return x;
}

const RUN = {
  quantize: (layer, x) => [kernels.quantize(x.data, layer), [x.shape[0], x.shape[2], x.shape[3], 1]],
  conv: (layer, x) => weighted(kernels.conv2d({ ...layer, output: layer.settings }), x),
  depthwise: (layer, x) => weighted(kernels.depthwiseConv2d({ ...layer, output: layer.settings }), x),
  linear: (layer, x) => {
    const matmul = made(layer, kernels.matmul({ ...layer, output: layer.settings })), y = matmul.run(x.data);
    const scale = layer.scale, real = scale && Float32Array.from(y, (sum, i) =>
      Math.fround(sum) * scale[scale.length === 1 ? 0 : i % layer.columns]);
    return [real ?? y, [x.shape[0], layer.columns]];
  },
  lookup: (layer, x) => [kernels.lookup(x.data, layer.table), x.shape],
  reshape: (layer, x) => [x.data, layer.shape],
  add: (layer, a, b) => [kernels.add(a.data, b.data, layer), a.shape],
  multiply: (layer, a, b) => [
    kernels.multiply(a.data, b.data, { ...layer, output: layer.settings, shapes: joined(a.shape, b.shape) }), a.shape],
  average: (layer, x) => [
    kernels.averagePool(x.data, x.shape, { kernel: x.shape.slice(1, 3), zeroPoint: layer.zeroPoint, outputs: [layer.settings] }),
    [x.shape[0], 1, 1, x.shape[3]]],
};

// Height and width as one axis.
const joined = (...shapes) => shapes.map(([n, h, w, c]) => [n, h * w, c]);

function weighted(layer, x) {
  const y = [made(layer, layer).run(x.data, x.shape), layer.outputShape(x.shape)];
  layer.free();
  return y;
}

const pixels = readFileSync(`${folder}/images.bin`);
const values = new Map([["image", {
  data: new Float32Array(pixels.buffer.slice(pixels.byteOffset, pixels.byteOffset + pixels.length)),
  shape: [Number(images), 1, 8, 8],
}]]);
const outputs = [];
for (const layer of filled(JSON.parse(readFileSync(`${folder}/network.json`, "utf8")))) {
  const [data, shape] = RUN[layer.op](layer, ...layer.inputs.map((name) => values.get(name)));
  values.set(layer.output, { data, shape });
  outputs.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
}
writeFileSync(`${folder}/outputs.bin`, Buffer.concat(outputs));
console.log(JSON.stringify([...used]));
