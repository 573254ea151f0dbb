#include "../lanes_wasm.hpp"
#include "../lookup_wasm.hpp"
#define ACCORD_UNIT requantize_wasm
#include "vector.inc"
