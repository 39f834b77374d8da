#include "common.cuh"

// Votes per point and label, (n_points, n_levels), of labels (n_runs, n_points) in
// low .. low + n_levels - 1. One thread owns a point, so nothing is atomic.
extern "C" __global__ void count_votes(const long long* labels, const long long n_runs,
                                       const long long n_points, const long long low,
                                       const long long n_levels, int* counts) {
  for (long long i = rg_first(); i < n_points; i += rg_step()) {
    int* votes = counts + i * n_levels;
    for (long long level = 0; level < n_levels; ++level) votes[level] = 0;
    for (long long run = 0; run < n_runs; ++run)
      ++votes[labels[run * n_points + i] - low];
  }
}

// A block adds up in shared memory where its 2 * (n_runs + 1) words fit.
#define RG_VOTES_SHARED (48 << 10)

// For j = 0 .. n_runs: how many labels have j votes at a point (masses), how many true
// ones (right), and which labels occur. Adds to masses and right; integers, so exact.
extern "C" __global__ void level_masses(const int* counts, const long long* truth,
                                        const long long n_runs,
                                        const long long n_points,
                                        const long long n_levels, const long long low,
                                        u64* masses, u64* right, int* occurs) {
  RG_DYN_SHARED(u64, sums);
  const long long n_sums = n_runs + 1, t = threadIdx.x;
  const bool shared = 2 * n_sums * (long long)sizeof(u64) <= RG_VOTES_SHARED;
  u64* block_masses = shared ? sums : masses;
  u64* block_right = shared ? sums + n_sums : right;
  if (shared)
    for (long long j = t; j < 2 * n_sums; j += blockDim.x) sums[j] = 0;
  __syncthreads();

  u64 without_votes = 0;  // most entries: adding each would be one queue for all
  for (long long e = rg_first(); e < n_points * n_levels; e += rg_step()) {
    if (counts[e] == 0) {
      ++without_votes;
    } else {
      atomicAdd(&block_masses[counts[e]], (u64)1);
      occurs[e % n_levels] = 1;  // every writer writes the same
    }
  }
  if (without_votes > 0) atomicAdd(&block_masses[0], without_votes);
  for (long long i = rg_first(); i < n_points; i += rg_step()) {
    const long long level = truth[i] - low;
    atomicAdd(&block_right[counts[i * n_levels + level]], (u64)1);
    occurs[level] = 1;
  }

  __syncthreads();
  if (!shared) return;
  for (long long j = t; j < n_sums; j += blockDim.x) {
    if (block_masses[j]) atomicAdd(&masses[j], block_masses[j]);
    if (block_right[j]) atomicAdd(&right[j], block_right[j]);
  }
}
