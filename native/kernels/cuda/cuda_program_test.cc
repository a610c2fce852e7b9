// Whole programs on the device cuda, emulated, beside the same ones on the CPU: every kind of layer, masks along the way, all outputs.
#include <algorithm>
#include <string>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Floats;
using test::Ran;
using test::Random;
using Layers = std::vector<LayerSpec>;

// A program with data that it takes.
struct Case {
  Layers layers;
  Shape shape;             // of the data
  std::vector<Shape> all;  // of what comes into each layer, and of what leaves the last
  test::Weights weights;
  Floats x;
  std::vector<int32_t> ids;
  std::vector<uint8_t> mask;
  std::vector<Floats> states;

  // What comes into the next layer.
  const Shape& Last() const { return all.back(); }
  int64_t features() const { return layers[0].kind == LayerKind::kEmbedding ? 0 : shape.back(); }

  void Add(const LayerSpec& layer, Random* random) {
    const int64_t in = Last().back();
    layers.push_back(layer);
    // They shrink with the width, so that nothing runs away.
    for (int64_t size : WeightSizes(layer, layer.kind == LayerKind::kEmbedding ? 0 : in)) {
      const double width = std::max<double>(4, static_cast<double>(layer.directions.empty() ? in : layer.directions[0].units));
      weights.push_back(random->Floats(size, 0.8 / std::sqrt(width)));
    }
    all.push_back(OutputShapes(layer, Last())[0]);
  }

  RunArgs Args() const {
    RunArgs args;
    args.shape = shape;
    args.x = ids.empty() ? x.data() : nullptr;
    args.ids = ids.empty() ? nullptr : ids.data();
    args.mask = mask.empty() ? nullptr : mask.data();
    for (const Floats& state : states) args.initial_states.push_back(state.empty() ? nullptr : state.data());
    args.capture = 2;
    return args;
  }

  std::string Text() const {
    static const char* const kKinds[] = {"recurrent", "bidirectional", "stack",         "dense",  "embedding",
                                         "masking",   "activation",    "repeat vector", "reshape"};
    std::string text;
    for (int64_t d : shape) text += std::to_string(d) + " ";
    for (const LayerSpec& layer : layers) {
      text += std::string("> ") + kKinds[static_cast<int>(layer.kind)] + " ";
      for (const RecurrentSpec& one : layer.directions)
        text += std::to_string(static_cast<int>(one.cell)) + (one.go_backwards ? "b" : "f") + std::to_string(one.units) + " ";
    }
    return text + (mask.empty() ? "" : "with a mask");
  }
};

RecurrentSpec RandomSpec(Random* random) {
  constexpr Activation kActivations[] = {Activation::kTanh, Activation::kTanh, Activation::kSoftsign, Activation::kSigmoid,
                                         Activation::kSoftmax};
  RecurrentSpec spec;
  spec.cell = static_cast<Cell>(random->Between(0, 2));
  spec.units = random->Between(1, 17);
  spec.activation = kActivations[random->Between(0, 4)];
  spec.use_bias = random->Coin();
  spec.return_sequences = random->Between(0, 2) > 0;
  spec.go_backwards = random->Coin();
  spec.zero_output_for_mask = random->Coin();
  spec.reset_after = random->Coin();
  return spec;
}

LayerSpec Of(LayerKind kind) {
  LayerSpec layer;
  layer.kind = kind;
  return layer;
}

LayerSpec RandomRecurrent(Random* random) {
  LayerSpec layer = Of(static_cast<LayerKind>(random->Between(0, 2)));
  layer.directions = {RandomSpec(random)};
  if (layer.kind == LayerKind::kBidirectional) {
    layer.merge = static_cast<MergeMode>(random->Between(0, 4));
    RecurrentSpec second = RandomSpec(random);
    second.return_sequences = layer.directions[0].return_sequences;
    second.go_backwards = !layer.directions[0].go_backwards;
    if (layer.merge != MergeMode::kConcat && layer.merge != MergeMode::kNone) second.units = layer.directions[0].units;
    layer.directions.push_back(second);
  }
  if (layer.kind == LayerKind::kStack) {
    for (int64_t more = random->Between(0, 2); more > 0; --more) {
      layer.directions.back().return_sequences = true;
      layer.directions.push_back(RandomSpec(random));
      layer.directions.back().go_backwards = false;
    }
  }
  return layer;
}

LayerSpec RandomPointwise(const Shape& input, Random* random) {
  constexpr Activation kActivations[] = {Activation::kRelu,       Activation::kTanh,      Activation::kSoftmax,
                                         Activation::kLogSoftmax, Activation::kSparsemax, Activation::kGelu};
  LayerSpec layer;
  layer.activation = kActivations[random->Between(0, 5)];
  const int64_t kind = random->Between(0, input.size() == 2 ? 3 : 2);
  if (kind == 0) {
    layer.kind = LayerKind::kDense;
    layer.units = random->Between(1, random->Coin() ? 9 : 90);
    layer.use_bias = random->Coin();
  } else if (kind == 1) {
    layer.kind = LayerKind::kActivation;
  } else if (kind == 2) {
    // [B, a, b] becomes [B, b, a], [B, a] becomes [B, 1, a].
    layer.kind = LayerKind::kReshape;
    layer.target = input.size() == 3 ? std::vector<int64_t>{input[2], -1} : std::vector<int64_t>{1, input[1]};
    if (input.size() == 3 && random->Coin()) layer.target = {-1};
  } else {
    layer.kind = LayerKind::kRepeatVector;
    layer.times = random->Between(1, 6);
  }
  return layer;
}

Case RandomProgram(Random* random) {
  Case c;
  const int64_t batch = random->Between(1, 11), time = random->Between(1, 8), features = random->Between(1, 9),
                start = random->Between(0, 4);
  c.shape = start == 0 ? Shape{batch, time} : start == 1 ? Shape{batch, features} : Shape{batch, time, features};
  c.all = {c.shape};
  if (start == 0) {
    LayerSpec embedding = Of(LayerKind::kEmbedding);
    embedding.vocabulary = random->Between(1, 9);
    embedding.units = features;
    embedding.mask_zero = random->Coin();
    for (int64_t i = 0; i < batch * time; ++i) c.ids.push_back(static_cast<int32_t>(random->Between(0, embedding.vocabulary - 1)));
    c.Add(embedding, random);
  }
  // Numbers of which some are those that are masked.
  for (int64_t i = 0; i < batch * time * features; ++i) c.x.push_back(random->Coin() ? -1.0f : random->Float(1.5));
  if (start > 1 && random->Coin()) {
    LayerSpec masking = Of(LayerKind::kMasking);
    masking.mask_value = -1;
    c.Add(masking, random);
  }
  if (start != 1 && random->Between(0, 3) == 0) {
    for (int64_t i = 0; i < batch * time; ++i) c.mask.push_back(random->Between(0, 2) > 0 ? 1 : 0);
  }
  for (int64_t more = random->Between(c.layers.empty() ? 1 : 0, 3); more > 0; --more) {
    const bool sequence = c.Last().size() == 3;
    c.Add(sequence && random->Between(0, 2) > 0 ? RandomRecurrent(random) : RandomPointwise(c.Last(), random), random);
  }
  return c;
}

void CheckProgram(const Case& c) {
  std::shared_ptr<Program> on_cuda;
  std::shared_ptr<Model> on_cpu;
  CHECK(BuildOnCuda(c.layers, c.features(), c.weights, &on_cuda).ok());
  CHECK(test::Build(c.layers, c.features(), c.weights, *AvailableKernels().back(), &on_cpu).ok());
  if (on_cuda == nullptr || on_cpu == nullptr) return;
  CancelToken token;
  const Ran got = test::RunModel(*on_cuda, c.Args(), &token), expected = test::RunModel(*on_cpu, c.Args());
  CHECK(expected.status.ok() && got.status.ok() && got.plan.outputs == expected.plan.outputs);
  CHECK(token.progress() == got.plan.steps);
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
    Case c = RandomProgram(&random);
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
      Case c;
      c.shape = {form % 3 == 0 ? 9 : 2, 5, 3};
      c.all = {c.shape};
      c.x = random.Floats(c.shape[0] * 15, 1);
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
      if (form % 2 == 0) {
        for (int64_t i = 0; i < c.shape[0] * 5; ++i) c.mask.push_back(random.Coin() ? 1 : 0);
      }
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
    Case c;
    c.shape = {4, 3, 2};
    c.all = {c.shape};
    c.x = random.Floats(24, 1);
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
  Case c;
  c.shape = {2, 2};
  c.all = {c.shape};
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
    Case c;
    c.shape = {3, 700, 40};
    c.all = {c.shape};
    c.x = random.Floats(3 * 700 * 40, 1);
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
