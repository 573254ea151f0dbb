/* The C library and the processor as witnesses. Rounding modes by index: to nearest even, toward zero, down, up,
   and 4, to nearest with ties away, for conversions to integers only. Flags in the order NX UF OF DZ NV. */
#include <fenv.h>
#include <math.h>
#include <stdint.h>

static const int modes[4] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

static uint8_t raised(void)
{
    int flags = fetestexcept(FE_ALL_EXCEPT);
    return (flags & FE_INEXACT ? 1 : 0) | (flags & FE_UNDERFLOW ? 2 : 0) | (flags & FE_OVERFLOW ? 4 : 0) |
           (flags & FE_DIVBYZERO ? 8 : 0) | (flags & FE_INVALID ? 16 : 0);
}

void witness_fma(const float *a, const float *b, const float *c, float *out, uint8_t *flags, int64_t n, int mode)
{
    fenv_t saved;
    fegetenv(&saved);
    fesetround(modes[mode]);
    for (int64_t i = 0; i < n; i++) {
        feclearexcept(FE_ALL_EXCEPT);
        volatile float result = fmaf(a[i], b[i], c[i]);
        flags[i] = raised();
        out[i] = result;
    }
    fesetenv(&saved);
}

void witness_s32_f32(const int32_t *values, float *out, uint8_t *flags, int64_t n, int mode)
{
    fenv_t saved;
    fegetenv(&saved);
    fesetround(modes[mode]);
    for (int64_t i = 0; i < n; i++) {
        feclearexcept(FE_ALL_EXCEPT);
        volatile float result = (float)values[i];
        flags[i] = raised();
        out[i] = result;
    }
    fesetenv(&saved);
}

static float to_integer(float x, int mode)
{
    switch (mode) {
    case 0: return rintf(x);
    case 1: return truncf(x);
    case 2: return floorf(x);
    case 3: return ceilf(x);
    default: return roundf(x);
    }
}

/* Rounded by the C library, then clamped to [low, high]; NaN gives high. */
void witness_f32_int(const float *values, int32_t *out, uint8_t *flags, int64_t n, int mode, int32_t low, int32_t high)
{
    for (int64_t i = 0; i < n; i++) {
        double rounded = to_integer(values[i], mode);
        flags[i] = 16;
        if (isnan(values[i]) || rounded > high)
            out[i] = high;
        else if (rounded < low)
            out[i] = low;
        else {
            out[i] = (int32_t)rounded;
            flags[i] = rounded != values[i];
        }
    }
}
