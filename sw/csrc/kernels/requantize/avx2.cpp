#include "requantize.hpp"

#include "../epilogue_avx2.hpp"

namespace accord {

const RequantizeTable requantize_avx2 = {finish};

}  // namespace accord
