#ifndef RG_EXPONENTIALS
#define RG_EXPONENTIALS
#include "common.cuh"

// Exponentials as refgen/kernels/exponentials.py has them: only + - * / and bit
// operations are used, so that every IEEE machine gives the same bits.

// e^-size = 2^-k (even - odd) / (even + odd), by Pade's approximant; size <= 700.
struct Falling {
  long long k;
  double even, odd;
};

__device__ Falling rg_falling(double size) {
  const long long k = (long long)(size * 1.4426950408889634 + 0.5);
  const double whole = (double)k;
  double r = size - whole * 6.93147180369123816490e-01;
  r = r - whole * 1.90821492927058770002e-10;
  const double t = r * r;
  const double even = 665280.0 + t * (75600.0 + t * (840.0 + t));
  return {k, even, r * (332640.0 + t * (10080.0 + t * 42.0))};
}

// 2^k of a normal number.
__device__ double rg_power(long long k) {
  return __longlong_as_double((1023 + k) << 52);
}

// e^x; infinite above 700, 0 below -700.
__device__ double rg_exp(double x) {
  if (!(fabs(x) <= 700.0)) {
    if (x > 0.0) return __longlong_as_double(0x7ff0000000000000LL);
    return x < 0.0 ? 0.0 : x;
  }
  const Falling f = rg_falling(fabs(x));
  const double above = f.even - f.odd, below = f.even + f.odd;
  return x > 0.0 ? below / above * rg_power(f.k) : above / below * rg_power(-f.k);
}

__device__ double rg_tanh(double x) {
  if (!(fabs(x) <= 350.0)) return x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : x);
  const Falling f = rg_falling(2.0 * fabs(x));
  const double half = rg_power(-f.k), low = 1.0 - half, high = 1.0 + half;
  // Not 1 - e^(-2x): where x is small, low is 0 and digits are kept.
  const double value = (low * f.even + high * f.odd) / (high * f.even + low * f.odd);
  return x >= 0.0 ? value : -value;
}
#endif
