#include "../lanes_avx2.hpp"
#include "../lookup_avx2.hpp"
#define ACCORD_UNIT requantize_avx2
#include "vector.inc"
