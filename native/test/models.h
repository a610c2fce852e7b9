// Models for the tests: random recurrent layers with their weights, and a run into buffers of exactly the planned size.
#ifndef UNROLL_TEST_MODELS_H_
#define UNROLL_TEST_MODELS_H_

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "native/core/model.h"
#include "native/kernels/reference/reference.h"
#include "native/test/random.h"

namespace unroll {
namespace test {

using Floats = std::vector<float>;
using Weights = std::vector<Floats>;

inline Status Build(const std::vector<LayerSpec>& layers, int64_t features, const Weights& weights, const Kernels& kernels,
                    std::shared_ptr<Model>* model, int64_t threads = 1) {
  std::vector<WeightView> views;
  for (const Floats& weight : weights) views.emplace_back(weight.data(), static_cast<int64_t>(weight.size()));
  return Model::Create(layers, features, views, kernels, threads, model);
}

// Random weights for layers of which each takes what the one before gives; `features` of each in turn.
inline Weights RandomWeights(const std::vector<LayerSpec>& layers, const std::vector<int64_t>& features, Random* random) {
  Weights weights;
  for (size_t i = 0; i < layers.size(); ++i) {
    for (int64_t size : WeightSizes(layers[i], features[i])) weights.push_back(random->Floats(size, 0.5));
  }
  return weights;
}

struct Ran {
  Status status;
  Plan plan;
  std::vector<Floats> outputs;
};

// Plans and runs; args.outputs need not be set.
inline Ran RunModel(const Program& model, RunArgs args, CancelToken* token = nullptr, Pool* pool = nullptr) {
  Ran ran;
  ran.status = model.MakePlan(args.shape, args.capture, &ran.plan);
  if (!ran.status.ok()) return ran;
  // NaN: what a run does not write is seen.
  for (int64_t size : ran.plan.outputs) ran.outputs.emplace_back(size, std::nanf(""));
  for (Floats& output : ran.outputs) args.outputs.push_back(output.data());
  ran.status = model.Run(args, ran.plan, token, pool);
  return ran;
}

// One recurrent layer in one direction, with all that a run of it reads.
struct RecurrentCase {
  RecurrentSpec spec;
  int64_t batch = 1, timesteps = 1, features = 1;
  Floats x, initial_h, initial_c;  // the states may be empty
  Weights weights;                 // kernel, recurrent, [bias]
  std::vector<uint8_t> mask;       // may be empty

  LayerSpec Layer() const {
    LayerSpec layer;
    layer.directions = {spec};
    return layer;
  }
  std::string Text() const {
    static const char* const kCells[] = {"SimpleRNN", "LSTM", "GRU"};
    return std::string(kCells[static_cast<int>(spec.cell)]) + ", B " + std::to_string(batch) + ", T " + std::to_string(timesteps) + ", D " +
           std::to_string(features) + ", H " + std::to_string(spec.units) + ", " +
           kActivationNames[static_cast<int>(spec.activation)].name + ", " +
           kActivationNames[static_cast<int>(spec.recurrent_activation)].name + (spec.use_bias ? ", bias" : "") +
           (spec.return_sequences ? ", sequences" : "") + (spec.go_backwards ? ", backwards" : "") +
           (spec.zero_output_for_mask ? ", zero output" : "") + (spec.reset_after ? ", reset after" : "") + (mask.empty() ? "" : ", mask") +
           (initial_h.empty() ? "" : ", initial states");
  }
  // Valid as long as this.
  RunArgs Args(int capture) const {
    RunArgs args;
    args.shape = {batch, timesteps, features};
    args.x = x.data();
    args.mask = mask.empty() ? nullptr : mask.data();
    if (!initial_h.empty()) args.initial_states.push_back(initial_h.data());
    if (!initial_c.empty()) args.initial_states.push_back(initial_c.data());
    args.capture = capture;
    return args;
  }
  // Outputs as the plan lists them for one recurrent layer: output, h, [c], with capture 2 the traces.
  Ran Run(const Kernels& kernels, int capture = 2, CancelToken* token = nullptr, Pool* pool = nullptr, int64_t threads = 1) const {
    std::shared_ptr<Model> model;
    Ran ran;
    ran.status = Build({Layer()}, features, weights, kernels, &model, threads);
    return ran.status.ok() ? RunModel(*model, Args(capture), token, pool) : ran;
  }
  reference::Output Reference() const {
    auto wide = [](const Floats& v) { return reference::Doubles(v.begin(), v.end()); };
    reference::Input in{spec, batch,           timesteps,       features, wide(x), wide(weights[0]), wide(weights[1]),
                        {},   wide(initial_h), wide(initial_c), mask};
    if (spec.use_bias) in.bias = wide(weights[2]);
    return reference::Run(in);
  }
};

// Data and weights for a spec; the weights shrink with the width, so that no state runs away.
inline void Fill(RecurrentCase* c, Random* random) {
  c->x = random->Floats(c->batch * c->timesteps * c->features, 1.5);
  c->weights.clear();
  for (int64_t size : WeightSizes(c->Layer(), c->features)) {
    c->weights.push_back(random->Floats(size, 0.8 / std::sqrt(std::fmax(4, static_cast<double>(c->spec.units)))));
  }
}

// Any cell with any sizes, activations and options, as far as a rounding stays one: activations with jumps are left out, and where a
// state may grow (an activation without bounds) gates are never negative and sequences are short.
inline RecurrentCase RandomCase(Random* random) {
  static const std::vector<Activation> kBounded = {Activation::kTanh,    Activation::kSoftsign,  Activation::kHardTanh,
                                                   Activation::kSigmoid, Activation::kRelu6,     Activation::kHardSigmoid,
                                                   Activation::kSoftmax, Activation::kSparsemax, Activation::kSparseSigmoid};
  static const std::vector<Activation> kUnbounded = {
      Activation::kLinear,     Activation::kRelu,       Activation::kLeakyRelu,  Activation::kElu,        Activation::kSelu,
      Activation::kGelu,       Activation::kSilu,       Activation::kMish,       Activation::kSoftplus,   Activation::kHardSilu,
      Activation::kLogSigmoid, Activation::kTanhShrink, Activation::kSoftShrink, Activation::kSquareplus, Activation::kSparsePlus};
  static const std::vector<Activation> kGates = {
      Activation::kSigmoid,       Activation::kSigmoid, Activation::kHardSigmoid, Activation::kHardSigmoidKeras2,
      Activation::kSparseSigmoid, Activation::kSoftmax, Activation::kTanh};
  auto one = [random](const std::vector<Activation>& list, size_t but = 0) {
    return list[random->Between(0, static_cast<int64_t>(list.size() - but) - 1)];
  };
  RecurrentCase c;
  // Now and then a batch of more rows than are projected at once, or a sequence of several chunks.
  const int64_t form = random->Between(0, 9);
  const bool bounded = form == 1 || random->Coin();
  c.spec.cell = static_cast<Cell>(random->Between(0, 2));
  c.spec.units = form < 2 ? random->Between(1, 12) : random->Between(1, random->Coin() ? 8 : 70);
  c.spec.activation = bounded ? (random->Coin() ? Activation::kTanh : one(kBounded)) : one(kUnbounded);
  c.spec.recurrent_activation = one(kGates, bounded ? 0 : 1);
  c.spec.use_bias = random->Between(0, 3) > 0;
  c.spec.return_sequences = random->Coin();
  c.spec.go_backwards = random->Coin();
  c.spec.zero_output_for_mask = random->Coin();
  c.spec.reset_after = random->Coin();
  c.batch = form == 0 ? random->Between(190, 200) : random->Between(1, 9);
  c.timesteps = form == 0 ? random->Between(1, 3) : form == 1 ? random->Between(150, 250) : random->Between(1, 24);
  c.features = random->Between(1, random->Coin() ? 5 : 40);
  Fill(&c, random);
  if (random->Coin()) {
    c.initial_h = random->Floats(c.batch * c.spec.units, 1);
    if (c.spec.cell == Cell::kLstm) c.initial_c = random->Floats(c.batch * c.spec.units, 1);
  }
  if (random->Coin()) {
    for (int64_t i = 0; i < c.batch * c.timesteps; ++i) c.mask.push_back(random->Between(0, 2) > 0 ? 1 : 0);
  }
  return c;
}

}  // namespace test
}  // namespace unroll

#endif  // UNROLL_TEST_MODELS_H_
