// The 256-bit VNNI source in EVEX encoding.
#define ACCORD_UNIT dot_vnni256
#include "vnni256.inc"
