// What a thread of a kernel knows about itself, and the types of CUDA that say where it is.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_THREAD_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_THREAD_H_

#include <cstdint>

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned of_x = 1, unsigned of_y = 1, unsigned of_z = 1) : x(of_x), y(of_y), z(of_z) {}
};

// Of the launch that this thread of the operating system runs. The model of these variables saves a call at each access, and with it the
// registers that every switch would have to keep.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local dim3 blockDim, gridDim;

namespace unroll {
namespace emulator {

// A place in a source: threads that wait at different ones have gone different ways.
struct Site {
  const char* file = "";
  int line = 0;

  // Where the caller of the caller stands, as a default argument.
  static constexpr Site Here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }

  // A call has one name for its file, so that names need not be compared by their letters.
  bool operator==(const Site&) const = default;
};

struct Thread {
  uint3 index = {};
  unsigned lane = 0;
  const uint3* block_index = nullptr;
};

// The thread that runs now; nullptr outside of a launch. A fiber stays on its operating system's thread, so this may be read from a
// register.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Thread* current;

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_THREAD_H_
