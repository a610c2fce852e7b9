// The device cuda, emulated, against the reference in double, and what has to hold whatever the numbers are.
#include <cstring>
#include <string>
#include <vector>

#include "native/kernels/cuda/cuda.h"
#include "native/kernels/cuda/emulator/device.h"
#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace {

using test::Floats;
using test::Ran;
using test::Random;
using test::RandomCase;
using test::RecurrentCase;

void CheckTensor(const Floats& got, const reference::Doubles& expected) {
  CHECK(got.size() == expected.size());
  for (size_t i = 0; i < got.size() && i < expected.size(); ++i) CHECK_NEAR(got[i], expected[i], 1e-5, 1e-4);
}

Ran RunOnCuda(const RecurrentCase& c, int capture = 2) {
  std::vector<WeightView> views;
  for (const Floats& weight : c.weights) views.emplace_back(weight.data(), static_cast<int64_t>(weight.size()));
  std::shared_ptr<Program> model;
  Ran ran;
  ran.status = CreateCudaModel({c.Layer()}, c.features, views, &model);
  return ran.status.ok() ? test::RunModel(*model, c.Args(capture)) : ran;
}

void CheckCase(const RecurrentCase& c) {
  const reference::Output expected = c.Reference();
  std::vector<reference::Doubles> tensors{expected.out, expected.h};
  if (!expected.c.empty()) tensors.push_back(expected.c);
  tensors.insert(tensors.end(), expected.traces.begin(), expected.traces.end());
  test::Context() = c.Text();
  const Ran ran = RunOnCuda(c);
  CHECK(ran.status.ok() && ran.outputs.size() == tensors.size());
  if (!ran.status.ok()) test::Fail(__FILE__, __LINE__, ran.status.message());
  for (size_t i = 0; i < ran.outputs.size() && i < tensors.size(); ++i) CheckTensor(ran.outputs[i], tensors[i]);
}

TEST(every_cell_follows_the_reference) {
  Random random(21);
  for (int form = 0; form < 16; ++form) {
    RecurrentCase c;
    c.spec.cell = form / 4 == 0 ? Cell::kSimpleRnn : form / 4 == 1 ? Cell::kLstm : Cell::kGru;
    c.spec.reset_after = form / 4 == 2;
    c.spec.units = 37;
    c.spec.return_sequences = true;
    c.spec.go_backwards = form % 2 == 1;
    c.batch = 5;
    c.timesteps = 11;
    c.features = 3;
    test::Fill(&c, &random);
    if (form % 4 >= 2) {
      for (int64_t i = 0; i < 55; ++i) c.mask.push_back(random.Coin() ? 1 : 0);
    }
    CheckCase(c);
  }
}

TEST(random_layers_follow_the_reference) {
  Random random(22);
  for (int64_t i = 0; i < test::Cases(40); ++i) CheckCase(RandomCase(&random));
}

}  // namespace
}  // namespace unroll
