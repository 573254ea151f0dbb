#include "../lanes_avx512.hpp"
#include "../lookup_avx512.hpp"
#include "interleave.inc"
#define ACCORD_UNIT pointwise_avx512vnni
#include "vector.inc"
