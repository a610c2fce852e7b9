// The emulated device: what it has, in which order its threads run, and which of its faults are planned.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_DEVICE_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_DEVICE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace unroll {
namespace emulator {

// Of the threads that could go on: those released first, those released last, or any.
enum class Order { kFifo, kLifo, kRandom };

struct Device {
  int devices = 1;
  int driver = 13000;  // as cudaDriverGetVersion says; below that of the runtime there is no device to be had, 0: no driver
  int sms = 4;
  int major = 8, minor = 9;
  // 0: what a device of this capability has. A block can have what an SM has without the reserved part.
  int64_t shared_per_sm = 0, shared_per_block = 0;
  int threads_per_sm = 0, blocks_per_sm = 0;
  int registers = 64;  // that every kernel needs, a thread
  int64_t memory = int64_t{1} << 30;
  bool watchdog = false;  // kernels must not run long: a display hangs on it
  bool lazy = true;       // a stream's work waits until somebody asks for it, as it may on a real device
  Order order = Order::kFifo;
  uint64_t seed = 1;

  // Planned faults: at the n-th launch, copy, … since the last Reset, counted from 1; 0: never.
  int64_t lost_launch = 0, lost_copy = 0;             // the device is lost there
  int64_t failed_malloc = 0, failed_host_malloc = 0;  // there is no memory
};

// Of the whole process. To be changed only while nothing runs.
Device& device();

// As after a restart: the device of the environment's UNROLL_CUDA_EMULATOR_DEVICE, no error, and counts from 0. Memory and streams stay.
void Reset();

// `sms=4,shared=100K,memory=64M,capability=8.9,order=random,seed=7,lose=launch:3,oom=malloc:5,driver=12040` onto `device`; what is wrong
// with it, or nothing.
std::string Configure(std::string_view text, Device* device);

// With what the capability says in place of zeros.
Device Completed(Device device);
// What the driver keeps of a block's shared memory.
int64_t ReservedShared(const Device& device);

// What is alive, and what has happened since the last Reset.
struct Counts {
  int64_t device_bytes = 0, host_bytes = 0, streams = 0, events = 0;
  int64_t launches = 0, copies = 0, mallocs = 0, host_mallocs = 0;
  int64_t rare = 0;  // times that a thread said gpu::CountRare
};
Counts counts();

// What was wrong with the kernel for which the last launch failed; also printed to stderr.
std::string fault();

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_DEVICE_H_
