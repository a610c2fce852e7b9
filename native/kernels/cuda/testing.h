// For the tests of the device cuda: emulated devices, models on them, and what two runs have in common.
#ifndef UNROLL_KERNELS_CUDA_TESTING_H_
#define UNROLL_KERNELS_CUDA_TESTING_H_

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "native/kernels/cuda/cuda.h"
#include "native/kernels/cuda/device.h"
#include "native/kernels/cuda/emulator/device.h"
#include "native/kernels/cuda/layout.h"
#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace cuda {

// While it lives, the emulated device is as `text` says, see emulator::Configure.
class Emulated {
 public:
  explicit Emulated(const std::string& text) {
    emulator::Reset();
    const std::string wrong = emulator::Configure(text, &emulator::device());
    if (!wrong.empty()) test::Fail(__FILE__, __LINE__, wrong);
  }
  ~Emulated() { emulator::Reset(); }
  Emulated(const Emulated&) = delete;
  Emulated& operator=(const Emulated&) = delete;
};

// Float32 and tensor cores, few and many multiprocessors, shared memory in which little can stay, each order of the threads.
inline constexpr const char* kDevices[] = {"capability=7.5,sms=3", "capability=8.9,sms=6,order=lifo",
                                           "capability=9.0,sms=20,order=random,seed=3", "capability=8.6,sms=2,block-shared=32K"};

inline std::string RandomDevice(test::Random* random) {
  const auto one = [random](std::initializer_list<const char*> list) {
    return std::string(list.begin()[random->Between(0, static_cast<int64_t>(list.size()) - 1)]);
  };
  return "capability=" + one({"7.5", "8.0", "8.9", "9.0"}) + ",sms=" + std::to_string(random->Between(1, random->Coin() ? 4 : 24)) +
         one({"", "", ",block-shared=32K", ",block-shared=48K"}) + ",order=" + one({"fifo", "fifo", "lifo", "random"}) +
         ",seed=" + std::to_string(random->Between(1, 1000));
}

inline Status BuildOnCuda(const std::vector<LayerSpec>& layers, int64_t features, const test::Weights& weights,
                          std::shared_ptr<Program>* model, bool tf32 = false) {
  std::vector<WeightView> views;
  for (const test::Floats& weight : weights) views.emplace_back(weight.data(), static_cast<int64_t>(weight.size()));
  return CreateCudaModel(layers, features, views, tf32, model);
}

inline test::Ran RunOnCuda(const test::RecurrentCase& c, int capture = 2, CancelToken* token = nullptr) {
  std::shared_ptr<Program> model;
  test::Ran ran;
  ran.status = BuildOnCuda({c.Layer()}, c.features, c.weights, &model);
  return ran.status.ok() ? test::RunModel(*model, c.Args(capture), token) : ran;
}

// Where not all weights of the layer can stay in the shared memory of the device that is emulated now.
inline bool Streamed(const test::RecurrentCase& c) {
  GpuLimits limits;
  CHECK(ReadLimits(&limits).ok());
  const DirectionShape shape{static_cast<int>(c.spec.units), static_cast<int>(GateCount(c.spec.cell))};
  DirectionLayout layout;
  return !ChooseLayout(limits, &shape, 1, static_cast<int>(c.batch), &layout).resident;
}

// A layer of that cell that returns sequences, with everything but its sizes as usual; Fill comes later.
inline test::RecurrentCase Sized(Cell cell, int64_t units, int64_t batch, int64_t timesteps, int64_t features = 3) {
  test::RecurrentCase c;
  c.spec.cell = cell;
  c.spec.units = units;
  c.spec.return_sequences = true;
  c.batch = batch;
  c.timesteps = timesteps;
  c.features = features;
  return c;
}

inline void FillStates(test::RecurrentCase* c, test::Random* random) {
  c->initial_h = random->Floats(c->batch * c->spec.units, 1);
  if (c->spec.cell == Cell::kLstm) c->initial_c = random->Floats(c->batch * c->spec.units, 1);
}

inline void FillMask(test::RecurrentCase* c, test::Random* random) {
  c->mask.clear();
  for (int64_t i = 0; i < c->batch * c->timesteps; ++i) c->mask.push_back(random->Between(0, 2) > 0 ? 1 : 0);
}

inline bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Of the same bits, so that NaN equals NaN and −0 is not 0.
inline bool Same(const test::Floats& a, const test::Floats& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), 4 * a.size()) == 0;
}

// Both went well, and every output that they have in common is the same.
inline bool Same(const test::Ran& a, const test::Ran& b) {
  if (!a.status.ok() || !b.status.ok()) return false;
  for (size_t i = 0; i < a.outputs.size() && i < b.outputs.size(); ++i) {
    if (!Same(a.outputs[i], b.outputs[i])) return false;
  }
  return true;
}

// Against the reference in double; all outputs and traces.
inline void CheckCase(const test::RecurrentCase& c) {
  const reference::Output expected = c.Reference();
  std::vector<reference::Doubles> tensors{expected.out, expected.h};
  if (!expected.c.empty()) tensors.push_back(expected.c);
  tensors.insert(tensors.end(), expected.traces.begin(), expected.traces.end());
  const int64_t rare = emulator::counts().rare;
  const test::Ran ran = RunOnCuda(c);
  // A sum that is NaN is computed anew: this would hide that it is one of memory that nobody has written.
  CHECK(emulator::counts().rare == rare);
  if (!ran.status.ok()) test::Fail(__FILE__, __LINE__, ran.status.message());
  CHECK(ran.status.ok() && ran.outputs.size() == tensors.size());
  for (size_t i = 0; i < ran.outputs.size() && i < tensors.size(); ++i) {
    const test::Floats& got = ran.outputs[i];
    CHECK(got.size() == tensors[i].size());
    for (size_t k = 0; k < got.size() && k < tensors[i].size(); ++k) CHECK_NEAR(got[k], tensors[i][k], 1e-5, 1e-4);
  }
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_TESTING_H_
