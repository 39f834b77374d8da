#include "common.cuh"

// The root mu >= 0 of sum (scaled_k / (spectrum_k + mu))^2 = 1, or 0 if the sum is at
// most 1 there; one thread a problem, in the operations of refgen. Both arrays come as
// features x problems, so that neighbouring threads read neighbouring words.
extern "C" __global__ void secular_roots(const double* __restrict__ spectrum,
                                         const double* __restrict__ scaled,
                                         const long long n_problems, const long long n,
                                         const int n_steps, double* __restrict__ out) {
  for (long long i = rg_first(); i < n_problems; i += rg_step()) {
    double root = 0.0;
    for (long long k = 0; k < n; ++k) {
      const double least = fabs(scaled[k * n_problems + i]) - spectrum[k * n_problems + i];
      root = least > root ? least : root;
    }
    for (int step = 0; step < n_steps; ++step) {
      double total = 0.0, slope = 0.0;
      for (long long k = 0; k < n; ++k) {
        const double value = scaled[k * n_problems + i];
        if (value == 0.0) continue;
        const double shifted = spectrum[k * n_problems + i] + root;
        const double ratio = value / shifted;
        total = total + ratio * ratio;
        slope = slope + ratio * ratio / shifted;
      }
      if (total <= 1.0 && root == 0.0) break;
      const double moved = root + (sqrt(total) - 1.0) * (total / slope);
      if (moved <= root) {
        root = moved > 0.0 ? moved : 0.0;
        break;
      }
      root = moved;
    }
    out[i] = root;
  }
}
