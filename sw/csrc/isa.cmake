# The instruction sets, one line each: the compiler flags of their translation units, and of nothing else. A test reads
# this file too. Tuned, because for any processor GCC keeps general registers in vector ones, where reading one back waits
# behind all multiplications. An x86 compiler that lacks a flag leaves that set out; another processor builds only `scalar`.
set(ACCORD_ISAS scalar avx2 avxvnni vnni256 avx512vnni avx512vbmi)
set(ACCORD_FLAGS_scalar "")
set(ACCORD_FLAGS_avx2 -mtune=haswell -mavx2 -mfma)
set(ACCORD_FLAGS_avxvnni -mtune=haswell -mavx2 -mfma -mavxvnni)
set(ACCORD_FLAGS_vnni256 -mtune=skylake-avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
set(ACCORD_FLAGS_avx512vnni -mtune=skylake-avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
set(ACCORD_FLAGS_avx512vbmi -mtune=skylake-avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512vbmi)
