// Steps of layers whose activations see all units at once: softmax, log_softmax, sparsemax.
#ifndef UNROLL_CORE_WHOLE_VECTOR_H_
#define UNROLL_CORE_WHOLE_VECTOR_H_

#include "native/core/backend.h"

namespace unroll {

// Vectors of step.stride floats that a step needs.
inline constexpr int64_t kWholeVectorRows = 6;

// The products by the kernels, then a row at a time. recurrent: [panels, rows, width]; rows: [kWholeVectorRows, stride].
void WholeVectorStep(const CellStep& step, const Kernels& kernels, float* recurrent, float* rows);

}  // namespace unroll

#endif  // UNROLL_CORE_WHOLE_VECTOR_H_
