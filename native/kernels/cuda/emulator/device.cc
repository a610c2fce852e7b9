// Settings of the emulated device, from the environment or from a test.
#include "native/kernels/cuda/emulator/device.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "native/kernels/cuda/emulator/state.h"

namespace unroll {
namespace emulator {
namespace {

// What devices of a capability have; for one in between, the last that is not newer.
struct Generation {
  int capability;
  int64_t shared_per_sm;
  int threads_per_sm, blocks_per_sm;
};
constexpr Generation kGenerations[] = {
    {50, 64 << 10, 2048, 32},  {75, 64 << 10, 1024, 16},  {80, 164 << 10, 2048, 32},  {86, 100 << 10, 1536, 16},  {87, 164 << 10, 1536, 16},
    {89, 100 << 10, 1536, 24}, {90, 228 << 10, 2048, 32}, {100, 228 << 10, 2048, 32}, {120, 100 << 10, 1536, 24},
};

const Generation& GenerationOf(const Device& device) {
  const Generation* last = &kGenerations[0];
  for (const Generation& one : kGenerations) {
    if (one.capability <= 10 * device.major + device.minor) last = &one;
  }
  return *last;
}

// 64, 100K, 2M, 1G.
bool ReadSize(std::string_view text, int64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  if (error != std::errc() || *value < 0) return false;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  constexpr std::string_view kUnits = "KMG";
  if (unit.empty()) return true;
  const size_t power = unit.size() == 1 ? kUnits.find(unit[0]) : kUnits.npos;
  if (power == kUnits.npos || *value >= int64_t{1} << 33) return false;
  *value <<= 10 * (power + 1);
  return true;
}

template <class T>
bool Read(std::string_view text, T* value) {
  int64_t number = 0;
  if (!ReadSize(text, &number)) return false;
  *value = static_cast<T>(number);
  return static_cast<int64_t>(*value) == number;
}

bool ReadCapability(std::string_view text, Device* device) {
  const size_t dot = text.find('.');
  return dot != text.npos && Read(text.substr(0, dot), &device->major) && Read(text.substr(dot + 1), &device->minor);
}

bool ReadOrder(std::string_view text, Order* order) {
  constexpr std::string_view kNames[] = {"fifo", "lifo", "random"};
  const auto* name = std::find(std::begin(kNames), std::end(kNames), text);
  if (name == std::end(kNames)) return false;
  *order = static_cast<Order>(name - std::begin(kNames));
  return true;
}

// `launch:3`
bool ReadFault(std::string_view text, std::string_view first, int64_t* at_first, std::string_view second, int64_t* at_second) {
  const size_t colon = text.find(':');
  if (colon == text.npos) return false;
  const std::string_view what = text.substr(0, colon);
  if (what != first && what != second) return false;
  return Read(text.substr(colon + 1), what == first ? at_first : at_second);
}

bool ReadSetting(std::string_view key, std::string_view value, Device* device) {
  if (key == "devices") return Read(value, &device->devices);
  if (key == "driver") return Read(value, &device->driver);
  if (key == "sms") return Read(value, &device->sms);
  if (key == "capability") return ReadCapability(value, device);
  if (key == "shared") return Read(value, &device->shared_per_sm);
  if (key == "block-shared") return Read(value, &device->shared_per_block);
  if (key == "threads") return Read(value, &device->threads_per_sm);
  if (key == "blocks") return Read(value, &device->blocks_per_sm);
  if (key == "registers") return Read(value, &device->registers);
  if (key == "memory") return Read(value, &device->memory);
  if (key == "watchdog") return Read(value, &device->watchdog);
  if (key == "lazy") return Read(value, &device->lazy);
  if (key == "order") return ReadOrder(value, &device->order);
  if (key == "seed") return Read(value, &device->seed);
  if (key == "lose") return ReadFault(value, "launch", &device->lost_launch, "copy", &device->lost_copy);
  if (key == "oom") return ReadFault(value, "malloc", &device->failed_malloc, "host", &device->failed_host_malloc);
  return false;
}

Device FromEnvironment() {
  Device device;
  const char* text = std::getenv("UNROLL_CUDA_EMULATOR_DEVICE");
  const std::string wrong = text == nullptr ? "" : Configure(text, &device);
  if (wrong.empty()) return device;
  std::fprintf(stderr, "UNROLL_CUDA_EMULATOR_DEVICE: %s\n", wrong.c_str());
  std::abort();
}

}  // namespace

std::string Configure(std::string_view text, Device* device) {
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view setting = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = setting.find('=');
    if (equals == setting.npos || !ReadSetting(setting.substr(0, equals), setting.substr(equals + 1), device))
      return "not a setting of the emulated device: " + std::string(setting);
  }
  return "";
}

int64_t ReservedShared(const Device& device) { return device.major >= 8 ? 1 << 10 : 0; }

Device Completed(Device device) {
  const Generation& generation = GenerationOf(device);
  if (device.shared_per_sm == 0) device.shared_per_sm = generation.shared_per_sm;
  if (device.shared_per_block == 0) device.shared_per_block = device.shared_per_sm - ReservedShared(device);
  if (device.threads_per_sm == 0) device.threads_per_sm = generation.threads_per_sm;
  if (device.blocks_per_sm == 0) device.blocks_per_sm = generation.blocks_per_sm;
  return device;
}

Device& device() {
  static Device device = FromEnvironment();
  return device;
}

void Reset() {
  device() = FromEnvironment();
  cudaGetLastError();
  State& all = state();
  const std::lock_guard lock(all.mutex);
  all.lost = cudaSuccess;
  all.fault.clear();
  Counts& counts = all.counts;
  counts.launches = counts.copies = counts.mallocs = counts.host_mallocs = 0;
  all.rare = 0;
}

Counts counts() {
  const std::lock_guard lock(state().mutex);
  Counts now = state().counts;
  now.rare = state().rare;
  return now;
}

std::string fault() {
  const std::lock_guard lock(state().mutex);
  return state().fault;
}

}  // namespace emulator
}  // namespace unroll
