#include "exponentials.cuh"

// Logistic gradient flow with right and flipped labels, one thread a problem. Numbers
// of all problems lie side by side, so that neighbouring threads read neighbouring
// words. Only + - * / and bit operations are used: the bits are those of refgen.

struct Problem {
  double n_clean, n_flipped, shared, own, rest_clean, rest_flipped;
};
struct Pair {
  double a, b;
};

// 1 / (1 + e^m).
__device__ double short_of_one(double margin) {
  const Falling f = rg_falling(fabs(margin) < 700.0 ? fabs(margin) : 700.0);
  const double above = rg_power(-f.k) * (f.even - f.odd), below = f.even + f.odd;
  return (margin >= 0.0 ? above : below) / (below + above);
}

// Margins of both kinds of points.
__device__ Pair margins(const Problem& p, const Pair x) {
  const double shared = p.shared * (p.n_clean * x.a - p.n_flipped * x.b);
  return {shared + p.own * x.a, p.own * x.b - shared};
}

__device__ Pair speeds(const Problem& p, const Pair x) {
  const Pair m = margins(p, x);
  return {short_of_one(m.a) - p.rest_clean, short_of_one(m.b) - p.rest_flipped};
}

__device__ Pair ahead(const Pair x, const double h, const Pair v) {
  return {x.a + h * v.a, x.b + h * v.b};
}

__device__ Pair integrate(const Problem& p, const double time, const int n_steps) {
  Pair x = {0.0, 0.0};
  const double h = time / (double)n_steps;
  for (int i = 0; i < n_steps; ++i) {
    const Pair v1 = speeds(p, x);
    const Pair v2 = speeds(p, ahead(x, 0.5 * h, v1));
    const Pair v3 = speeds(p, ahead(x, 0.5 * h, v2));
    const Pair v4 = speeds(p, ahead(x, h, v3));
    x.a = x.a + h / 6.0 * (v1.a + 2.0 * (v2.a + v3.a) + v4.a);
    x.b = x.b + h / 6.0 * (v1.b + 2.0 * (v2.b + v3.b) + v4.b);
  }
  return x;
}

__device__ double moved(const Problem& p, const Pair x, const Pair y) {
  const Pair before = margins(p, x), after = margins(p, y);
  const double first = fabs(after.a - before.a) / (1.0 + fabs(after.a));
  const double second = fabs(after.b - before.b) / (1.0 + fabs(after.b));
  return first > second ? first : second;
}

// `given` has the rows time, n_clean, n_flipped, mu^2, kappa and what targets are short
// of 1; `found` the dual weights and the last move of the margins.
extern "C" __global__ void logistic_duals(const double* __restrict__ given,
                                          const long long n_problems,
                                          const double tolerance, const int first_steps,
                                          const int most_steps,
                                          double* __restrict__ found) {
  for (long long i = rg_first(); i < n_problems; i += rg_step()) {
    const double* at = given + i;
    const double time = at[0];
    const Problem p = {at[n_problems],     at[2 * n_problems], at[3 * n_problems],
                       at[4 * n_problems], at[5 * n_problems], at[6 * n_problems]};
    const double rate = (p.shared * (p.n_clean + p.n_flipped) + p.own) / 4.0;
    int n_steps = first_steps;
    while (n_steps < rate * time && n_steps < most_steps) n_steps *= 2;
    Pair x = integrate(p, time, n_steps), last = x;
    double error = __longlong_as_double(0x7ff0000000000000LL);
    while (error > tolerance && n_steps < most_steps) {
      n_steps *= 2;
      last = x;
      x = integrate(p, time, n_steps);
      error = moved(p, last, x);
    }
    found[i] = x.a + (x.a - last.a) / 15.0;
    found[n_problems + i] = x.b + (x.b - last.b) / 15.0;
    found[2 * n_problems + i] = error;
  }
}
