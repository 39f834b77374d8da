#include "common.cuh"

// e^-size for size >= 0, and e^-700 from 700 on: 2^n e^r, e^r by its series.
__device__ double decay(const double size) {
  const double x = size < 700.0 ? -size : -700.0, rounder = 6755399441055744.0;
  const double n = (x * 1.4426950408889634 + rounder) - rounder;
  // log 2 in two parts; n times the first one is exact.
  double r = x - n * 6.93147180369123816490e-01;
  r = r - n * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = (p * r) * r + r + 1.0;
  return p * __longlong_as_double(((long long)n + 1023) << 52);
}

// factor |q - x_j|^2, of points that are stored feature by feature.
__device__ double exponent(const double* points, const double* query, const double factor,
                           const long long n_points, const long long n_features,
                           const long long j) {
  double sum = 0.0;
  for (long long k = 0; k < n_features; ++k) {
    const double step = points[k * n_points + j] - query[k];
    sum = sum + step * step;
  }
  return sum * factor;
}

#define RG_LANES 8

// Lanes are added up by halves.
__device__ double sum_of_lanes(double* lanes) {
#pragma unroll
  for (int half = RG_LANES / 2; half; half /= 2)
#pragma unroll
    for (int lane = 0; lane < half; ++lane) lanes[lane] = lanes[lane] + lanes[lane + half];
  return lanes[0];
}

// The least exponent of a query, and the sums of its terms e^(least - exponent), of
// their squares, and of these times amounts. One thread a query, so that a warp reads
// the same points at a time; sums have lanes, point j in lane j % 8. Exponents are made
// for the least one and again for every sum, so that none is stored.
extern "C" __global__ void mixture_sums(
    const double* __restrict__ points, const double* __restrict__ queries,
    const double* __restrict__ factors, const double* __restrict__ amounts,
    const long long n_rows, const long long n_queries, const long long n_points,
    const long long n_features, const long long n_amounts, double* __restrict__ out) {
  for (long long row = rg_first(); row < n_rows; row += rg_step()) {
    const long long b = row / n_queries;
    const double* sample = points + b * n_features * n_points;
    const double* query = queries + row * n_features;
    const double factor = factors[b];
    double* found = out + row * (3 + n_amounts);
    double least = 1.7976931348623157e308;
    for (long long j = 0; j < n_points; ++j) {
      const double y = exponent(sample, query, factor, n_points, n_features, j);
      least = y < least ? y : least;
    }
    double first[RG_LANES] = {}, second[RG_LANES] = {};
    for (long long start = 0; start < n_points; start += RG_LANES) {
#pragma unroll
      for (int lane = 0; lane < RG_LANES; ++lane) {
        const long long j = start + lane;
        if (j >= n_points) continue;
        const double y = exponent(sample, query, factor, n_points, n_features, j);
        const double term = decay(y - least);
        first[lane] = first[lane] + term;
        second[lane] = second[lane] + term * term;
      }
    }
    found[0] = least;
    found[1] = sum_of_lanes(first);
    found[2] = sum_of_lanes(second);
    for (long long k = 0; k < n_amounts; ++k) {
      const double* amount = amounts + (b * n_amounts + k) * n_points;
      double sums[RG_LANES] = {};
      for (long long start = 0; start < n_points; start += RG_LANES) {
#pragma unroll
        for (int lane = 0; lane < RG_LANES; ++lane) {
          const long long j = start + lane;
          if (j >= n_points) continue;
          const double y = exponent(sample, query, factor, n_points, n_features, j);
          const double term = decay(y - least);
          sums[lane] = sums[lane] + (term * term) * amount[j];
        }
      }
      found[3 + k] = sum_of_lanes(sums);
    }
  }
}
