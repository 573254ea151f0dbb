// What TypeScript makes of sw/js/accord.d.ts: a page's calls, and mistakes that it has to see.
import { load, q31, type Bytes, type Convolution, type Kernels } from "../../sw/js/accord.js";

export async function page(module: ArrayBuffer): Promise<Bytes> {
  const kernels: Kernels = await load(module, { isa: "wasm" });
  const layer: Convolution = kernels.conv2d({
    channels: 3,
    columns: 8,
    kernel: [3, 3],
    padding: [1, 1, 1, 1],
    weight: new Int8Array(8 * 27),
    bias: new Int32Array(8),
    input: { dtype: "uint8", zeroPoint: 128 },
    output: { contract: "onnx", multiplier: new Float32Array(8), zeroPoint: 3, dtype: "uint8" },
  });
  const y = layer.run(new Uint8Array(3 * 64), [1, 8, 8, 3]);
  const [, height, width] = layer.outputShape([1, 8, 8, 3]);
  layer.free();
  if (y instanceof Int32Array) return kernels.requantize(y, 8, { contract: "fma", multiplier: 0.5, dtype: "int8" });
  const [fraction, shift] = q31(0.75);
  return kernels.lookup(y, new Uint8Array(256 + 0 * (height + width + fraction + shift)));
}

export async function mistakes(module: ArrayBuffer): Promise<void> {
  const kernels = await load(module);
  // @ts-expect-error: weights are int8
  kernels.dot(new Uint8Array(4), new Uint8Array(4));
  // @ts-expect-error: no such contract
  kernels.quantize(new Float32Array(4), { contract: "near", scale: 1, dtype: "int8" });
  // @ts-expect-error: an image has four sizes
  kernels.maxPool(new Int8Array(4), [2, 2, 1], { kernel: [1, 1] });
  // @ts-expect-error: activations have a type
  kernels.matmul({ depth: 4, columns: 1, weight: new Int8Array(4), bias: new Int32Array(1), input: {} });
  // @ts-expect-error: bytes, not real numbers
  kernels.dequantize(new Float32Array(3), { scale: 1 });
}
