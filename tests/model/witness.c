/* The C library and the processor as witnesses. Rounding modes by index: to nearest even, toward zero, down, up,
   and 4, to nearest with ties away. C has no such mode for arithmetic: there it is what nearest even gives, but at
   ties, which are found exactly in double. Flags in the order NX UF OF DZ NV. */
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

enum { ADD, SUB, MUL, FMA };

static float operate(int operation, float x, float y, float z)
{
    /* volatile: nothing moves across the change of mode or the reading of flags */
    volatile float a = x, b = y, c = z, result;
    switch (operation) {
    case ADD: result = a + b; break;
    case SUB: result = a - b; break;
    case MUL: result = a * b; break;
    default: result = fmaf(a, b, c); break;
    }
    return result;
}

/* Whether product + addend is the number half way between two: half - addend is the product, and exactly so
   (Knuth's TwoSum). The product of two floats is exact in double. To nearest. */
static int is_sum(double half, double product, double addend)
{
    volatile double difference = half - addend;
    volatile double part = difference - half;
    double lost = (half - (difference - part)) + (-addend - part);
    return lost == 0 && difference == product;
}

/* To nearest, ties away, in value and flags. The mode changes no flag: what is inexact is so in either, and at the
   ties that decide overflow and underflow after rounding nearest even goes up too. */
static float nearest_away(int operation, float a, float b, float c, uint8_t *flags)
{
    feclearexcept(FE_ALL_EXCEPT);
    float nearest = operate(operation, a, b, c);
    *flags = raised();
    if (!(*flags & 1) || !isfinite(nearest))
        return nearest;
    fesetround(FE_TOWARDZERO);
    float truncated = operate(operation, a, b, c);
    fesetround(FE_TONEAREST);
    float away = nextafterf(truncated, copysignf(INFINITY, truncated));
    if (nearest != truncated || !isfinite(away))
        return nearest;
    double half = ((double)truncated + (double)away) / 2;
    int tie;
    switch (operation) {
    case ADD: tie = is_sum(half, a, b); break;
    case SUB: tie = is_sum(half, a, -b); break;
    case MUL: tie = is_sum(half, (double)a * b, 0); break;
    default: tie = is_sum(half, (double)a * b, c); break;
    }
    return tie ? away : nearest;
}

/* a + b, a - b, a * b, or a * b + c rounded once. */
void witness_arithmetic(const float *a, const float *b, const float *c, float *out, uint8_t *flags, int64_t n,
                        int operation, int mode)
{
    fenv_t saved;
    fegetenv(&saved);
    fesetround(mode == 4 ? FE_TONEAREST : modes[mode]);
    for (int64_t i = 0; i < n; i++) {
        if (mode == 4) {
            out[i] = nearest_away(operation, a[i], b[i], c[i], &flags[i]);
            continue;
        }
        feclearexcept(FE_ALL_EXCEPT);
        out[i] = operate(operation, a[i], b[i], c[i]);
        flags[i] = raised();
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
