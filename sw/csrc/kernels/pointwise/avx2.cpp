#include "../lanes_avx2.hpp"
#include "../lookup_avx2.hpp"
#include "interleave.inc"
#define ACCORD_UNIT pointwise_avx2
#include "vector.inc"
