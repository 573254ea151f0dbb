#include "../lanes_avx512.hpp"
#include "../lookup_vbmi.hpp"
#include "interleave.inc"
#define ACCORD_UNIT pointwise_avx512vbmi
#include "vector.inc"
