# The instruction sets, one line each: the compiler flags of their translation units, and of nothing else. A test reads
# this file too. An x86 compiler that lacks a flag leaves that set out; another processor builds only `scalar`.
set(ACCORD_ISAS scalar avx2 avxvnni vnni256 avx512vnni)
set(ACCORD_FLAGS_scalar "")
set(ACCORD_FLAGS_avx2 -mavx2 -mfma)
set(ACCORD_FLAGS_avxvnni -mavx2 -mfma -mavxvnni)
set(ACCORD_FLAGS_vnni256 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
set(ACCORD_FLAGS_avx512vnni -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
