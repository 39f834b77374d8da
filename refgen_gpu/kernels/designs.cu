#include "common.cuh"

// The n_kept nearest points of every query in its own design, sorted by (square, index);
// one thread a query. Squares are summed from left to right, every operation rounded.
// What is kept lies in the output, not in registers: there is no limit on n_kept.
extern "C" __global__ void nearest_in_designs(
    const double* __restrict__ points, const double* __restrict__ queries,
    const long long n_designs, const long long n_points, const long long n_queries,
    const long long n_features, const long long n_kept, double* __restrict__ squares,
    long long* __restrict__ indices) {
  const double infinity = __longlong_as_double(0x7ff0000000000000LL);
  for (long long t = rg_first(); t < n_designs * n_queries; t += rg_step()) {
    const double* design = points + t / n_queries * n_points * n_features;
    const double* query = queries + t * n_features;
    double* kept = squares + t * n_kept;
    long long* where = indices + t * n_kept;
    for (long long i = 0; i < n_kept; ++i) {
      kept[i] = infinity;
      where[i] = 0;
    }
    double worst = infinity;
    for (long long i = 0; i < n_points; ++i) {
      double square = 0.0;
      for (long long j = 0; j < n_features; ++j) {
        const double difference = design[i * n_features + j] - query[j];
        square = square + difference * difference;
      }
      if (square < worst) {
        // Points come in the order of their indices: ties go behind.
        long long place = n_kept - 1;
        while (place > 0 && kept[place - 1] > square) {
          kept[place] = kept[place - 1];
          where[place] = where[place - 1];
          --place;
        }
        kept[place] = square;
        where[place] = i;
        worst = kept[n_kept - 1];
      }
    }
  }
}
