#include "descent.cuh"
#include "order.cuh"

// Two-layer networks trained by gradient descent, one block a network, as
// refgen/kernels/networks.py says. Only + - * / sqrt, powers of 2, and fused
// multiply-adds where they are written are used, in the order of the CPU: the bits are
// those of refgen, whatever the threads.

enum { TRAINING, REACHED_LOSS, REACHED_MARGIN, DIVERGED };

// How far the right answer is ahead: f_y - max f, or +-f of a single output.
__device__ double margin(const Sizes& s, const double* outputs, const double* targets) {
  if (s.k == 1)
    return targets[0] > (s.loss == LOGISTIC ? 0.5 : 0.0) ? outputs[0] : -outputs[0];
  long long best = 0;
  for (long long j = 1; j < s.k; ++j)
    if (targets[j] > targets[best]) best = j;
  double other = -__longlong_as_double(0x7ff0000000000000LL);
  for (long long j = 0; j < s.k; ++j)
    if (j != best && outputs[j] > other) other = outputs[j];
  return outputs[best] - other;
}

__device__ void find_margins(const Sizes& s, const Work& w, const Data& data,
                             long long n) {
  for (long long i = threadIdx.x; i < n; i += blockDim.x)
    w.margins[i] = margin(s, w.outputs + i * w.output_step,
                          data.targets + (data.shift + w.rows[i]) * s.k);
}

// What a block trains, in shared memory: threads share it, and registers are few.
struct Job {
  Sizes sizes;
  Data data;
  Work work;
  Rule rule;
};

__device__ void set_rule(Rule& rule, const double* steps, const double* rules) {
  for (int b = 0; b < 4; ++b) rule.steps[b] = steps[b];
  rule.momentum = rules[0];
  rule.decay = rules[1];
  rule.radius = rules[2];
}

__device__ void set_factors(const Sizes& s, Rule& rule, long long n) {
  const double count = (double)n;
  rule.factors[0] = s.inner / count;
  rule.factors[1] = rule.factors[3] = 1.0 / count;
  rule.factors[2] = s.outer / count;
}

// A visit of rows, for a gradient as `to` says, or for margins. The first thread gets
// the sum of losses, and how many margins are at least as wanted.
struct Seen {
  double loss;
  long long margins;
};

__device__ Seen visit(const Sizes& s, const Job& job, const double* theta, Target to,
                      const long long* rows, long long n, long long n_at_once,
                      const bool judged, const double wanted) {
  const Work& w = job.work;
  const bool moves = to.moves;
  Seen seen = {0.0, 0};
  for (long long start = 0; start < n; start += n_at_once) {
    const long long some = n - start < n_at_once ? n - start : n_at_once;
    copy_inputs(s, w, theta, job.data.X, rows + start, some);
    __syncthreads();
    find_neurons(s, w, theta, some);
    __syncthreads();
    find_outputs(s, w, theta, some);
    __syncthreads();
    if (judged) {
      find_margins(s, w, job.data, some);
      __syncthreads();
    }
    find_losses(s, w, job.data, some);
    __syncthreads();
    if (threadIdx.x == 0)
      for (long long i = 0; i < some; ++i) {
        seen.loss = seen.loss + w.losses[i];
        seen.margins += judged && w.margins[i] >= wanted;
      }
    if (judged) {
      __syncthreads();
      continue;
    }
    weigh(s, w, job.data, some);
    __syncthreads();
    to.begun = start > 0;
    to.moves = moves && start + some == n;
    backward(s, job.rule, w, to, some);
    __syncthreads();
  }
  return seen;
}

// One block a network. Each has `scratch_step` numbers of scratch; `places` says where
// in it, or in shared memory, parts of Work begin. `rows_step` is 0 if all networks have
// the same rows. `plan` has the columns number of rows, batch size, most epochs, and
// first row in targets; `rules` momentum, decay, radius; `stops` a loss, a margin and the
// share of rows that reach it.
extern "C" __global__ void __launch_bounds__(256, 1) train_networks(
    double* theta, double* velocity, long long* status, long long* epochs,
    const double* __restrict__ X, const double* __restrict__ targets,
    const double* __restrict__ weights, const long long* __restrict__ rows,
    const long long* __restrict__ plan, const double* __restrict__ steps,
    const double* __restrict__ rules, const double* __restrict__ stops,
    const u64* __restrict__ replicates, const u64* __restrict__ key, double* scratch,
    const long long* __restrict__ places, const long long n_networks,
    const long long n_epochs, const long long rows_step, const long long scratch_step,
    const long long n_at_once, const long long d, const long long h, const long long k,
    const double inner, const double outer, const int activation, const int loss,
    const int shuffled, double* losses) {
  RG_DYN_SHARED(double, shared);
  __shared__ Job job;
  const double infinity = __longlong_as_double(0x7ff0000000000000LL);
  const Sizes& s = job.sizes;
  const Work& w = job.work;
  for (long long m = blockIdx.x; m < n_networks; m += gridDim.x) {
    if (threadIdx.x == 0) {
      job.sizes = {d, h, k, padded(h), padded(k), inner, outer, activation, loss};
      job.data = {X, targets, weights, plan[4 * m + 3]};
      set_work(job.work, s, places, n_at_once, shared, scratch + m * scratch_step);
      set_rule(job.rule, steps + 4 * m, rules + 3 * m);
    }
    __syncthreads();
    const long long size = n_parameters(s);
    const long long n = plan[4 * m], batch = plan[4 * m + 1];
    const long long* own = rows + m * rows_step;
    const double *stop = stops + 3 * m, share = stop[2] * (double)n;
    const bool watched = stop[0] > -infinity || stop[1] < infinity;
    const bool sharp = job.rule.radius > 0.0;
    const long long n_visits = (sharp ? 2 : 1) * ((n + batch - 1) / batch);
    for (long long at = threadIdx.x; at < size; at += blockDim.x)
      w.theta[at] = theta[m * size + at];
    __syncthreads();
    for (long long e = 0; e < n_epochs; ++e) {
      const long long done = epochs[m];
      if (status[m] != TRAINING || done >= plan[4 * m + 2]) break;
      if (shuffled) shuffle(w, own, n, (u64)done * (u64)n, replicates[m], key);
      double total = 0.0;
      // All visits of rows are in one place: code at another would be compiled again.
      for (long long v = 0; v < n_visits + watched; ++v) {
        const bool judged = v == n_visits, again = sharp && v % 2 == 1;
        const long long start = judged ? 0 : (sharp ? v / 2 : v) * batch;
        const long long some = judged || n - start < batch ? n - start : batch;
        if (threadIdx.x == 0) set_factors(s, job.rule, some);
        const Target to = {w.theta, velocity + m * size, false, !sharp || again};
        const long long* at = (shuffled && !judged ? w.order : own) + start;
        const Seen seen = visit(s, job, again && !judged ? w.ahead : w.theta, to, at,
                                some, n_at_once, judged, stop[1]);
        if (judged) {
          if (threadIdx.x == 0 && seen.loss / (double)n <= stop[0])
            status[m] = REACHED_LOSS;
          else if (threadIdx.x == 0 && (double)seen.margins >= share)
            status[m] = REACHED_MARGIN;
        } else if (!again) {
          total = total + seen.loss;
          if (sharp) climb(s, job.rule, w);
        }
        if (v == n_visits - 1) {
          if (threadIdx.x == 0) {
            epochs[m] = done + 1;
            losses[m * n_epochs + e] = total / (double)n;
            if (!(fabs(total / (double)n) < infinity)) status[m] = DIVERGED;
          }
          __syncthreads();
          if (status[m] != TRAINING) break;
        }
      }
      __syncthreads();
    }
    for (long long at = threadIdx.x; at < size; at += blockDim.x)
      theta[m * size + at] = w.theta[at];
    __syncthreads();
  }
}

// Outputs: a block for `n_at_once` points of a network. `X_step` is 0 if all networks
// have the same points. What neurons say is kept in `hidden`, which else has room for
// each block's points.
extern "C" __global__ void __launch_bounds__(256) evaluate_networks(
    const double* __restrict__ theta, const double* __restrict__ X,
    const long long n_networks, const int keeps, const long long n_points,
    const long long X_step, const long long n_at_once, const long long d,
    const long long h, const long long k, const double inner, const double outer,
    const int activation, double* hidden, double* __restrict__ out) {
  const Sizes s = {d, h, k, padded(h), padded(k), inner, outer, activation, SQUARED};
  const long long n_parts = (n_points + n_at_once - 1) / n_at_once;
  for (long long b = blockIdx.x; b < n_networks * n_parts; b += gridDim.x) {
    const long long m = b / n_parts, start = b % n_parts * n_at_once;
    const long long n = n_points - start < n_at_once ? n_points - start : n_at_once;
    const double *own = theta + m * n_parameters(s), *biases = own + d * s.hp;
    const double *weights = own + first_output_weight(s), *ends = weights + h * s.kp;
    double* said = hidden + (keeps ? m * n_points + start : blockIdx.x * n_at_once) * h;
    double* outputs = out + (m * n_points + start) * k;
    rg_product(
        {n, s.hp, d}, {X + m * X_step + start * d, 1}, [&](long long i) { return i * d; },
        {own, s.hp}, zeros, [&](long long i, long long j, const double* sums) {
#pragma unroll
          for (int c = 0; c < 2; ++c)
            if (j + c < h) {
              const double z = inner * sums[c] + biases[j + c];
              said[i * h + j + c] = s.activation != RELU || z > 0.0 || z != z ? z : 0.0;
            }
        });
    __syncthreads();
    if (activation == TANH || activation == EXPONENTIAL) {
      for (long long i = threadIdx.x; i < n * h; i += blockDim.x)
        said[i] = activation == TANH ? rg_tanh(said[i]) : rg_exp(said[i]);
      __syncthreads();
    }
    rg_product(
        {n, s.kp, h}, {said, 1}, [&](long long i) { return i * h; }, {weights, s.kp},
        zeros, [&](long long i, long long j, const double* sums) {
#pragma unroll
          for (int c = 0; c < 2; ++c)
            if (j + c < k)
              outputs[i * k + j + c] = outer * sums[c] + ends[j + c];
        });
    __syncthreads();
  }
}
