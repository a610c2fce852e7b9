// Whole programs on the device cuda, emulated, beside the same ones on the CPU: every kind of layer, masks along the way, all outputs.
#include <string>
#include <vector>

#include "native/kernels/cuda/testing_program.h"

namespace unroll {
namespace cuda {
namespace {

void CheckProgram(const ProgramCase& c) {
  const int64_t rare = emulator::counts().rare;
  const auto [got, expected, progress] = RunOnBoth(c);
  CHECK(emulator::counts().rare == rare);
  CHECK(expected.status.ok() && got.status.ok() && got.plan.outputs == expected.plan.outputs);
  CHECK(progress == got.plan.steps);
  if (!got.status.ok()) test::Fail(__FILE__, __LINE__, got.status.message());
  for (size_t i = 0; i < got.outputs.size() && got.status.ok(); ++i) {
    for (size_t k = 0; k < got.outputs[i].size(); ++k) CHECK_NEAR(got.outputs[i][k], expected.outputs[i][k], 1e-5, 1e-4);
  }
}

TEST(random_programs_are_what_they_are_on_the_cpu) {
  Random random(51);
  for (int64_t i = 0; i < test::Cases(60); ++i) {
    const std::string device = RandomDevice(&random);
    const Emulated emulated(device);
    const ProgramCase c = RandomProgram(&random);
    test::Context() = device + ": " + c.Text();
    CheckProgram(c);
  }
}

// Every merge with different cells in its directions, on devices of one multiprocessor and of many.
TEST(both_directions_with_each_merge) {
  Random random(52);
  for (const char* device : {"capability=8.9,sms=1", "capability=7.5,sms=2,order=lifo", "capability=8.0,sms=5,order=random"}) {
    const Emulated emulated(device);
    for (int form = 0; form < 20; ++form) {
      ProgramCase c({form % 3 == 0 ? 9 : 2, 5, 3}, &random);
      LayerSpec layer = Of(LayerKind::kBidirectional);
      layer.merge = static_cast<MergeMode>(form % 5);
      const bool alike = layer.merge != MergeMode::kConcat && layer.merge != MergeMode::kNone;
      layer.directions = {RandomSpec(&random), RandomSpec(&random)};
      layer.directions[1].cell = static_cast<Cell>((static_cast<int>(layer.directions[0].cell) + 1 + form % 2) % 3);
      for (size_t d = 0; d < 2; ++d) {
        layer.directions[d].units = alike ? 12 : 12 + 7 * static_cast<int64_t>(d);
        layer.directions[d].return_sequences = form % 4 != 0;
        layer.directions[d].go_backwards = d == 1;
      }
      c.Add(layer, &random);
      if (form % 2 == 0) c.AddMask(&random);
      test::Context() = std::string(device) + ": " + c.Text();
      CheckProgram(c);
    }
  }
}

// Given, left out, and only some of them.
TEST(initial_states_of_several_layers) {
  Random random(53);
  const Emulated emulated("capability=8.9,sms=3");
  for (int form = 0; form < 8; ++form) {
    ProgramCase c({4, 3, 2}, &random);
    for (LayerKind kind : {LayerKind::kBidirectional, LayerKind::kStack, LayerKind::kRecurrent}) {
      LayerSpec layer = Of(kind);
      layer.directions.resize(kind == LayerKind::kRecurrent ? 1 : 2);
      for (RecurrentSpec& spec : layer.directions) {
        spec.cell = static_cast<Cell>(random.Between(0, 2));
        spec.units = 5;
        spec.return_sequences = true;
        for (int64_t s = 0; s < StateCount(spec.cell); ++s)
          c.states.push_back(form > 0 && (form == 1 || random.Coin()) ? random.Floats(20, 1) : Floats());
      }
      c.Add(layer, &random);
    }
    if (form > 4) c.states.resize(static_cast<size_t>(form - 4));
    test::Context() = std::to_string(c.states.size()) + " states: " + c.Text();
    CheckProgram(c);
  }
}

TEST(ids_beyond_the_table_are_refused) {
  Random random(54);
  const Emulated emulated("sms=2");
  ProgramCase c({2, 2}, &random);
  LayerSpec embedding = Of(LayerKind::kEmbedding);
  embedding.vocabulary = 3;
  embedding.units = 2;
  c.Add(embedding, &random);
  std::shared_ptr<Program> model;
  CHECK(BuildOnCuda(c.layers, 0, c.weights, &model).ok());
  for (int32_t bad : {-1, 3, 2147483647}) {
    c.ids = {2, 0, 1, bad};
    const Status status = test::RunModel(*model, c.Args()).status;
    CHECK(status.code() == Code::kInvalidArgument && emulator::counts().launches == 0);
    CHECK(status.message().find(std::to_string(bad)) != std::string::npos);
  }
}

// A Dense of more rows than a piece, so that it is waited for in between.
TEST(products_in_pieces) {
  Random random(55);
  for (const char* device : {"capability=7.5,sms=1", "capability=8.9,sms=1"}) {
    const Emulated emulated(device);
    ProgramCase c({3, 700, 40}, &random);
    LayerSpec dense = Of(LayerKind::kDense);
    dense.units = 70;
    dense.activation = Activation::kSoftmax;
    c.Add(dense, &random);
    test::Context() = device;
    CheckProgram(c);
    CHECK(emulator::counts().launches > 5);
  }
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
