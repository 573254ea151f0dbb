#include "../lanes_avx512.hpp"
#include "../lookup_vbmi.hpp"
#define ACCORD_UNIT gemm_avx512vbmi
#include "vnni512.inc"
