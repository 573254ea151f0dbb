#define ACCORD_UNIT depthwise_vnni256
#include "vnni256.inc"
