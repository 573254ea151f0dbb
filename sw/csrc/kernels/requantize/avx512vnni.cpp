#include "requantize.hpp"

#include "../epilogue_avx512.hpp"

namespace accord {

const RequantizeTable requantize_avx512vnni = {finish};

}  // namespace accord
