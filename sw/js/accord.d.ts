// INT8 kernels in WebAssembly: every result is, bit for bit, that of accord.kernels on a processor.

export type Bytes = Int8Array | Uint8Array;
export type ByteName = "int8" | "uint8";
export type Contract = "fma" | "onnx" | "tflite";
/** batch, height, width, channels: images lie pixel by pixel. */
export type Shape = readonly [number, number, number, number];

/** What activations are. The zero point is of their own type. */
export interface Input {
  dtype: ByteName;
  zeroPoint?: number;
}

/** Requantization to bytes; without it a layer gives its 32-bit sums. */
export interface Output {
  contract: Contract;
  /** S_x * S_w / S_y, one or one a channel: float32 for fma and onnx, double for tflite. */
  multiplier: number | ArrayLike<number>;
  zeroPoint?: number;
  dtype: ByteName;
  /** Least and largest value, in quantized units. */
  clamp?: readonly [number, number];
  /** 256 entries, indexed by the bits of the requantized byte; the output then has its type. */
  lookup?: Bytes;
}

export interface Window {
  /** Height, width. */
  kernel: readonly [number, number];
  stride?: readonly [number, number];
  dilation?: readonly [number, number];
  /** Top, left, bottom, right. */
  padding?: readonly [number, number, number, number];
}

export interface MatmulOptions {
  depth: number;
  columns: number;
  /** (depth, columns) */
  weight: Int8Array;
  bias: Int32Array;
  input: Input;
  output?: Output;
}

export interface Conv2dOptions extends Window {
  channels: number;
  columns: number;
  groups?: number;
  /** (columns, height, width, channels / groups) */
  weight: Int8Array;
  bias: Int32Array;
  input: Input;
  output?: Output;
}

export interface DepthwiseOptions extends Window {
  channels: number;
  /** (height, width, channels) */
  weight: Int8Array;
  bias: Int32Array;
  input: Input;
  output?: Output;
}

/** Weights packed and numbers checked once. free() gives back its memory. */
export interface Layer {
  /** The instruction set that runs. */
  readonly isa: string;
  free(): void;
}

export interface Matmul extends Layer {
  /** (rows, depth) to (rows, columns). */
  run(x: Bytes): Int32Array | Bytes;
}

export interface Convolution extends Layer {
  run(x: Bytes, shape: Shape): Int32Array | Bytes;
  outputShape(shape: Shape): [number, number, number, number];
}

export interface AddOptions {
  contract: Contract;
  /** Of a, b and the output. */
  scales: readonly [number, number, number];
  zeroPoints: readonly [number, number, number];
  clamp?: readonly [number, number];
  /** Of a and b where they differ: 1 where one is repeated, in neighbouring axes. */
  shapes?: readonly [readonly number[], readonly number[]];
}

export interface MultiplyOptions {
  /** Of a and b. */
  zeroPoints: readonly [number, number];
  /** Its dtype is that of the operands. */
  output: Omit<Output, "dtype" | "lookup">;
  shapes?: readonly [readonly number[], readonly number[]];
}

export interface AverageOptions extends Window {
  zeroPoint?: number;
  countPadding?: boolean;
  /** One, or one for each number of elements a window may have. */
  outputs: readonly Output[];
}

/** A loaded module with one of its instruction sets. RangeError and TypeError name the argument. */
export interface Kernels {
  readonly isa: string;
  readonly isas: readonly string[];
  matmul(options: MatmulOptions): Matmul;
  conv2d(options: Conv2dOptions): Convolution;
  depthwiseConv2d(options: DepthwiseOptions): Convolution;
  /** Rows of `columns` sums. */
  requantize(sums: Int32Array, columns: number, output: Output): Bytes;
  /** With `planes`, (images, channels, pixels) become (images, pixels, channels). */
  quantize(
    x: Float32Array,
    options: { contract: Contract; scale: number; zeroPoint?: number; dtype: ByteName; planes?: readonly [number, number] },
  ): Bytes;
  dequantize(x: Bytes, options: { scale: number; zeroPoint?: number }): Float32Array;
  add(a: Bytes, b: Bytes, options: AddOptions): Bytes;
  multiply(a: Bytes, b: Bytes, options: MultiplyOptions): Bytes;
  lookup(x: Bytes, table: Bytes): Bytes;
  maxPool(x: Bytes, shape: Shape, options: Window): Bytes;
  averagePool(x: Bytes, shape: Shape, options: AverageOptions): Bytes;
  dot(x: Bytes, w: Int8Array, options?: { zeroPoint?: number; bias?: number }): number;
}

/** Compile accord.wasm, or take it compiled. `isa`: "wasm", which is the default, or "scalar". */
export function load(source: BufferSource | WebAssembly.Module, options?: { isa?: string }): Promise<Kernels>;

/** [fraction, shift] with real = fraction * 2^(shift - 31), as TFLite rounds it. */
export function q31(real: number): [number, number];
