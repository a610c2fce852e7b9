// What is allocated, when, and what follows where the system has no more: counted and refused in operator new and aligned_alloc.
//
// Sanitizers bring their own; there nothing is refused and nothing counted, and only the runs themselves are looked at.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "native/core/executor.h"
#include "native/core/model.h"
#include "native/kernels/backward/sensitivity.h"
#include "native/test/check.h"
#include "native/test/models.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNROLL_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNROLL_SANITIZED
#endif

namespace {
std::atomic<int64_t> allocations{0};
// The number of the allocation that fails, of those from now on; 0: none.
std::atomic<int64_t> failing{0};

bool Refused() {
  allocations.fetch_add(1);
  return failing.load() > 0 && failing.fetch_sub(1) == 1;
}
}  // namespace

#if !defined(UNROLL_SANITIZED) && defined(__GLIBC__)
extern "C" void* __libc_memalign(size_t align, size_t size);
extern "C" void* aligned_alloc(size_t align, size_t size) { return Refused() ? nullptr : __libc_memalign(align, size); }
void* operator new(size_t size) {
  void* memory = Refused() ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
constexpr bool kCounts = true;
#else
constexpr bool kCounts = false;
#endif

namespace unroll {
namespace {

using test::Random;
using test::RecurrentCase;

RecurrentCase Case(Cell cell, int64_t timesteps) {
  Random random(71);
  RecurrentCase c;
  c.spec.cell = cell;
  c.spec.units = 20;
  c.spec.return_sequences = true;
  c.batch = 3;
  c.timesteps = timesteps;
  c.features = 5;
  test::Fill(&c, &random);
  for (int64_t i = 0; i < c.batch * c.timesteps; ++i) c.mask.push_back(i % 4 == 0 ? 0 : 1);
  return c;
}

// Allocations of a run alone.
int64_t AllocationsOf(const RecurrentCase& c) {
  std::shared_ptr<Model> model;
  CHECK(test::Build({c.Layer()}, c.features, c.weights, *AvailableKernels().back(), &model).ok());
  RunArgs args;
  args.shape = {c.batch, c.timesteps, c.features};
  args.x = c.x.data();
  args.mask = c.mask.data();
  args.capture = 2;
  Plan plan;
  CHECK(model->MakePlan(args.shape, args.capture, &plan).ok());
  std::vector<test::Floats> outputs;
  for (int64_t size : plan.outputs) outputs.emplace_back(size);
  for (test::Floats& output : outputs) args.outputs.push_back(output.data());
  Execution execution(*model, args, plan);
  CHECK(execution.Reserve().ok());
  const int64_t before = allocations.load();
  CHECK(execution.Run(nullptr, nullptr).ok());
  return allocations.load() - before;
}

TEST(no_step_allocates) {
  for (Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGru}) {
    // Not even a run does, once its memory is reserved; several chunks of the projection among the long one.
    CHECK(AllocationsOf(Case(cell, 1)) == 0);
    CHECK(AllocationsOf(Case(cell, 1000)) == 0);
  }
}

// Calls body with each of its allocations refused in turn, until none was; returns how many there were.
template <typename Body>
int64_t RefuseEach(Body body) {
  for (int64_t n = 1;; ++n) {
    const int64_t live = LiveBytes();
    failing.store(n);
    const Status status = body();
    const bool refused = failing.exchange(0) <= 0;
    CHECK(LiveBytes() == live);
    if (!refused || !kCounts) {
      CHECK(status.ok());
      return n - 1;
    }
    CHECK(status.code() == Code::kOutOfMemory);
  }
}

TEST(a_model_is_refused_where_any_of_its_allocations_fails) {
  const RecurrentCase c = Case(Cell::kGru, 4);
  const std::vector<LayerSpec> layers = {c.Layer()};
  const int64_t sites = RefuseEach([&]() -> Status {
    std::vector<LayerSpec> own;
    std::vector<WeightView> views;
    const int64_t wanted = failing.exchange(0);
    own = layers;
    for (const auto& weight : c.weights) views.emplace_back(weight.data(), static_cast<int64_t>(weight.size()));
    failing.store(wanted);
    std::shared_ptr<Model> model;
    return Model::Create(std::move(own), c.features, views, *AvailableKernels().back(), 1, &model);
  });
  CHECK(!kCounts || sites > 5);
}

TEST(a_plan_and_a_run_are_refused_where_any_of_their_allocations_fails) {
  const RecurrentCase c = Case(Cell::kLstm, 4);
  std::shared_ptr<Model> model;
  CHECK(test::Build({c.Layer()}, c.features, c.weights, *AvailableKernels().back(), &model).ok());
  const Shape shape = {c.batch, c.timesteps, c.features};
  const int64_t planning = RefuseEach([&] {
    Plan plan;
    return model->MakePlan(shape, 2, &plan);
  });
  CHECK(!kCounts || planning > 2);
  Plan plan;
  CHECK(model->MakePlan(shape, 2, &plan).ok());
  RunArgs args;
  args.shape = shape;
  args.x = c.x.data();
  args.capture = 2;
  std::vector<test::Floats> outputs;
  for (int64_t size : plan.outputs) outputs.emplace_back(size);
  for (test::Floats& output : outputs) args.outputs.push_back(output.data());
  Pool pool;
  CHECK(!kCounts || RefuseEach([&] { return model->Run(args, plan, nullptr, &pool); }) > 0);
}

// Every kind of layer below a stack.
SensitivityArgs HorizonArgs() {
  LayerSpec masking, dense, activation, both, reshape, stack;
  masking.kind = LayerKind::kMasking;
  dense.kind = LayerKind::kDense;
  dense.units = 4;
  activation.kind = LayerKind::kActivation;
  activation.activation = Activation::kSparsemax;
  both.kind = LayerKind::kBidirectional;
  both.merge = MergeMode::kMul;
  both.directions = {Case(Cell::kLstm, 1).spec, Case(Cell::kSimpleRnn, 1).spec};
  reshape.kind = LayerKind::kReshape;
  reshape.target = {-1, 5};
  stack.kind = LayerKind::kStack;
  stack.directions = {Case(Cell::kGru, 1).spec, Case(Cell::kLstm, 1).spec};
  SensitivityArgs args;
  args.layers = {masking, dense, activation, both, reshape, stack};
  args.shape = {1, 4, 3};
  return args;
}

TEST(a_memory_horizon_is_refused_where_any_of_its_allocations_fails) {
  Random random(72);
  SensitivityArgs args = HorizonArgs();
  const test::Weights weights = test::RandomWeights(args.layers, {3, 3, 4, 4, 20, 5}, &random);
  for (const auto& weight : weights) args.weights.emplace_back(weight.data(), static_cast<int64_t>(weight.size()));
  const std::vector<float> x = random.Floats(12, 1);
  args.x = x.data();
  const int64_t planning = RefuseEach([&] {
    SensitivityPlan plan;
    return PlanSensitivity(args, 1, &plan);
  });
  CHECK(!kCounts || planning > 5);
  SensitivityPlan plan;
  CHECK(PlanSensitivity(args, 1, &plan).ok());
  std::vector<double> norms(static_cast<size_t>(plan.timesteps));
  std::vector<float> gradient(static_cast<size_t>(plan.inputs));
  args.state_norms = norms.data();
  args.input_gradient = gradient.data();
  Pool pool;
  const auto compute = [&] { return ComputeSensitivity(args, plan, *AvailableKernels().back(), 1, nullptr, &pool); };
  CHECK(!kCounts || RefuseEach(compute) > 50);
}

}  // namespace
}  // namespace unroll
