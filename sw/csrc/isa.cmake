# The instruction sets, one line each: the compiler flags of their translation units, and of nothing else. A test reads
# this file too. Those of x86 are tuned, because for any processor GCC keeps general registers in vector ones, where
# reading one back waits behind all multiplications. A compiler that lacks a flag leaves that set out; a processor that
# is not named here builds only `scalar`. `generic` and not an architecture: GCC, clang and zig all know it. Those of
# WebAssembly are small: a module is downloaded.
set(ACCORD_PROCESSORS x86_64 aarch64 wasm32)
set(ACCORD_ISAS_x86_64 avx2 avxvnni vnni256 avx512vnni avx512vbmi)
set(ACCORD_ISAS_aarch64 neon neondot neoni8mm)
set(ACCORD_ISAS_wasm32 wasm)
# What GCC and clang call the capability, beside those that come with it, which a processor has to have.
set(ACCORD_NEEDS_avx2 avx2)
set(ACCORD_NEEDS_avxvnni avxvnni)
set(ACCORD_NEEDS_vnni256 avx512vnni)
set(ACCORD_NEEDS_avx512vnni avx512vnni)
set(ACCORD_NEEDS_avx512vbmi avx512vbmi)
set(ACCORD_FLAGS_scalar "")
set(ACCORD_FLAGS_avx2 -mtune=haswell -mavx2 -mfma)
set(ACCORD_FLAGS_avxvnni -mtune=haswell -mavx2 -mfma -mavxvnni)
set(ACCORD_FLAGS_vnni256 -mtune=skylake-avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
set(ACCORD_FLAGS_avx512vnni -mtune=skylake-avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
set(ACCORD_FLAGS_avx512vbmi -mtune=skylake-avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512vbmi)
set(ACCORD_FLAGS_neon -mcpu=generic)
set(ACCORD_FLAGS_neondot -mcpu=generic+dotprod)
set(ACCORD_FLAGS_neoni8mm -mcpu=generic+dotprod+i8mm)
set(ACCORD_FLAGS_wasm -msimd128 -Os -mllvm -disable-lsr)
