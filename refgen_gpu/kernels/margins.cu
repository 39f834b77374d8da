#include "philox.cuh"

// x^2/2 + d (1 - v + log v) for v = (1 + y)^3, y = c x, d = 1/(9 c^2); root is 1 + y.
// Where y is small the terms cancel but for those of order y^4 and higher.
__device__ double log_accepted(double x, double c, double shift, double root) {
  const double y = c * x;
  if (y < 0.015625 && y > -0.015625) {
    const double series = -0.25 + y * (0.2 + y * (-1.0 / 6.0 + y * (1.0 / 7.0 - y * 0.125)));
    return 3.0 * shift * (y * y) * (y * y) * series;
  }
  const double log_root = root <= 1.0 ? rg_log(root) : -rg_log(1.0 / root);
  const double v = root * root * root;
  return 0.5 * (x * x) + shift * (1.0 - v + 3.0 * log_root);
}

// R, with R^2 of the law chi^2, for the draws of each example: Marsaglia and Tsang's
// method, one thread a draw, one block of words an attempt.
extern "C" __global__ void noise_radii(const double* __restrict__ dimension,
                                       const long long n_rows, const long long n_draws,
                                       const int attempts, const u64 replicate,
                                       const u64 purpose, const u64 k0, const u64 k1,
                                       double* __restrict__ out) {
  for (long long row = rg_first(); row < n_rows; row += rg_step()) {
    const double shift = dimension[row / n_draws] / 2.0 - 1.0 / 3.0;
    const double c = 1.0 / sqrt(9.0 * shift);
    double root = 1.0;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      u64 words[4] = {(u64)row * (u64)attempts + (u64)attempt, 0, replicate, purpose};
      rg_philox(words, k0, k1);
      const double x = rg_quantile(rg_unit(words[0]));
      root = 1.0 + c * x;
      if (root > 0.0 && rg_log(rg_unit(words[1])) < log_accepted(x, c, shift, root)) break;
    }
    out[row] = sqrt(2.0 * shift * (root * root * root));
  }
}

struct Place {
  u64 replicate, purpose, k0, k1;
};

// Normals of one block of words.
__device__ void four_normals(double out[4], u64 block, const Place& place) {
  u64 words[4] = {block, 0, place.replicate, place.purpose};
  rg_philox(words, place.k0, place.k1);
#pragma unroll
  for (int i = 0; i < 4; ++i) out[i] = rg_quantile(rg_unit(words[i]));
}

// The smallest margin of a draw, and how many margins on the sample and on its transform
// are wrong. One warp a draw: its normals are made twice, for their mean and for the
// margins, so that none is stored. Lanes are added up by halves.
extern "C" __global__ void margin_summaries(
    const double* __restrict__ numbers, const double* __restrict__ radius,
    const long long n_rows, const long long n_draws, const long long length,
    const u64 replicate, const u64 purpose, const u64 k0, const u64 k1,
    double* __restrict__ out) {
  const unsigned all = 0xffffffffu;
  const int lane = threadIdx.x % 32;
  const Place place = {replicate, purpose, k0, k1};
  for (long long row = rg_first() / 32; row < n_rows; row += rg_step() / 32) {
    const double* example = numbers + 3 * (row / n_draws);
    const double count = example[0], signal = example[1], variance = example[2];
    const long long m = (long long)count, n_blocks = (m + 3) / 4;
    const u64 first = (u64)row * (u64)(length / 4);
    double normals[4], sum = 0.0;
    for (long long t = lane; t < n_blocks; t += 32) {
      four_normals(normals, first + t, place);
#pragma unroll
      for (int i = 0; i < 4; ++i)
        if (4 * t + i < m) sum = sum + normals[i];
    }
    for (int half = 16; half; half /= 2) sum = sum + __shfl_down_sync(all, sum, half);
    const double mean = __shfl_sync(all, sum, 0) / count;
    const double base = signal + variance * (radius[row] * radius[row]);
    const double spread = variance * sqrt(count) * radius[row];
    double smallest = __longlong_as_double(0x7ff0000000000000LL);
    long long wrong = 0, transformed = 0;
    for (long long t = lane; t < n_blocks; t += 32) {
      four_normals(normals, first + t, place);
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        if (4 * t + i >= m) continue;
        const double margin = base + spread * (normals[i] - mean);
        smallest = margin < smallest ? margin : smallest;
        wrong += margin <= 0.0;
        transformed += 2.0 * signal - margin <= 0.0;
      }
    }
    for (int half = 16; half; half /= 2) {
      const double other = __shfl_down_sync(all, smallest, half);
      smallest = other < smallest ? other : smallest;
      wrong += __shfl_down_sync(all, wrong, half);
      transformed += __shfl_down_sync(all, transformed, half);
    }
    if (lane == 0) {
      out[3 * row] = smallest;
      out[3 * row + 1] = (double)wrong;
      out[3 * row + 2] = (double)transformed;
    }
  }
}
