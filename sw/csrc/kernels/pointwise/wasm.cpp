#include "../lanes_wasm.hpp"
#include "../lookup_wasm.hpp"
#include "interleave.inc"
#define ACCORD_UNIT pointwise_wasm
#include "vector.inc"
