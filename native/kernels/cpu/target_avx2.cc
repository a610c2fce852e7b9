// The kernels for avx2; compiled with the flags that cmake/cpu_targets.cmake gives this file alone.
#define UNROLL_TARGET avx2
#define UNROLL_LANES 8
#define UNROLL_SUMS 12
#define UNROLL_STEPS 8
#include "native/kernels/cpu/kernels_inl.h"
