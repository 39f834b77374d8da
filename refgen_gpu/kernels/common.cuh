#ifndef RG_COMMON
#define RG_COMMON
#ifdef __CUDACC__
#define RG_DYN_SHARED(T, name)                                \
  extern __shared__ __align__(16) unsigned char rg_shared_[]; \
  T* name = reinterpret_cast<T*>(rg_shared_)
#else
#include "cuda_shim.h"
#endif

typedef unsigned long long u64;

// First index and step of a grid-stride loop; indices are 64-bit throughout.
__device__ long long rg_first() {
  return blockIdx.x * (long long)blockDim.x + threadIdx.x;
}
__device__ long long rg_step() { return gridDim.x * (long long)blockDim.x; }
#endif
