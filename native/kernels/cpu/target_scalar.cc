// The kernels for scalar; compiled with the flags that cmake/cpu_targets.cmake gives this file alone.
#define UNROLL_TARGET scalar
#define UNROLL_LANES 4
#define UNROLL_SUMS 12
#define UNROLL_STEPS 1
#include "native/kernels/cpu/kernels_inl.h"
