#include "common.cuh"

// Squared norms of rows, one block a row: a partial sum per thread, then a tree.
// blockDim.x is a power of two; shared memory holds one double per thread.
extern "C" __global__ void row_norms(const double* __restrict__ rows,
                                     const long long n_rows,
                                     const long long n_features,
                                     double* __restrict__ out) {
  RG_DYN_SHARED(double, partial);
  for (long long row = blockIdx.x; row < n_rows; row += gridDim.x) {
    double sum = 0.0;
    for (long long j = threadIdx.x; j < n_features; j += blockDim.x) {
      const double x = rows[row * n_features + j];
      sum = sum + x * x;
    }
    partial[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
      if (threadIdx.x < half)
        partial[threadIdx.x] = partial[threadIdx.x] + partial[threadIdx.x + half];
      __syncthreads();
    }
    // Only thread 0 ever writes partial[0]: no barrier before the next row.
    if (threadIdx.x == 0) out[row] = partial[0];
  }
}

__device__ bool rg_before(double a, long long index_a, double b, long long index_b) {
  return a < b || (a == b && index_a < index_b);
}

// Merge a tile of columns into the n_kept <= 32 smallest of every row, sorted by
// (value, index); one warp a row, one kept entry a lane, blockDim.x a multiple of 32.
// Column j of the tile has index first + j. Its value is values[i, j] if is_exact, else
// row_terms[i] + column_terms[j] - 2 values[i, j].
extern "C" __global__ void merge_nearest(
    const double* __restrict__ values, const double* __restrict__ row_terms,
    const double* __restrict__ column_terms, const long long n_rows,
    const long long n_columns, const long long first, const int n_kept,
    const int is_exact, double* __restrict__ kept, long long* __restrict__ indices) {
  const unsigned all = 0xffffffffu;
  const int lane = threadIdx.x % 32;
  const long long none = 0x7fffffffffffffffLL;
  const double infinity = __longlong_as_double(0x7ff0000000000000LL);
  // All lanes of a warp have the same row, so they take part in every shuffle.
  for (long long i = rg_first() / 32; i < n_rows; i += rg_step() / 32) {
    double mine = lane < n_kept ? kept[i * n_kept + lane] : infinity;
    long long my_index = lane < n_kept ? indices[i * n_kept + lane] : none;
    double worst = __shfl_sync(all, mine, n_kept - 1);
    long long worst_index = __shfl_sync(all, my_index, n_kept - 1);
    for (long long start = 0; start < n_columns; start += 32) {
      const long long j = start + lane;
      double value = infinity;
      long long index = none;
      if (j < n_columns) {
        value = values[i * n_columns + j];
        if (!is_exact) value = (row_terms[i] + column_terms[j]) - 2.0 * value;
        index = first + j;
      }
      unsigned better =
          __ballot_sync(all, rg_before(value, index, worst, worst_index));
      while (better) {
        const int source = __ffs(better) - 1;
        better &= better - 1;
        const double new_value = __shfl_sync(all, value, source);
        const long long new_index = __shfl_sync(all, index, source);
        // Entries behind the new one move up by a lane; it takes the first's place.
        const int moves = rg_before(new_value, new_index, mine, my_index);
        const double below = __shfl_up_sync(all, mine, 1);
        const long long below_index = __shfl_up_sync(all, my_index, 1);
        const int below_moves = __shfl_up_sync(all, moves, 1);
        if (moves) {
          const bool here = lane == 0 || !below_moves;
          mine = here ? new_value : below;
          my_index = here ? new_index : below_index;
        }
        worst = __shfl_sync(all, mine, n_kept - 1);
        worst_index = __shfl_sync(all, my_index, n_kept - 1);
      }
    }
    if (lane < n_kept) {
      kept[i * n_kept + lane] = mine;
      indices[i * n_kept + lane] = my_index;
    }
  }
}

// The squared distance as refgen defines it: left to right, every operation rounded.
__device__ double rg_squared_distance(const double* point, long long stride,
                                      const double* query, long long n_features) {
  double sum = 0.0;
  for (long long j = 0; j < n_features; ++j) {
    const double difference = point[j * stride] - query[j];
    sum = sum + difference * difference;
  }
  return sum;
}

// From query i to its candidates, out[i, c] for the point candidates[i, c].
extern "C" __global__ void exact_candidates(
    const double* __restrict__ points, const double* __restrict__ queries,
    const long long* __restrict__ candidates, const long long n_queries,
    const long long n_candidates, const long long n_features,
    double* __restrict__ out) {
  for (long long t = rg_first(); t < n_queries * n_candidates; t += rg_step())
    out[t] = rg_squared_distance(points + candidates[t] * n_features, 1,
                                 queries + t / n_candidates * n_features, n_features);
}

// From every query to every point; points come as features x points, so that
// neighbouring threads read neighbouring words.
extern "C" __global__ void exact_distances(
    const double* __restrict__ features, const double* __restrict__ queries,
    const long long n_queries, const long long n_points, const long long n_features,
    double* __restrict__ out) {
  for (long long t = rg_first(); t < n_queries * n_points; t += rg_step())
    out[t] = rg_squared_distance(features + t % n_points, n_points,
                                 queries + t / n_points * n_features, n_features);
}
