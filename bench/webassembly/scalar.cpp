// A product of bytes without vectors, 4 by 4 sums in registers: what careful scalar code does.
#include <stddef.h>
#include <stdint.h>

// Weights in panels of 4 columns; rows and columns are multiples of 4. The sums are not finished.
extern "C" __attribute__((export_name("loop_matmul_tiled"))) void loop_matmul_tiled(const uint8_t *x, const int8_t *w,
                                                                                    int32_t *out, size_t rows,
                                                                                    size_t depth, size_t columns,
                                                                                    size_t times) {
  for (; times > 0; --times)
    for (size_t n = 0; n < columns; n += 4)
      for (size_t i = 0; i < rows; i += 4) {
        int32_t sums[4][4] = {};
        const int8_t *panel = w + n * depth;
        for (size_t k = 0; k < depth; ++k, panel += 4)
          for (size_t a = 0; a < 4; ++a)
            for (size_t b = 0; b < 4; ++b) sums[a][b] += x[(i + a) * depth + k] * panel[b];
        for (size_t a = 0; a < 4; ++a)
          for (size_t b = 0; b < 4; ++b) out[(i + a) * columns + n + b] = sums[a][b];
      }
}
