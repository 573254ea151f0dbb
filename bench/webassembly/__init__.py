"""The kernels in WebAssembly: SIMD beside scalar code and beside FP32, in wasmtime and node."""
