#include "../lanes_avx2.hpp"
#define ACCORD_UNIT pool_avx2
#include "vector.inc"
