// The kernels for avx512; compiled with the flags that cmake/cpu_targets.cmake gives this file alone.
#define UNROLL_TARGET avx512
#define UNROLL_LANES 16
#define UNROLL_SUMS 24
#define UNROLL_STEPS 1
#include "native/kernels/cpu/kernels_inl.h"
