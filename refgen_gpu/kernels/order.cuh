#ifndef RG_ORDER
#define RG_ORDER
#include "philox.cuh"
#include "network.cuh"

// The smallest number above i in the list of a place, or 0.
__device__ u64 next_in(const Work& w, u64 place, u64 i) {
  u64 least = 0;
  for (u64 at = w.heads[place]; at; at = w.links[at])
    if (at > i && (least == 0 || at < least)) least = at;
  return least;
}

// Fisher and Yates' order, from words first, first + 1, ... of a stream, without its
// loop. For i = n - 1 .. 1 that swaps places i and j_i, and then leaves place i alone. So
// place i ends with what was at j_i. The last swap before that had j_s = j_i, which is
// the smallest such s > i, brought it from place s; and so on from there. On average a
// row takes one such move, and reads four numbers of lists.
__device__ void shuffle(const Work& w, const long long* own, long long n, u64 first,
                        u64 replicate, const u64* key) {
  for (long long i = threadIdx.x; i < n; i += blockDim.x) w.heads[i] = 0;
  __syncthreads();
  const long long skip = first % 4;
  for (long long t = threadIdx.x; 4 * t < n + skip; t += blockDim.x) {
    u64 words[4] = {first / 4 + t, 0, replicate, key[0]};
    rg_philox(words, key[1], key[2]);
#pragma unroll
    for (int word = 0; word < 4; ++word) {
      const long long i = 4 * t + word - skip;
      if (i < 1 || i >= n) continue;
      const u64 j = __umul64hi(words[word], (u64)i + 1);
      w.swaps[i] = j;
      w.links[i] = atomicExch(w.heads + j, (u64)i);
    }
  }
  __syncthreads();
  for (long long i = threadIdx.x; i < n; i += blockDim.x) {
    u64 place = i ? w.swaps[i] : 0, at = next_in(w, place, i);
    while (at) {
      place = at;
      at = next_in(w, place, place);
    }
    w.order[i] = own[place];
  }
  __syncthreads();
}
#endif
