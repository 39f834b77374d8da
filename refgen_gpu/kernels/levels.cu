#include "common.cuh"

// Rows are sorted by level. A block of (chunks, rows) threads splits each row into
// contiguous chunks; one thread merges their parts in order, so that the result depends
// on blockDim.x only. With one chunk the operations are those of a plain loop.

struct Chunk {
  long long row, from, to;
};

// Chunk of this thread in the rows that start at `first`; empty past the last row.
__device__ Chunk rg_chunk(long long first, long long n_rows, long long n) {
  const long long row = first + threadIdx.y;
  const long long size = (n + blockDim.x - 1) / blockDim.x;
  const long long from = threadIdx.x * size < n ? threadIdx.x * size : n;
  const long long to = from + size < n ? from + size : n;
  return {row, row < n_rows ? from : n, row < n_rows ? to : n};
}

// The parts of a chunk: `head` is the sum before its first new level, `closed` the sum
// of |group| over the groups that begin and end in it, `tail` the sum of its last group.
struct Groups {
  double head, closed, tail;
  long long has_break;
};

__device__ Groups rg_groups(const double* levels, const double* values, Chunk c) {
  Groups g = {0.0, 0.0, 0.0, c.from == 0};  // a row begins with a new level
  for (long long j = c.from; j < c.to; ++j) {
    if (j > 0 && levels[j] != levels[j - 1]) {
      if (g.has_break)
        g.closed = g.closed + fabs(g.tail);
      else
        g.head = g.tail;
      g.has_break = 1;
      g.tail = 0.0;
    }
    g.tail = g.tail + values[j];
  }
  if (!g.has_break) g.head = g.tail;
  return g;
}

// Sum over distinct levels of |sum of values|.
extern "C" __global__ void absolute_level_sums(const double* levels,
                                               const double* values,
                                               const long long n_rows,
                                               const long long n, double* out) {
  RG_DYN_SHARED(Groups, parts);
  Groups* row_parts = parts + threadIdx.y * blockDim.x;
  const long long step = (long long)gridDim.x * blockDim.y;
  for (long long first = (long long)blockIdx.x * blockDim.y; first < n_rows;
       first += step) {
    const Chunk c = rg_chunk(first, n_rows, n);
    row_parts[threadIdx.x] = rg_groups(levels + c.row * n, values + c.row * n, c);
    __syncthreads();
    if (threadIdx.x == 0 && c.row < n_rows) {
      double total = row_parts[0].closed, group = row_parts[0].tail;
      for (unsigned k = 1; k < blockDim.x; ++k) {
        const Groups g = row_parts[k];
        group = group + g.head;
        if (g.has_break) {
          total = total + fabs(group) + g.closed;
          group = g.tail;
        }
      }
      out[c.row] = total + fabs(group);
    }
    __syncthreads();
  }
}

// Sum of |cumulative values before j| * (level_j - level_(j-1)).
extern "C" __global__ void cumulative_level_area(const double* levels,
                                                 const double* values,
                                                 const long long n_rows,
                                                 const long long n, double* out) {
  RG_DYN_SHARED(double, parts);
  double* row_parts = parts + threadIdx.y * blockDim.x;
  const long long step = (long long)gridDim.x * blockDim.y;
  for (long long first = (long long)blockIdx.x * blockDim.y; first < n_rows;
       first += step) {
    const Chunk c = rg_chunk(first, n_rows, n);
    const double* level = levels + c.row * n;
    const double* value = values + c.row * n;

    double sum = 0.0;
    for (long long j = c.from; j < c.to; ++j) sum = sum + value[j];
    row_parts[threadIdx.x] = sum;
    __syncthreads();
    double cumulative = 0.0;
    for (unsigned k = 0; k < threadIdx.x; ++k) cumulative = cumulative + row_parts[k];
    __syncthreads();

    double area = 0.0;
    for (long long j = c.from; j < c.to; ++j) {
      const double last = level[j > 0 ? j - 1 : 0];
      area = area + fabs(cumulative) * (level[j] - last);
      cumulative = cumulative + value[j];
    }
    row_parts[threadIdx.x] = area;
    __syncthreads();
    if (threadIdx.x == 0 && c.row < n_rows) {
      double total = row_parts[0];
      for (unsigned k = 1; k < blockDim.x; ++k) total = total + row_parts[k];
      out[c.row] = total;
    }
    __syncthreads();
  }
}

// Sums of consecutive segments of every row: segment s is bounds[s] .. bounds[s + 1] - 1.
// One warp a sum, in the order that refgen's kernel of this name has within a piece:
// every 32nd term by one lane, then the lanes in pairs. blockDim.x is a multiple of 32.
extern "C" __global__ void segment_sums(const double* __restrict__ values,
                                        const long long* __restrict__ bounds,
                                        const long long n_rows, const long long n,
                                        const long long n_segments,
                                        double* __restrict__ out) {
  const unsigned all = 0xffffffffu;
  const int lane = threadIdx.x % 32;
  // All lanes of a warp have the same sum, so they take part in every shuffle.
  for (long long t = rg_first() / 32; t < n_rows * n_segments; t += rg_step() / 32) {
    const double* row = values + t / n_segments * n;
    const long long s = t % n_segments;
    double sum = 0.0;
    for (long long j = bounds[s] + lane; j < bounds[s + 1]; j += 32) sum = sum + row[j];
    for (int half = 16; half > 0; half /= 2)
      sum = sum + __shfl_down_sync(all, sum, half);
    if (lane == 0) out[t] = sum;
  }
}
