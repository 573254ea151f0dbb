#define ACCORD_UNIT depthwise_avxvnni
#include "vnni256.inc"
