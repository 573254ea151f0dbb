#include "../lanes_avx512.hpp"
#include "../lookup_avx512.hpp"
#define ACCORD_UNIT gemm_avx512vnni
#include "vnni512.inc"
