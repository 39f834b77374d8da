#include "philox.cuh"

// Element j is a function of word (skip + j) % 4 of the block of Philox words at the
// counter (first + (skip + j) / 4, 0, replicate, purpose), so any offset 4 first + skip
// and any division of the work give the same numbers.
template <class T, class Draw>
__device__ void rg_fill(T* out, long long n, u64 first, u64 skip, u64 replicate,
                        u64 purpose, u64 k0, u64 k1, Draw draw) {
  const long long shift = skip, n_counters = (n + shift + 3) / 4;
  for (long long t = rg_first(); t < n_counters; t += rg_step()) {
    u64 words[4] = {first + t, 0, replicate, purpose};
    rg_philox(words, k0, k1);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const long long j = 4 * t + i - shift;
      if (j >= 0 && j < n) out[j] = draw(words[i]);
    }
  }
}

extern "C" __global__ void stream_words(u64* out, const long long n, const u64 first,
                                        const u64 skip, const u64 replicate,
                                        const u64 purpose, const u64 k0, const u64 k1) {
  rg_fill(out, n, first, skip, replicate, purpose, k0, k1,
          [](u64 word) { return word; });
}

extern "C" __global__ void stream_uniform(double* out, const long long n,
                                          const u64 first, const u64 skip,
                                          const u64 replicate, const u64 purpose,
                                          const u64 k0, const u64 k1) {
  rg_fill(out, n, first, skip, replicate, purpose, k0, k1,
          [](u64 word) { return rg_unit(word); });
}

extern "C" __global__ void stream_normal(double* out, const long long n,
                                         const u64 first, const u64 skip,
                                         const u64 replicate, const u64 purpose,
                                         const u64 k0, const u64 k1) {
  rg_fill(out, n, first, skip, replicate, purpose, k0, k1,
          [](u64 word) { return rg_quantile(rg_unit(word)); });
}

extern "C" __global__ void stream_exponential(double* out, const long long n,
                                              const u64 first, const u64 skip,
                                              const u64 replicate, const u64 purpose,
                                              const u64 k0, const u64 k1) {
  rg_fill(out, n, first, skip, replicate, purpose, k0, k1,
          [](u64 word) { return -rg_log(rg_unit(word)); });
}

// +1 where the top bit is 0, else -1.
extern "C" __global__ void stream_signs(double* out, const long long n, const u64 first,
                                        const u64 skip, const u64 replicate,
                                        const u64 purpose, const u64 k0, const u64 k1) {
  rg_fill(out, n, first, skip, replicate, purpose, k0, k1,
          [](u64 word) { return word >> 63 ? -1.0 : 1.0; });
}

// The high word of word * high: bias at most high / 2^64, no rejection, so that
// positions stay fixed.
extern "C" __global__ void stream_integers(long long* out, const long long n,
                                           const u64 first, const u64 skip,
                                           const u64 replicate, const u64 purpose,
                                           const u64 k0, const u64 k1, const u64 high) {
  rg_fill(out, n, first, skip, replicate, purpose, k0, k1,
          [=](u64 word) { return (long long)__umul64hi(word, high); });
}

// Rows of exponential draws over their sum, one thread a row, summed left to right.
extern "C" __global__ void stream_dirichlet(double* out, const long long n_rows,
                                            const long long n_columns, const u64 first,
                                            const u64 skip, const u64 replicate,
                                            const u64 purpose, const u64 k0,
                                            const u64 k1) {
  for (long long row = rg_first(); row < n_rows; row += rg_step()) {
    const u64 start = skip + (u64)row * n_columns;
    const long long shift = start % 4;
    double* draws = out + row * n_columns;
    double sum = 0.0;
    for (long long t = 0; 4 * t - shift < n_columns; ++t) {
      u64 words[4] = {first + start / 4 + t, 0, replicate, purpose};
      rg_philox(words, k0, k1);
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const long long k = 4 * t + i - shift;
        if (k >= 0 && k < n_columns) {
          draws[k] = -rg_log(rg_unit(words[i]));
          sum = sum + draws[k];
        }
      }
    }
    for (long long k = 0; k < n_columns; ++k) draws[k] = draws[k] / sum;
  }
}
