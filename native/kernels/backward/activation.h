// Activations in double and their derivatives; at a kink TensorFlow's side. The same numbers as extension/core/reference.
#ifndef UNROLL_KERNELS_BACKWARD_ACTIVATION_H_
#define UNROLL_KERNELS_BACKWARD_ACTIVATION_H_

#include <cstdint>

#include "native/core/spec.h"

namespace unroll {
namespace backward {

// v: [n], in place.
void Activate(Activation activation, double* v, int64_t n);

// What PullThrough multiplies with, of y = activation(x), all [n]: each number's derivative, or y itself where one depends on all others.
void Slopes(Activation activation, const double* x, const double* y, double* slopes, int64_t n);

// gradient: [n], by y; becomes the one by x. slopes: [n].
void PullThrough(Activation activation, const double* slopes, double* gradient, int64_t n);

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_ACTIVATION_H_
