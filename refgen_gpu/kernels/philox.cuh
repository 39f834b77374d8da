#ifndef RG_PHILOX
#define RG_PHILOX
#include "common.cuh"

// Philox4x64-10 (Salmon et al. 2011): replaces a counter by its four random words.
__device__ void rg_philox(u64 c[4], u64 k0, u64 k1) {
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const u64 a = 0xD2E7470EE14C6C93ULL, b = 0xCA5A826395121157ULL;
    u64 high0 = __umul64hi(a, c[0]), low0 = a * c[0];
    u64 high1 = __umul64hi(b, c[2]), low1 = b * c[2];
    u64 next0 = high1 ^ c[1] ^ k0, next2 = high0 ^ c[3] ^ k1;
    c[0] = next0;
    c[1] = low1;
    c[2] = next2;
    c[3] = low0;
    k0 += 0x9E3779B97F4A7C15ULL;
    k1 += 0xBB67AE8584CAA73BULL;
  }
}

// Odd multiples of 2^-53: exact, never 0 or 1, symmetric about one half.
__device__ double rg_unit(u64 word) {
  return ((double)(word >> 12) + 0.5) * 2.220446049250313e-16;
}

// What follows uses + - * / sqrt and bit operations only, without contraction: every
// IEEE machine gives the same bits.

// Logarithm of a normal double in (0, 1]: exponent plus the series of artanh.
__device__ double rg_log(double x) {
  long long bits = __double_as_longlong(x);
  long long e = (bits >> 52) - 1023;
  double m = __longlong_as_double((bits & 0xFFFFFFFFFFFFFLL) | 0x3FF0000000000000LL);
  if (m > 1.4142135623730951) {
    m = m * 0.5;
    e = e + 1;
  }
  double f = m - 1.0, s = f / (2.0 + f), z = s * s;
  double p = 2.0 / 23.0;
  p = p * z + 2.0 / 21.0;
  p = p * z + 2.0 / 19.0;
  p = p * z + 2.0 / 17.0;
  p = p * z + 2.0 / 15.0;
  p = p * z + 2.0 / 13.0;
  p = p * z + 2.0 / 11.0;
  p = p * z + 2.0 / 9.0;
  p = p * z + 2.0 / 7.0;
  p = p * z + 2.0 / 5.0;
  p = p * z + 2.0 / 3.0;
  double k = (double)e;
  // log 2 in two parts, the first with trailing zeros, so that k times it is exact.
  double low = s * z * p + k * 1.90821492927058770002e-10;
  return k * 6.93147180369123816490e-01 + (2.0 * s + low);
}

// Normal quantile: Wichura's algorithm AS 241 (PPND16).
__device__ double rg_quantile(double u) {
  double q = u - 0.5, n, d;
  if (q <= 0.425 && q >= -0.425) {
    double r = 0.180625 - q * q;
    n = 2.5090809287301226727e+3;
    n = n * r + 3.3430575583588128105e+4;
    n = n * r + 6.7265770927008700853e+4;
    n = n * r + 4.5921953931549871457e+4;
    n = n * r + 1.3731693765509461125e+4;
    n = n * r + 1.9715909503065514427e+3;
    n = n * r + 1.3314166789178437745e+2;
    n = n * r + 3.3871328727963666080e+0;
    d = 5.2264952788528545610e+3;
    d = d * r + 2.8729085735721942674e+4;
    d = d * r + 3.9307895800092710610e+4;
    d = d * r + 2.1213794301586595867e+4;
    d = d * r + 5.3941960214247511077e+3;
    d = d * r + 6.8718700749205790830e+2;
    d = d * r + 4.2313330701600911252e+1;
    d = d * r + 1.0;
    return q * n / d;
  }
  double r = sqrt(-rg_log(q < 0.0 ? u : 1.0 - u));
  if (r <= 5.0) {
    r = r - 1.6;
    n = 7.74545014278341407640e-4;
    n = n * r + 2.27238449892691845833e-2;
    n = n * r + 2.41780725177450611770e-1;
    n = n * r + 1.27045825245236838258e+0;
    n = n * r + 3.64784832476320460504e+0;
    n = n * r + 5.76949722146069140550e+0;
    n = n * r + 4.63033784615654529590e+0;
    n = n * r + 1.42343711074968357734e+0;
    d = 1.05075007164441684324e-9;
    d = d * r + 5.47593808499534494600e-4;
    d = d * r + 1.51986665636164571966e-2;
    d = d * r + 1.48103976427480074590e-1;
    d = d * r + 6.89767334985100004550e-1;
    d = d * r + 1.67638483018380384940e+0;
    d = d * r + 2.05319162663775882187e+0;
    d = d * r + 1.0;
  } else {
    r = r - 5.0;
    n = 2.01033439929228813265e-7;
    n = n * r + 2.71155556874348757815e-5;
    n = n * r + 1.24266094738807843860e-3;
    n = n * r + 2.65321895265761230930e-2;
    n = n * r + 2.96560571828504891230e-1;
    n = n * r + 1.78482653991729133580e+0;
    n = n * r + 5.46378491116411436990e+0;
    n = n * r + 6.65790464350110377720e+0;
    d = 2.04426310338993978564e-15;
    d = d * r + 1.42151175831644588870e-7;
    d = d * r + 1.84631831751005468180e-5;
    d = d * r + 7.86869131145613259100e-4;
    d = d * r + 1.48753612908506148525e-2;
    d = d * r + 1.36929880922735805310e-1;
    d = d * r + 5.99832206555887937690e-1;
    d = d * r + 1.0;
  }
  return q < 0.0 ? -(n / d) : n / d;
}
#endif
