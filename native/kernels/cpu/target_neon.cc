// The kernels for neon; compiled with the flags that cmake/cpu_targets.cmake gives this file alone.
#define UNROLL_TARGET neon
#define UNROLL_LANES 4
#define UNROLL_SUMS 24
#define UNROLL_STEPS 1
#include "native/kernels/cpu/kernels_inl.h"
