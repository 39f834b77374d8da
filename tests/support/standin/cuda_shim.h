// The subset of CUDA C++ that the kernels use, on the CPU: one fiber per CUDA thread,
// one block after the other. Where no thread waits for another (SHIM_NO_WAITING) they are
// called one after the other: fibers take most of the time. Found here: wrong indices (with AddressSanitizer), wrong
// logic, divergent barriers, missing barriers (the order of threads can be permuted).
// Nothing is said about speed, races between blocks, memory ordering, missing atomics
// or the libm of a device.
#pragma once
#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(address, size)
#endif

#define __global__
#define __device__ static inline
#define __host__
#define __forceinline__
#define __noinline__
#define __launch_bounds__(...)
#define __shared__ static
#define __align__(n) alignas(n)
#define __restrict__ __restrict

struct dim3 {
  unsigned x, y, z;
};
static dim3 threadIdx, blockIdx, blockDim, gridDim;
static const int warpSize = 32;

namespace shim {

enum State { RUN, AT_BLOCK, AT_WARP, DONE };
enum Error { NONE, DIVERGENT, BAD_BLOCK, BAD_SHARED };
const int MAX_THREADS = 1024;
const size_t MAX_SHARED = 232448;  // bytes a block can have on sm_90
const size_t STACK = 64 << 10;

// ucontext starts a fiber; setjmp switches, which needs no system call.
struct Fiber {
  ucontext_t context;
  jmp_buf resume;
  bool started;
  State state;
  dim3 index;
  std::vector<char> stack;
};
static jmp_buf scheduler;
static std::vector<Fiber> fibers;
static std::vector<char> shared;
static std::vector<uint64_t> slots;  // one value per thread, for shuffles
static void (*body)(const void*);
static const void* captured;
static int current;

// xorshift64, since <random> alone takes half of the time of a build.
struct Random {
  typedef uint64_t result_type;
  uint64_t state;
  static constexpr uint64_t min() { return 1; }
  static constexpr uint64_t max() { return ~0ULL; }
  uint64_t operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
};

#ifdef SHIM_NO_WAITING
static inline void run(int i) {
  current = i;
  threadIdx = fibers[i].index;
  body(captured);
  fibers[i].state = DONE;
}

static inline void prepare(Fiber&) {}
#else
static inline void wait(State state) {
  Fiber& fiber = fibers[current];
  fiber.state = state;
  if (!_setjmp(fiber.resume)) _longjmp(scheduler, 1);
}

static void entry() {
  body(captured);
  fibers[current].state = DONE;
  _longjmp(scheduler, 1);
}

static inline void run(int i) {
  current = i;
  threadIdx = fibers[i].index;
  if (_setjmp(scheduler)) return;
  if (fibers[i].started) _longjmp(fibers[i].resume, 1);
  fibers[i].started = true;
  setcontext(&fibers[i].context);
}

static inline void prepare(Fiber& fiber) {
  fiber.stack.resize(STACK);
  // Frames left by a fiber that ended have poisoned its stack.
  ASAN_UNPOISON_MEMORY_REGION(fiber.stack.data(), STACK);
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.data();
  fiber.context.uc_stack.ss_size = STACK;
  fiber.context.uc_link = nullptr;
  fiber.started = false;
  makecontext(&fiber.context, entry, 0);
}
#endif

static inline void start(int i) {
  unsigned t = (unsigned)i, x = blockDim.x, y = blockDim.y;
  fibers[i].index = {t % x, t / x % y, t / (x * y)};
  fibers[i].state = RUN;
  prepare(fibers[i]);
}

static inline int count(State state, int from, int to) {
  return (int)std::count_if(fibers.begin() + from, fibers.begin() + to,
                            [=](const Fiber& f) { return f.state == state; });
}

static inline void release(int from, int to) {
  for (int i = from; i < to; ++i)
    if (fibers[i].state != DONE) fibers[i].state = RUN;
}

// A warp goes on when all its live threads wait for it, a block when all its threads do.
static inline bool release_waiting(int n) {
  bool released = false;
  for (int from = 0; from < n; from += warpSize) {
    int to = std::min(n, from + warpSize), waiting = count(AT_WARP, from, to);
    if (waiting == 0 || waiting + count(DONE, from, to) < to - from) continue;
    release(from, to);
    released = true;
  }
  if (!released && count(AT_BLOCK, 0, n) == n) {
    release(0, n);
    released = true;
  }
  return released;
}

static inline Error run_block(std::vector<int>& order, Random* rng) {
  int n = (int)order.size();
  std::fill(shared.begin(), shared.end(), (char)0xff);  // NaN, -1: never zero by luck
  for (int i = 0; i < n; ++i) start(i);
  for (;;) {
    if (rng) std::shuffle(order.begin(), order.end(), *rng);
    for (int i : order)
      if (fibers[i].state == RUN) run(i);
    if (count(DONE, 0, n) == n) return NONE;
    if (!release_waiting(n)) return DIVERGENT;
  }
}

// Threads run in order of their index, or in random orders given by `order_seed`.
template <class Kernel>
static inline int launch(dim3 grid, dim3 block, size_t n_shared, unsigned order_seed,
                         const Kernel& kernel) {
  size_t n = (size_t)block.x * block.y * block.z;
  if (n < 1 || n > MAX_THREADS) return BAD_BLOCK;
  if (n_shared > MAX_SHARED) return BAD_SHARED;
  gridDim = grid;
  blockDim = block;
  body = [](const void* k) { (*static_cast<const Kernel*>(k))(); };
  captured = &kernel;
  fibers.resize(n);
  slots.assign(n, 0);
  shared = std::vector<char>(n_shared);  // no spare capacity: ASan sees its end
  std::vector<int> order(n);
  for (size_t i = 0; i < n; ++i) order[i] = (int)i;
  Random rng = {order_seed * 0x9E3779B97F4A7C15ULL};
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = {x, y, z};
        Error error = run_block(order, order_seed ? &rng : nullptr);
        if (error) return error;
      }
  return NONE;
}

#ifndef SHIM_NO_WAITING
static inline int lane() { return current % warpSize; }

// The value of another lane; a lane outside the block gives back one's own.
template <class T>
static inline T exchange(T value, int source) {
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof(T));
  slots[current] = bits;
  wait(AT_WARP);
  size_t other = (size_t)(current - lane() + (source & 31));
  if (other < slots.size()) bits = slots[other];
  wait(AT_WARP);
  memcpy(&value, &bits, sizeof(T));
  return value;
}

static inline unsigned ballot(bool vote) {
  int first = current - lane(), end = std::min(first + warpSize, (int)slots.size());
  slots[current] = vote;
  wait(AT_WARP);
  unsigned votes = 0;
  for (int i = first; i < end; ++i)
    if (fibers[i].state != DONE && slots[i]) votes |= 1u << (i - first);
  wait(AT_WARP);
  return votes;
}
#endif

}  // namespace shim

#define RG_DYN_SHARED(T, name) T* name = reinterpret_cast<T*>(shim::shared.data())

#ifndef SHIM_NO_WAITING
static inline void __syncthreads() { shim::wait(shim::AT_BLOCK); }
static inline void __syncwarp(unsigned = ~0u) { shim::wait(shim::AT_WARP); }
template <class T>
static inline T __shfl_sync(unsigned, T v, int source) {
  return shim::exchange(v, source);
}
template <class T>
static inline T __shfl_xor_sync(unsigned, T v, int mask) {
  return shim::exchange(v, shim::lane() ^ mask);
}
template <class T>
static inline T __shfl_down_sync(unsigned, T v, unsigned delta) {
  int source = shim::lane() + (int)delta;
  return shim::exchange(v, source > 31 ? shim::lane() : source);
}
template <class T>
static inline T __shfl_up_sync(unsigned, T v, unsigned delta) {
  int source = shim::lane() - (int)delta;
  return shim::exchange(v, source < 0 ? shim::lane() : source);
}
static inline unsigned __ballot_sync(unsigned, int vote) { return shim::ballot(vote); }
static inline int __any_sync(unsigned, int vote) { return shim::ballot(vote) != 0; }
static inline int __all_sync(unsigned, int vote) { return shim::ballot(!vote) == 0; }
#endif

static inline void __threadfence() {}
static inline void __threadfence_block() {}

// One thread runs at a time, so plain updates are atomic.
template <class T>
static inline T atomicAdd(T* p, T v) {
  T old = *p;
  *p = old + v;
  return old;
}
template <class T>
static inline T atomicMax(T* p, T v) {
  T old = *p;
  *p = std::max(old, v);
  return old;
}
template <class T>
static inline T atomicMin(T* p, T v) {
  T old = *p;
  *p = std::min(old, v);
  return old;
}
template <class T>
static inline T atomicOr(T* p, T v) {
  T old = *p;
  *p = old | v;
  return old;
}
template <class T>
static inline T atomicExch(T* p, T v) {
  T old = *p;
  *p = v;
  return old;
}
template <class T>
static inline T atomicCAS(T* p, T compare, T v) {
  T old = *p;
  if (old == compare) *p = v;
  return old;
}

using std::isfinite;
using std::isinf;
using std::isnan;
using std::max;
using std::min;

static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)(((unsigned __int128)a * b) >> 64);
}
static inline int __ffs(unsigned v) { return __builtin_ffs((int)v); }
static inline int __ffsll(unsigned long long v) { return __builtin_ffsll((long long)v); }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __popcll(unsigned long long v) { return __builtin_popcountll(v); }
static inline int __clz(unsigned v) { return v ? __builtin_clz(v) : 32; }
static inline int __clzll(unsigned long long v) { return v ? __builtin_clzll(v) : 64; }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline long long __double_as_longlong(double d) {
  long long bits;
  memcpy(&bits, &d, sizeof bits);
  return bits;
}
static inline double __longlong_as_double(long long bits) {
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}
template <class T>
static inline T __ldg(const T* p) {
  return *p;
}
