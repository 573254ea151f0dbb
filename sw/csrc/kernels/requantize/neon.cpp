#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"
#define ACCORD_UNIT requantize_neon
#include "vector.inc"
