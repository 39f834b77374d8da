#ifndef RG_TILES
#define RG_TILES
#include "common.cuh"

// Work of one block on matrices. Columns come in multiples of 8, and rows of the right
// factor begin at multiples of 16 bytes.

// body(i, j) for all entries, row by row; neighbouring threads have neighbouring ones.
template <class Body>
__device__ void rg_entries(const long long n_rows, const long long n_columns,
                           Body body) {
  // A block has at most 1024 threads, and divisions of 64 bits are slow.
  const unsigned width = n_columns < 2048 ? n_columns : 2048;
  const unsigned down = blockDim.x / width, across = blockDim.x % width;
  long long i = threadIdx.x / width, j = threadIdx.x % width;
  while (i < n_rows) {
    body(i, j);
    i += down;
    j += across;
    if (j >= n_columns) {
      j -= n_columns;
      ++i;
    }
  }
}

struct __align__(16) RgPair {
  double first, second;
};

// The left factor: term k of the row that is called `place` is at[place + k * step].
// The right factor has term k of column j at at[j + k * step].
struct RgFactor {
  const double* at;
  long long step;
};

struct RgShape {
  long long n_rows, n_columns, n_terms;
};

// Tiles of ROWS rows and 4 columns, each held in the registers of one thread. Columns are
// two pairs, of each half of the matrix: pairs of neighbouring threads are neighbours,
// which shared memory reads without conflicts.
template <int ROWS, class Place, class Start, class Finish>
__device__ void rg_tiles(const RgShape& shape, const RgFactor& left, Place place,
                         const RgFactor& right, Start start, Finish finish) {
  const long long last = shape.n_rows - 1;
  rg_entries((last + ROWS) / ROWS, shape.n_columns / 4, [&](long long i, long long j) {
    const long long near = 2 * j, far = shape.n_columns / 2 + 2 * j;
    const double* rows[ROWS];
    double sums[ROWS][4];
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      // Rows beyond the last one repeat it, and are not written.
      const long long row = ROWS * i + r < last ? ROWS * i + r : last;
      rows[r] = left.at + place(row);
      start(row, near, sums[r]);
      start(row, far, sums[r] + 2);
    }
#pragma unroll 2
    for (long long k = 0; k < shape.n_terms; ++k) {
      const double* row = right.at + k * right.step;
      const RgPair low = *reinterpret_cast<const RgPair*>(row + near);
      const RgPair high = *reinterpret_cast<const RgPair*>(row + far);
#pragma unroll
      for (int r = 0; r < ROWS; ++r) {
        const double factor = rows[r][k * left.step];
        sums[r][0] = fma(factor, low.first, sums[r][0]);
        sums[r][1] = fma(factor, low.second, sums[r][1]);
        sums[r][2] = fma(factor, high.first, sums[r][2]);
        sums[r][3] = fma(factor, high.second, sums[r][3]);
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      if (ROWS * i + r > last) break;
      finish(ROWS * i + r, near, sums[r]);
      finish(ROWS * i + r, far, sums[r] + 2);
    }
  });
}

// Each entry of a product is the fold of fma over k = 0, 1, ... from what `start` says:
// its bits do not depend on tiles or threads. `start` and `finish` take a row, the first
// of two columns, and the two numbers.
template <class Place, class Start, class Finish>
__device__ void rg_product(const RgShape& shape, const RgFactor& left, Place place,
                           const RgFactor& right, Start start, Finish finish) {
  // Where there are few tiles, smaller ones give more threads something to do.
  if ((shape.n_rows + 3) / 4 * (shape.n_columns / 4) >= blockDim.x)
    rg_tiles<4>(shape, left, place, right, start, finish);
  else
    rg_tiles<1>(shape, left, place, right, start, finish);
}
#endif
