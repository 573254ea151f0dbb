#include "../lanes_neon.hpp"
#define ACCORD_UNIT pool_neon
#include "vector.inc"
