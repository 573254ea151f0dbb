#include "../lanes_wasm.hpp"
#define ACCORD_UNIT pool_wasm
#include "vector.inc"
