// Chooses among the targets that were compiled in by what the processor can run.
#include <cstdlib>
#include <cstring>

#include "native/core/backend.h"

namespace unroll {

namespace scalar {
extern const Kernels kKernels;
}
#if defined(UNROLL_X86)
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
#elif defined(UNROLL_ARM64)
namespace neon {
extern const Kernels kKernels;
}
#endif

const std::vector<const Kernels*>& AvailableKernels() {
  static const std::vector<const Kernels*> available = [] {
    std::vector<const Kernels*> list{&scalar::kKernels};
#if defined(UNROLL_X86)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
      list.push_back(&avx2::kKernels);
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512bw")) {
        list.push_back(&avx512::kKernels);
      }
    }
#elif defined(UNROLL_ARM64)
    list.push_back(&neon::kKernels);
#endif
    return list;
  }();
  return available;
}

const Kernels* ChosenKernels() {
  const char* wanted = std::getenv("UNROLL_CPU_TARGET");
  const auto& list = AvailableKernels();
  if (wanted == nullptr || *wanted == '\0') return list.back();
  for (const Kernels* kernels : list) {
    if (std::strcmp(kernels->name, wanted) == 0) return kernels;
  }
  return nullptr;
}

}  // namespace unroll
