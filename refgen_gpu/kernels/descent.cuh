#ifndef RG_DESCENT
#define RG_DESCENT
#include "network.cuh"

// Gradients of networks, and steps along them.

// Squares of a gradient are added in so many lanes, and the lanes by halves.
const int NORM_LANES = 256;

// How a layer's weights and biases move, in this order. A part whose step is 0 stays as
// it is, and without momentum its velocity does, too.
struct Rule {
  double factors[4], steps[4], momentum, decay, radius;
};

__device__ double moved(double theta, double* velocity, double gradient, double factor,
                        double decay, double momentum, double step) {
  double change = factor * gradient + decay * theta;
  if (momentum != 0.0) {
    change = momentum * *velocity + change;
    *velocity = change;
  }
  return theta - step * change;
}

// Where gradients go: to w.gradient, or into a step of theta. Those of earlier rows are
// in w.gradient if there were any.
struct Target {
  double *theta, *velocity;
  bool begun, moves;
};

// The gradient of one layer: `n_inputs` rows of weights and one of biases, from place
// `first` on. Inputs end with a 1, which is at place `last`.
template <int LAYER>
__device__ void layer_gradient(const Rule& rule, const Work& w, const Target& to,
                               const RgShape& shape, const RgFactor& left, long long last,
                               const RgFactor& right, long long first) {
  const long long biases = shape.n_rows - 1, width = shape.n_columns;
  rg_product(
      shape, left, [&](long long i) { return i == biases ? last : i; }, right,
      [&](long long i, long long j, double* sums) {
#pragma unroll
        for (int c = 0; c < 2; ++c)
          sums[c] = to.begun ? w.gradient[first + i * width + j + c] : 0.0;
      },
      [&](long long i, long long j, const double* sums) {
        const bool bias = i == biases;
        const double factor = bias ? rule.factors[LAYER + 1] : rule.factors[LAYER];
        const double step = bias ? rule.steps[LAYER + 1] : rule.steps[LAYER];
        const double decay = bias ? 0.0 : rule.decay;
#pragma unroll
        for (int c = 0; c < 2; ++c) {
          const long long at = first + i * width + j + c;
          if (!to.moves)
            w.gradient[at] = sums[c];
          else if (step != 0.0)
            to.theta[at] = moved(to.theta[at], to.velocity + at, sums[c], factor, decay,
                                 rule.momentum, step);
        }
      });
}

// Gradients of n rows, whose neurons and outputs' gradients are there.
__device__ void backward(const Sizes& s, const Rule& rule, const Work& w,
                         const Target& to, long long n) {
  layer_gradient<2>(rule, w, to, {s.h + 1, s.kp, n}, {w.neurons, w.neuron_step}, s.hp,
                    {w.outputs, w.output_step}, first_output_weight(s));
  if (rule.steps[0] == 0.0 && rule.steps[1] == 0.0) return;
  __syncthreads();
  // In place of what neurons say.
  rg_product(
      {n, s.hp, s.k}, {w.outputs, 1}, [&](long long i) { return i * w.output_step; },
      {w.transposed, s.hp}, zeros, [&](long long i, long long j, const double* sums) {
#pragma unroll
        for (int c = 0; c < 2; ++c) {
          double& neuron = w.neurons[i * w.neuron_step + j + c];
          neuron = through(sums[c], neuron, s.outer, s.activation);
        }
      });
  __syncthreads();
  layer_gradient<0>(rule, w, to, {s.d + 1, s.hp, n}, {w.inputs, w.input_step}, s.d,
                    {w.neurons, w.neuron_step}, 0);
}

// 0 to 3: hidden weights, hidden biases, output weights, output biases.
__device__ int block_of(const Sizes& s, long long at) {
  const long long v = first_output_weight(s);
  if (at < v) return at >= s.d * s.hp;
  return 2 + (at >= v + s.h * s.kp);
}

// The length of what a step would be along, over those parameters that are trained.
__device__ double norm(const Sizes& s, const Rule& rule, const double* gradient) {
  __shared__ double lanes[NORM_LANES];
  const long long n = n_parameters(s);
  for (long long lane = threadIdx.x; lane < NORM_LANES; lane += blockDim.x) {
    double sum = 0.0;
    for (long long at = lane; at < n; at += NORM_LANES) {
      const int b = block_of(s, at);
      if (rule.steps[b] == 0.0) continue;
      const double change = rule.factors[b] * gradient[at];
      sum = sum + change * change;
    }
    lanes[lane] = sum;
  }
  __syncthreads();
  for (int half = NORM_LANES / 2; half; half /= 2) {
    for (long long lane = threadIdx.x; lane < half; lane += blockDim.x)
      lanes[lane] = lanes[lane] + lanes[lane + half];
    __syncthreads();
  }
  return sqrt(lanes[0]);
}

// To where the loss is highest within a radius, to first order, as w.gradient says.
__device__ void climb(const Sizes& s, const Rule& rule, const Work& w) {
  const double length = norm(s, rule, w.gradient);
  const double far = length > 0.0 ? rule.radius / length : 0.0;
  for (long long at = threadIdx.x; at < n_parameters(s); at += blockDim.x) {
    const int b = block_of(s, at);
    double value = w.theta[at];
    if (rule.steps[b] != 0.0) value = value + far * rule.factors[b] * w.gradient[at];
    w.ahead[at] = value;
  }
  __syncthreads();
}
#endif
