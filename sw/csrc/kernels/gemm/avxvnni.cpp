// The 256-bit VNNI source in VEX encoding.
#define ACCORD_UNIT gemm_avxvnni
#include "vnni256.inc"
