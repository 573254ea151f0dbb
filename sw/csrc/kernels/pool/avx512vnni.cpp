#include "../lanes_avx512.hpp"
#define ACCORD_UNIT pool_avx512vnni
#include "vector.inc"
