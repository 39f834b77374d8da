#include "exponentials.cuh"

// Sums over pairs of ReLU neurons, as refgen/kernels/relu_pairs.py says. Only + - * /
// sqrt and powers of 2 are used, in a fixed order: the bits are those of refgen.

struct Fall {
  double half, above, below;
};

// e^-size: a power of 2, and Pade's numerator and denominator.
__device__ Fall fall(double size) {
  const Falling f = rg_falling(size);
  return {rg_power(-f.k), f.even - f.odd, f.even + f.odd};
}

// Nodes of the three rules lie one after another, and their weights behind them.
struct Rules {
  const double* nodes;
  int few, some, many;
};

__device__ double pair(const double h, double k, double r, const double rest,
                       const Rules& rules, const double cut, const double least) {
  if (r < 0.0) {
    r = -r;
    k = -k;
  }
  const double size = (h * h + k * k) / 4.0;
  if (size > least) return 0.0;
  const double u2 = (h - k) * (h - k), v2 = (h + k) * (h + k), over = 1.0 + (1.0 - rest) * r;
  const double start = (1.0 - r) / (1.0 + r), end = ((1.0 - r) + r * rest) / over;
  const double apart = u2 / (8.0 * cut);
  double low4 = start, high4 = end, width4 = 2.0 * r * rest / (over * (1.0 + r));
  if (apart > start || v2 * end > 8.0 * cut) {
    low4 = apart > start ? apart : start;
    high4 = v2 * end > 8.0 * cut ? 8.0 * cut / v2 : end;
    width4 = high4 - low4;
  }
  if (width4 <= 0.0) return 0.0;
  const int two = rules.few + rules.some, n_nodes = two + rules.many;
  const int first = r <= 0.5 ? 0 : (r <= 0.98 ? rules.few : two);
  const int last = r <= 0.5 ? rules.few : (r <= 0.98 ? two : n_nodes);
  const double low = sqrt(sqrt(low4)), high = sqrt(sqrt(high4));
  // Differences of y, and of y^4, by their factors: they keep their digits.
  const double gap = width4 / ((high + low) * (high * high + low * low));
  double total = 0.0;
  for (int i = first; i < last; ++i) {
    const double step = gap * rules.nodes[i];
    const double y = low + step;
    const double x2 = (y * y) * (y * y);
    const double beyond = (low4 - start) + step * (y + low) * (y * y + low * low);
    const Fall e = fall((v2 * x2 + u2 / x2) / 8.0);
    const double below = e.below * ((1.0 + x2) * (1.0 + x2));
    total = total + rules.nodes[n_nodes + i] * y * beyond * (e.half * e.above) / below;
  }
  const double found = 2.0 * gap * total;
  const Fall e = fall(size);
  return (1.0 + r) / 3.141592653589793 * found * (e.half * e.above / e.below);
}

// One warp a row. Pair p of neurons j and j + apart in a circle, with p = apart * k + j,
// goes to lane p % 32, and lanes are added up by halves.
extern "C" __global__ void relu_pairs(
    const double* __restrict__ kinks, const double* __restrict__ cosines,
    const double* __restrict__ loads, const double* __restrict__ rests,
    const double* __restrict__ nodes, const long long n_total, const long long n_rows, const long long k, const int few,
    const int some, const int many, const double cut, const double least,
    double* __restrict__ out) {
  const unsigned all = 0xffffffffu;
  const int lane = threadIdx.x % 32;
  const Rules rules = {nodes, few, some, many};
  for (long long row = rg_first() / 32; row < n_total; row += rg_step() / 32) {
    const long long b = row / n_rows;
    const double *own = loads + b * k, *angles = cosines + b * k * k;
    double sum = 0.0;
    for (long long p = lane; p < k * (k + 1) / 2; p += 32) {
      const long long apart = p / k, j = p % k, m = (j + apart) % k;
      const double load = own[j] * own[m] * (apart == 0 ? 1.0 : 2.0);
      if (load == 0.0) continue;
      const double cosine = apart == 0 ? 1.0 : angles[j * k + m];
      const double h = kinks[row * k + j], other = kinks[row * k + m];
      sum = sum + load * pair(h, other, cosine, rests[row], rules, cut, least);
    }
    for (int half = 16; half; half /= 2) sum = sum + __shfl_down_sync(all, sum, half);
    if (lane == 0) out[row] = sum;
  }
}
