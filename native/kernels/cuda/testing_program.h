// For the tests of the device cuda: programs with data that they take, chosen or random, on the device and on the CPU.
#ifndef UNROLL_KERNELS_CUDA_TESTING_PROGRAM_H_
#define UNROLL_KERNELS_CUDA_TESTING_PROGRAM_H_

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {

using test::Floats;
using test::Random;

// A program with data that it takes.
struct ProgramCase {
  std::vector<LayerSpec> layers;
  Shape shape;             // of the data
  std::vector<Shape> all;  // of what comes into each layer, and of what leaves the last
  test::Weights weights;
  Floats x;
  std::vector<int32_t> ids;
  std::vector<uint8_t> mask;
  std::vector<Floats> states;

  // Numbers for data of that shape; a quarter of the steps has nothing but −1, for a Masking.
  ProgramCase(const Shape& of_data, Random* random) : shape(of_data), all{of_data} {
    int64_t steps = 1;
    for (size_t axis = 0; axis + 1 < shape.size(); ++axis) steps *= shape[axis];
    for (; steps > 0; --steps) {
      const bool masked = random->Between(0, 3) == 0;
      for (int64_t k = 0; k < shape.back(); ++k) x.push_back(masked ? -1.0f : random->Float(1.5));
    }
  }

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

  void AddMask(Random* random) {
    for (int64_t i = 0; i < shape[0] * shape[1]; ++i) mask.push_back(random->Between(0, 2) > 0 ? 1 : 0);
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

inline RecurrentSpec RandomSpec(Random* random) {
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

inline LayerSpec Of(LayerKind kind) {
  LayerSpec layer;
  layer.kind = kind;
  return layer;
}

inline LayerSpec RandomRecurrent(Random* random) {
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

inline LayerSpec RandomPointwise(const Shape& input, Random* random) {
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

inline ProgramCase RandomProgram(Random* random) {
  const int64_t batch = random->Between(1, 11), time = random->Between(1, 8), features = random->Between(1, 9);
  const int64_t start = random->Between(0, 4);
  ProgramCase c(start == 0 ? Shape{batch, time} : start == 1 ? Shape{batch, features} : Shape{batch, time, features}, random);
  if (start == 0) {
    LayerSpec embedding = Of(LayerKind::kEmbedding);
    embedding.vocabulary = random->Between(1, 9);
    embedding.units = features;
    embedding.mask_zero = random->Coin();
    for (int64_t i = 0; i < batch * time; ++i) c.ids.push_back(static_cast<int32_t>(random->Between(0, embedding.vocabulary - 1)));
    c.Add(embedding, random);
  }
  if (start > 1 && random->Coin()) {
    LayerSpec masking = Of(LayerKind::kMasking);
    masking.mask_value = -1;
    c.Add(masking, random);
  }
  if (start != 1 && random->Between(0, 3) == 0) c.AddMask(random);
  for (int64_t more = random->Between(c.layers.empty() ? 1 : 0, 3); more > 0; --more) {
    const bool sequence = c.Last().size() == 3;
    c.Add(sequence && random->Between(0, 2) > 0 ? RandomRecurrent(random) : RandomPointwise(c.Last(), random), random);
  }
  return c;
}

struct BothRan {
  test::Ran cuda, cpu;
  int64_t progress = 0;  // on the device
};

inline BothRan RunOnBoth(const ProgramCase& c) {
  std::shared_ptr<Program> on_cuda;
  std::shared_ptr<Model> on_cpu;
  BothRan both;
  both.cuda.status = BuildOnCuda(c.layers, c.features(), c.weights, &on_cuda);
  both.cpu.status = test::Build(c.layers, c.features(), c.weights, *AvailableKernels().back(), &on_cpu);
  if (!both.cuda.status.ok() || !both.cpu.status.ok()) return both;
  CancelToken token;
  both.cuda = test::RunModel(*on_cuda, c.Args(), &token);
  both.cpu = test::RunModel(*on_cpu, c.Args());
  both.progress = token.progress();
  return both;
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_TESTING_PROGRAM_H_
