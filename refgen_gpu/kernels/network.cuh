#ifndef RG_NETWORK
#define RG_NETWORK
#include "exponentials.cuh"
#include "philox.cuh"
#include "tiles.cuh"

// A two-layer network and what a block needs for it; rows through it, and their losses.

enum { LINEAR, RELU, TANH, EXPONENTIAL };
enum { SQUARED, LOGISTIC, CROSS_ENTROPY };

// d features, h neurons, k outputs; hp and kp numbers in a row of weights, with zeros at
// its end. A network's parameters: hidden weights, hidden biases, output weights, output
// biases.
struct Sizes {
  long long d, h, k, hp, kp;
  double inner, outer;
  int activation, loss;
};

__device__ long long padded(long long n) { return (n + 7) / 8 * 8; }
__device__ long long first_output_weight(const Sizes& s) { return (s.d + 1) * s.hp; }
__device__ long long n_parameters(const Sizes& s) {
  return (s.d + 1) * s.hp + (s.h + 1) * s.kp;
}

// A gradient by what a neuron says, as one by its input.
__device__ double through(double gradient, double neuron, double multiplier,
                          int activation) {
  if (activation == RELU) return neuron > 0.0 ? multiplier * gradient : 0.0;
  const double scaled = multiplier * gradient;
  if (activation == TANH) return scaled * (1.0 - neuron * neuron);
  return activation == EXPONENTIAL ? scaled * neuron : scaled;
}

// What a block works with: in shared memory while there is room, else in its scratch.
// Rows of neurons end with a 1, for the biases of outputs, behind the columns that fill
// up a row; rows of inputs as well.
struct Work {
  double *outputs, *parts, *neurons, *transposed, *inputs, *theta, *gradient, *ahead;
  double *tops, *totals, *losses, *margins;  // a number for each row of data
  long long *rows, *order;
  u64 *heads, *links, *swaps;
  long long neuron_step, output_step, input_step;
};

__device__ double* placed(const long long* places, int i, double* shared,
                          double* scratch) {
  return places[i] >= 0 ? shared + places[i] : scratch + (-1 - places[i]);
}

__device__ void set_work(Work& w, const Sizes& s, const long long* places,
                         long long n_at_once, double* shared, double* scratch) {
  w.tops = placed(places, 0, shared, scratch);
  w.totals = w.tops + n_at_once;
  w.losses = w.totals + n_at_once;
  w.margins = w.losses + n_at_once;
  w.rows = reinterpret_cast<long long*>(w.margins + n_at_once);
  w.outputs = placed(places, 1, shared, scratch);
  w.parts = placed(places, 2, shared, scratch);
  w.neurons = placed(places, 3, shared, scratch);
  w.transposed = placed(places, 4, shared, scratch);
  w.inputs = placed(places, 5, shared, scratch);
  w.theta = placed(places, 6, shared, scratch);
  w.gradient = placed(places, 7, shared, scratch);
  w.ahead = placed(places, 8, shared, scratch);
  w.order = reinterpret_cast<long long*>(placed(places, 9, shared, scratch));
  w.heads = reinterpret_cast<u64*>(placed(places, 10, shared, scratch));
  w.links = reinterpret_cast<u64*>(placed(places, 11, shared, scratch));
  w.swaps = reinterpret_cast<u64*>(placed(places, 12, shared, scratch));
  w.neuron_step = s.hp + 2;
  w.output_step = s.kp + 2;
  w.input_step = s.d + 1;
}

__device__ void zeros(long long, long long, double* sums) {
#pragma unroll
  for (int c = 0; c < 2; ++c) sums[c] = 0.0;
}

// The data of a network. Its labels, and weights of rows, begin at row `shift`.
struct Data {
  const double *X, *targets, *weights;
  long long shift;
};

// Copies inputs of rows[0 .. n), and output weights. The caller waits for all this.
__device__ void copy_inputs(const Sizes& s, const Work& w, const double* theta,
                            const double* X, const long long* rows, long long n) {
  rg_entries(n, s.d + 1, [&](long long i, long long j) {
    const long long row = rows[i];
    w.inputs[i * w.input_step + j] = j < s.d ? X[row * s.d + j] : 1.0;
    if (j == 0) w.rows[i] = row;
  });
  const double* weights = theta + first_output_weight(s);
  rg_entries(s.k, s.hp, [&](long long j, long long i) {
    w.transposed[j * s.hp + i] = i < s.h ? weights[i * s.kp + j] : 0.0;
  });
}

// What neurons say of n copied rows.
__device__ void find_neurons(const Sizes& s, const Work& w, const double* theta,
                             long long n) {
  const double* biases = theta + s.d * s.hp;
  const bool late = s.activation == TANH || s.activation == EXPONENTIAL;
  rg_product(
      {n, s.hp, s.d}, {w.inputs, 1}, [&](long long i) { return i * w.input_step; },
      {theta, s.hp}, zeros, [&](long long i, long long j, const double* sums) {
#pragma unroll
        for (int c = 0; c < 2; ++c) {
          const double z = s.inner * sums[c] + biases[j + c];
          w.neurons[i * w.neuron_step + j + c] =
              s.activation != RELU || z > 0.0 || z != z ? z : 0.0;
        }
        if (j == 0) w.neurons[i * w.neuron_step + s.hp] = 1.0;
      });
  if (!late) return;
  __syncthreads();
  // Here, as there would be a copy of long functions for each number in a tile.
  rg_entries(n, s.hp, [&](long long i, long long j) {
    double& z = w.neurons[i * w.neuron_step + j];
    z = s.activation == TANH ? rg_tanh(z) : rg_exp(z);
  });
}

__device__ void find_outputs(const Sizes& s, const Work& w, const double* theta,
                             long long n) {
  const double *weights = theta + first_output_weight(s), *biases = weights + s.h * s.kp;
  rg_product(
      {n, s.kp, s.h}, {w.neurons, 1}, [&](long long i) { return i * w.neuron_step; },
      {weights, s.kp}, zeros, [&](long long i, long long j, const double* sums) {
#pragma unroll
        for (int c = 0; c < 2; ++c)
          w.outputs[i * w.output_step + j + c] = s.outer * sums[c] + biases[j + c];
      });
}

// What each output adds to the loss of its row, or the exponential that a share is made
// of; outputs become gradients where they can by themselves.
__device__ void add_entry(const Sizes& s, const Work& w, const Data& data, long long i,
                          long long j) {
  double& output = w.outputs[i * w.output_step + j];
  double& part = w.parts[i * w.output_step + j];
  const double t = data.targets[(data.shift + w.rows[i]) * s.k + j], o = output;
  if (s.loss == SQUARED) {
    output = o - t;
    part = 0.5 * (output * output);
    return;
  }
  const double e = rg_exp(s.loss == LOGISTIC ? -fabs(o) : o - w.tops[i]);
  if (s.loss == CROSS_ENTROPY) {
    part = e;
    return;
  }
  const double share = 1.0 / (1.0 + e);
  // log(1 + e^o) - to; o - to is 0 where o is sure and right.
  part = (o > 0.0 ? o - t * o : -t * o) - rg_log(share);
  output = (o >= 0.0 ? share : e * share) - t;
}

// Losses of n rows times their weights; outputs become gradients. The caller has waited
// for outputs, and waits before it uses what is found here.
__device__ void find_losses(const Sizes& s, const Work& w, const Data& data,
                            long long n) {
  if (s.loss == CROSS_ENTROPY) {
    for (long long i = threadIdx.x; i < n; i += blockDim.x) {
      const double* outputs = w.outputs + i * w.output_step;
      double top = outputs[0];
      for (long long j = 1; j < s.k; ++j) top = outputs[j] > top ? outputs[j] : top;
      w.tops[i] = top;
    }
    __syncthreads();
  }
  rg_entries(n, s.k, [&](long long i, long long j) { add_entry(s, w, data, i, j); });
  __syncthreads();
  for (long long i = threadIdx.x; i < n; i += blockDim.x) {
    const double* parts = w.parts + i * w.output_step;
    const double* outputs = w.outputs + i * w.output_step;
    const long long row = data.shift + w.rows[i];
    double total = 0.0, said = 0.0;
    for (long long j = 0; j < s.k; ++j) total = total + parts[j];
    if (s.loss == CROSS_ENTROPY) {
      for (long long j = 0; j < s.k; ++j)
        said = said + data.targets[row * s.k + j] * (w.tops[i] - outputs[j]);
      w.totals[i] = total;
      total = said - rg_log(1.0 / total);
    }
    w.losses[i] = data.weights[row] * total;
  }
}

// Gradients of outputs, times the weights of rows.
__device__ void weigh(const Sizes& s, const Work& w, const Data& data, long long n) {
  rg_entries(n, s.kp, [&](long long i, long long j) {
    double& output = w.outputs[i * w.output_step + j];
    if (j >= s.k) {
      // Behind outputs that are not finite this need not be 0.
      if (s.loss != SQUARED) output = 0.0;
      return;
    }
    const long long row = data.shift + w.rows[i];
    if (s.loss == CROSS_ENTROPY)
      output = w.parts[i * w.output_step + j] / w.totals[i] - data.targets[row * s.k + j];
    output = output * data.weights[row];
  });
}
#endif
