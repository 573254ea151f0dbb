#include "../lanes_avx512.hpp"
#include "../lookup_avx512.hpp"
#define ACCORD_UNIT requantize_avx512vnni
#include "vector.inc"
