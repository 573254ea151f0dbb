// The kernels of accord.wasm on typed arrays. accord.d.ts says what everything takes and gives; docs/kernels.md what it
// computes.

const CONTRACTS = { int32: 0, fma: 1, onnx: 2, tflite: 3 };
const Q31_ONE = 2 ** 31;

function isSigned(name, array) {
  if (array instanceof Int8Array) return true;
  if (array instanceof Uint8Array) return false;
  throw new TypeError(`${name}: expected an Int8Array or a Uint8Array`);
}

function sized(name, array, Kind, length) {
  if (!(array instanceof Kind)) throw new TypeError(`${name}: expected a ${Kind.name}`);
  if (array.length !== length) throw new RangeError(`${name}: expected ${length} entries, got ${array.length}`);
  return array;
}

function integer(name, value, low, high) {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new RangeError(`${name}: expected an integer in [${low}, ${high}], got ${value}`);
  return value;
}

function positive(name, value) {
  if (!(Math.fround(value) > 0 && Number.isFinite(Math.fround(value))))
    throw new RangeError(`${name}: expected a finite positive float32, got ${value}`);
  return value;
}

const byteRange = (signed) => (signed ? [-128, 127] : [0, 255]);
const product = (sizes) => sizes.reduce((all, size) => all * size, 1);

// real = fraction * 2^(shift - 31), as TFLite's QuantizeMultiplier.
export function q31(real) {
  let shift = 0;
  while (real * 2 ** -shift >= 1) ++shift;
  while (real * 2 ** -shift < 0.5) --shift;
  let fraction = Math.floor(real * 2 ** -shift * Q31_ONE + 0.5);
  if (fraction === Q31_ONE) [fraction, shift] = [fraction / 2, shift + 1];
  if (shift > 30) throw new RangeError(`multiplier: ${real} is too large, expected less than 2^30`);
  return shift < -31 ? [0, 0] : [fraction, shift];
}

// Memory of the module that is given back together.
class Scratch {
  constructor(exports) {
    this.exports = exports;
    this.kept = [];
  }
  room(bytes) {
    const at = this.exports.allocate(Math.max(bytes, 1));
    this.kept.push(at);
    return at;
  }
  put(array) {
    const at = this.room(array.byteLength);
    new Uint8Array(this.exports.memory.buffer, at, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return at;
  }
  words(...values) {
    return this.put(Int32Array.from(values));
  }
  take(at, Kind, length) {
    return new Kind(this.exports.memory.buffer.slice(at, at + length * Kind.BYTES_PER_ELEMENT));
  }
  end() {
    for (const at of this.kept) this.exports.release(at);
    this.kept = [];
  }
}

function outputOf(output) {
  if (!output) return { Kind: Int32Array, words: (s) => s.words(0, 0, -128, 127, 0, 0, 0, 0, 0, 0) };
  const contract = CONTRACTS[output.contract];
  if (!contract) throw new RangeError(`contract: expected fma, onnx or tflite, got ${output.contract}`);
  if (output.dtype !== "int8" && output.dtype !== "uint8") throw new RangeError(`dtype: expected int8 or uint8`);
  const signed = output.dtype === "int8", [least, largest] = byteRange(signed), shift = signed ? 0 : 128;
  const zero = integer("zeroPoint", output.zeroPoint ?? 0, least, largest);
  const [low, high] = (output.clamp ?? [least, largest]).map((one) => integer("clamp", one, least, largest));
  if (low > high) throw new RangeError(`clamp: expected [low, high], got [${low}, ${high}]`);
  const real = typeof output.multiplier === "number" ? [output.multiplier] : Array.from(output.multiplier);
  real.forEach((one) => positive("multiplier", one));
  const table = output.lookup;
  const tableSigned = table ? isSigned("lookup", table) : signed;
  if (table && table.length !== 256) throw new RangeError(`lookup: expected 256 entries, got ${table.length}`);
  const parts = contract === CONTRACTS.tflite ? real.map(q31) : null;
  const words = (s) => {
    const multiplier = parts ? 0 : s.put(Float32Array.from(real));
    const fraction = parts ? s.put(Int32Array.from(parts, (part) => part[0])) : 0;
    const exponent = parts ? s.put(Int32Array.from(parts, (part) => part[1])) : 0;
    return s.words(contract, zero - shift, low - shift, high - shift, signed ? 0 : 1, multiplier, fraction, exponent,
      real.length, table ? s.put(table) : 0);
  };
  return { Kind: tableSigned ? Int8Array : Uint8Array, words, entries: real.length };
}

function checkEntries(output, channels) {
  if (output.entries !== undefined && output.entries !== 1 && output.entries !== channels)
    throw new RangeError(`multiplier: expected one entry or ${channels}, got ${output.entries}`);
}

function windowOf({ kernel, stride = [1, 1], dilation = [1, 1], padding = [0, 0, 0, 0] }) {
  const [top, left, bottom, right] = padding.map((one) => integer("padding", one, 0, 2 ** 30));
  for (const one of [...kernel, ...stride, ...dilation]) integer("window", one, 1, 2 ** 30);
  const [before, after] = [[top, left], [bottom, right]];
  const outputs = (axis, size) => {
    const left = before[axis] + size + after[axis] - dilation[axis] * (kernel[axis] - 1) - 1;
    if (left < 0) throw new RangeError(`x: smaller than the window, padding included`);
    return Math.floor(left / stride[axis]) + 1;
  };
  return {
    taps: kernel[0] * kernel[1],
    words: (s) => s.words(...kernel, ...stride, ...dilation, ...before, ...after),
    outputs: (height, width) => [outputs(0, height), outputs(1, width)],
    reaches: before[0] < kernel[0] && before[1] < kernel[1] && after[0] < kernel[0] && after[1] < kernel[1],
  };
}

class Layer {
  constructor(kernels, kind, input, output, make) {
    this.exports = kernels.exports;
    this.kind = kind;
    this.signed = input.dtype === "int8";
    if (!this.signed && input.dtype !== "uint8") throw new RangeError(`input.dtype: expected int8 or uint8`);
    integer("input.zeroPoint", input.zeroPoint ?? 0, ...byteRange(this.signed));
    this.output = outputOf(output);
    const scratch = new Scratch(this.exports);
    this.handle = make(scratch, this.output.words(scratch));
    scratch.end();
    this.isa = kernels.text(this.exports[`${kind}_isa`](this.handle));
  }
  free() {
    if (this.handle) this.exports[`${this.kind}_delete`](this.handle);
    this.handle = 0;
  }
  call(x, length, run) {
    if (!this.handle) throw new Error("the layer was freed");
    if (isSigned("x", x) !== this.signed) throw new TypeError(`x: the layer takes ${this.signed ? "int8" : "uint8"}`);
    const scratch = new Scratch(this.exports);
    const from = scratch.put(x), to = scratch.room(length * this.output.Kind.BYTES_PER_ELEMENT);
    run(from, to);
    const made = scratch.take(to, this.output.Kind, length);
    scratch.end();
    return made;
  }
}

class Matmul extends Layer {
  constructor(kernels, isa, { depth, columns, weight, bias, input, output }) {
    sized("weight", weight, Int8Array, depth * columns);
    sized("bias", bias, Int32Array, columns);
    super(kernels, "matmul", input, output, (s, settings) => {
      return kernels.exports.matmul_new(isa, depth, columns, s.put(weight), s.put(bias),
        input.dtype === "int8" ? 1 : 0, input.zeroPoint ?? 0, settings);
    });
    checkEntries(this.output, columns);
    Object.assign(this, { depth, columns });
  }
  run(x) {
    const rows = x.length / this.depth;
    if (!Number.isInteger(rows)) throw new RangeError(`x: expected rows of ${this.depth} entries, got ${x.length}`);
    return this.call(x, rows * this.columns, (from, to) =>
      this.exports.matmul_run(this.handle, from, this.depth, rows, to, this.columns * this.output.Kind.BYTES_PER_ELEMENT));
  }
}

class Convolution extends Layer {
  constructor(kernels, kind, window, channels, columns, input, output, make) {
    super(kernels, kind, input, output, make);
    checkEntries(this.output, columns);
    Object.assign(this, { window, channels, columns });
  }
  run(x, shape) {
    const [batch, height, width, channels] = shape;
    if (channels !== this.channels) throw new RangeError(`shape: expected ${this.channels} channels, got ${channels}`);
    if (x.length !== product(shape)) throw new RangeError(`x: expected ${product(shape)} entries, got ${x.length}`);
    const [rows, columns] = this.window.outputs(height, width);
    return this.call(x, batch * rows * columns * this.columns, (from, to) =>
      this.exports[`${this.kind}_run`](this.handle, from, batch, height, width, channels, to,
        this.columns * this.output.Kind.BYTES_PER_ELEMENT));
  }
  outputShape([batch, height, width]) {
    return [batch, ...this.window.outputs(height, width), this.columns];
  }
}

class Conv2d extends Convolution {
  constructor(kernels, isa, options) {
    const { channels, columns, groups = 1, weight, bias, input, output } = options, window = windowOf(options);
    if (channels % groups || columns % groups) throw new RangeError(`groups: ${groups} does not divide the channels`);
    sized("weight", weight, Int8Array, columns * window.taps * (channels / groups));
    sized("bias", bias, Int32Array, columns);
    super(kernels, "conv2d", window, channels, columns, input, output, (s, settings) =>
      kernels.exports.conv2d_new(isa, window.words(s), groups, channels / groups, columns, s.put(weight), s.put(bias),
        input.dtype === "int8" ? 1 : 0, input.zeroPoint ?? 0, settings));
  }
}

class DepthwiseConv2d extends Convolution {
  constructor(kernels, isa, options) {
    const { channels, weight, bias, input, output } = options, window = windowOf(options);
    sized("weight", weight, Int8Array, window.taps * channels);
    sized("bias", bias, Int32Array, channels);
    super(kernels, "depthwise", window, channels, channels, input, output, (s, settings) =>
      kernels.exports.depthwise_new(isa, window.words(s), channels, s.put(weight), s.put(bias),
        input.dtype === "int8" ? 1 : 0, input.zeroPoint ?? 0, settings));
  }
}

// What one operand takes more often than the other, shapes of equal length.
function spreadOf(a, b, shapeA, shapeB) {
  const isB = b.length < a.length, [few, wide] = isB ? [shapeB, shapeA] : [shapeA, shapeB];
  if (few.length !== wide.length || few.some((one, i) => one !== wide[i] && one !== 1))
    throw new RangeError(`b: expected the shape of a, or 1 in its place, got [${shapeB}] beside [${shapeA}]`);
  let first = few.findIndex((one, i) => one !== wide[i]), last = first;
  if (first < 0) return [1, 1, wide.reduce((all, one) => all * one, 1), isB ? 1 : 0];
  while (last < few.length && few[last] === 1) ++last;
  if (few.slice(last).some((one, i) => one !== wide[last + i])) throw new RangeError("b: repeated axes have to be neighbours");
  return [product(wide.slice(0, first)), product(wide.slice(first, last)), product(wide.slice(last)), isB ? 1 : 0];
}

export class Kernels {
  constructor(instance, isa) {
    this.exports = instance.exports;
    this.exports._initialize?.();
    this.isas = Array.from({ length: this.exports.isa_count() }, (_, i) => this.text(this.exports.isa_name(i)));
    this.place = isa === undefined ? 0 : this.isas.indexOf(isa);
    if (this.place < 0) throw new RangeError(`isa: expected one of ${this.isas.join(", ")}, got ${isa}`);
    this.isa = this.isas[this.place];
  }

  text(at) {
    const bytes = new Uint8Array(this.exports.memory.buffer);
    return String.fromCharCode(...bytes.subarray(at, bytes.indexOf(0, at)));
  }

  matmul(options) {
    return new Matmul(this, this.place, options);
  }
  conv2d(options) {
    return new Conv2d(this, this.place, options);
  }
  depthwiseConv2d(options) {
    return new DepthwiseConv2d(this, this.place, options);
  }

  requantize(sums, columns, output) {
    const made = outputOf(output);
    checkEntries(made, columns);
    sized("sums", sums, Int32Array, Math.floor(sums.length / columns) * columns);
    return this.#call(sums.length, made.Kind, (s, to) =>
      this.exports.requantize(this.place, s.put(sums), sums.length / columns, columns, made.words(s), to));
  }

  quantize(x, { contract, scale, zeroPoint = 0, dtype, planes }) {
    sized("x", x, Float32Array, x.length);
    const signed = dtype === "int8", [images, channels] = planes ?? [1, 0];
    integer("zeroPoint", zeroPoint, ...byteRange(signed));
    const count = planes ? x.length / (images * channels) : x.length;
    if (!Number.isInteger(count)) throw new RangeError(`planes: ${x.length} entries are not ${images} x ${channels} planes`);
    return this.#call(x.length, signed ? Int8Array : Uint8Array, (s, to) =>
      this.exports.quantize(this.place, s.put(x), to, images, channels, count, CONTRACTS[contract],
        positive("scale", scale), zeroPoint, signed ? 1 : 0));
  }

  dequantize(x, { scale, zeroPoint = 0 }) {
    const signed = isSigned("x", x);
    return this.#call(x.length, Float32Array, (s, to) =>
      this.exports.dequantize(this.place, s.put(x), to, x.length, signed ? 1 : 0, positive("scale", scale), zeroPoint));
  }

  add(a, b, { contract, scales, zeroPoints, clamp, shapes }) {
    const signed = isSigned("a", a), [least, largest] = byteRange(signed);
    if (isSigned("b", b) !== signed) throw new TypeError("b: expected the type of a");
    const [sA, sB, sY] = scales.map((one) => Math.fround(positive("scales", one)));
    const zeros = zeroPoints.map((one) => integer("zeroPoints", one, least, largest));
    const [low, high] = clamp ?? [least, largest], length = Math.max(a.length, b.length), twice = 2 * Math.max(sA, sB);
    const q = contract === "tflite" ? [sA / twice, sB / twice, twice / (2 ** 20 * sY)].flatMap(q31) : [0, 0, 0, 0, 0, 0];
    const spread = spreadOf(a, b, ...(shapes ?? [[a.length], [b.length]]));
    return this.#call(length, signed ? Int8Array : Uint8Array, (s, to) =>
      this.exports.add(this.place, s.put(a), s.put(b), to, length, signed ? 1 : 0, CONTRACTS[contract],
        s.put(Float32Array.of(sA / sY, sB / sY)), s.words(...zeros, low, high), s.words(...q), s.words(...spread)));
  }

  multiply(a, b, { zeroPoints, output, shapes }) {
    const signed = isSigned("a", a), made = outputOf({ ...output, dtype: signed ? "int8" : "uint8" });
    if (isSigned("b", b) !== signed) throw new TypeError("b: expected the type of a");
    const [zeroA, zeroB] = zeroPoints.map((one) => integer("zeroPoints", one, ...byteRange(signed)));
    const length = Math.max(a.length, b.length), spread = spreadOf(a, b, ...(shapes ?? [[a.length], [b.length]]));
    return this.#call(length, signed ? Int8Array : Uint8Array, (s, to) =>
      this.exports.multiply(this.place, s.put(a), s.put(b), to, length, signed ? 1 : 0, zeroA, zeroB, made.words(s),
        s.words(...spread)));
  }

  lookup(x, table) {
    isSigned("x", x);
    const Kind = isSigned("table", table) ? Int8Array : Uint8Array;
    sized("table", table, Kind, 256);
    return this.#call(x.length, Kind, (s, to) => this.exports.lookup(this.place, s.put(x), s.put(table), to, x.length));
  }

  maxPool(x, shape, options) {
    const { window, length, signed } = this.#pooled(x, shape, options);
    return this.#call(length, signed ? Int8Array : Uint8Array, (s, to) =>
      this.exports.max_pool(this.place, window.words(s), s.put(x), ...shape, signed ? 1 : 0, to));
  }

  averagePool(x, shape, options) {
    const { window, length, signed } = this.#pooled(x, shape, options), { zeroPoint = 0, countPadding = false } = options;
    const outputs = options.outputs.map((one) => outputOf(one));
    if (outputs.length !== 1 && outputs.length !== window.taps)
      throw new RangeError(`outputs: expected one, or one for each of ${window.taps} counts, got ${outputs.length}`);
    return this.#call(length, outputs[0].Kind, (s, to) => {
      const each = outputs.map((one) => s.take(one.words(s), Int32Array, 10));
      const all = new Int32Array(10 * each.length);
      each.forEach((words, i) => all.set(words, 10 * i));
      this.exports.average_pool(this.place, window.words(s), s.put(x), ...shape, signed ? 1 : 0, zeroPoint,
        countPadding ? 1 : 0, s.put(all), outputs.length, to);
    });
  }

  dot(x, w, { zeroPoint = 0, bias = 0 } = {}) {
    sized("w", w, Int8Array, x.length);
    const s = new Scratch(this.exports);
    const sum = this.exports.dot(this.place, s.put(x), s.put(w), x.length, isSigned("x", x) ? 1 : 0, zeroPoint, bias);
    s.end();
    return sum;
  }

  #pooled(x, shape, options) {
    const window = windowOf(options), [batch, height, width, channels] = shape, signed = isSigned("x", x);
    if (x.length !== product(shape)) throw new RangeError(`x: expected ${product(shape)} entries, got ${x.length}`);
    if (!window.reaches) throw new RangeError("padding: expected less than the kernel");
    return { window, signed, length: batch * product(window.outputs(height, width)) * channels };
  }

  #call(length, Kind, run) {
    const scratch = new Scratch(this.exports);
    const to = scratch.room(length * Kind.BYTES_PER_ELEMENT);
    run(scratch, to);
    const made = scratch.take(to, Kind, length);
    scratch.end();
    return made;
  }
}

export async function load(source, { isa } = {}) {
  const { instance } = source instanceof WebAssembly.Module
    ? { instance: await WebAssembly.instantiate(source) }
    : await WebAssembly.instantiate(source);
  return new Kernels(instance, isa);
}
