// Names the processor, its cores and the kernels that it runs.
#include "native/binding/machine.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "native/binding/args.h"
#include "native/core/backend.h"
#include "native/kernels/cuda/cuda.h"

namespace unroll {
namespace {

// Distinct sibling lists where Linux tells, else what the standard library counts.
int CountCores() {
  std::set<std::string> cores;
  const unsigned logical = std::thread::hardware_concurrency();
  for (unsigned i = 0; i < logical; ++i) {
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(i) + "/topology/thread_siblings_list");
    std::string line;
    if (!std::getline(file, line)) return logical > 0 ? static_cast<int>(logical) : 1;
    cores.insert(line);
  }
  return cores.empty() ? 1 : static_cast<int>(cores.size());
}

std::string CpuName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "";
}

Napi::Object Cuda(Napi::Env env) {
  const CudaProbe& probe = ProbeCuda();
  Napi::Object cuda = Napi::Object::New(env);
  cuda.Set("state", CudaStateName(probe.state));
  cuda.Set("name", probe.name);
  cuda.Set("driver", probe.driver);
  cuda.Set("needed", probe.needed);
  cuda.Set("capability", probe.capability);
  cuda.Set("memoryBytes", static_cast<double>(probe.memory_bytes));
  cuda.Set("reason", probe.reason);
  cuda.Set("emulated", probe.emulated);
  return cuda;
}

}  // namespace

int PhysicalCores() {
  static const int cores = CountCores();
  return cores;
}

std::string UnknownTarget() {
  const char* wanted = std::getenv("UNROLL_CPU_TARGET");
  std::string list;
  for (const Kernels* kernels : AvailableKernels()) list += (list.empty() ? "" : ", ") + std::string(kernels->name);
  return "UNROLL_CPU_TARGET is “" + std::string(wanted == nullptr ? "" : wanted).substr(0, 40) +
         "”, but this processor and build offer only: " + list + ".";
}

Napi::Value Capabilities(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const Kernels* chosen = ChosenKernels();
  if (chosen == nullptr) Throw(env, Status(Code::kDeviceUnavailable, UnknownTarget()));
  Napi::Object out = Napi::Object::New(env);
  Napi::Array targets = Napi::Array::New(env);
  for (const Kernels* kernels : AvailableKernels()) targets.Set(targets.Length(), kernels->name);
  out.Set("cpuTarget", chosen->name);
  out.Set("cpuTargets", targets);
  out.Set("cpuName", CpuName());
  out.Set("physicalCores", PhysicalCores());
  out.Set("cuda", Cuda(env));
  return out;
}

}  // namespace unroll
