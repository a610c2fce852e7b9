// Finds and checks the weights of a program's layers, and plans its runs.
#include "native/core/program.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "native/core/guard.h"

namespace unroll {
namespace {

std::atomic<int64_t> live_bytes{0};

// Features that leave a layer, given those that come in; 0 where only the data can tell (Reshape).
int64_t FeaturesAfter(const LayerSpec& layer, int64_t features) {
  switch (layer.kind) {
    case LayerKind::kRecurrent:
      return layer.directions[0].units;
    case LayerKind::kStack:
      return layer.directions.back().units;
    case LayerKind::kBidirectional:
      return layer.directions[0].units + (layer.merge == MergeMode::kConcat ? layer.directions[1].units : 0);
    case LayerKind::kDense:
    case LayerKind::kEmbedding:
      return layer.units;
    case LayerKind::kReshape:
      return layer.target.empty() || layer.target.back() == -1 ? 0 : layer.target.back();
    default:
      return features;
  }
}

// Columns of the widest kernel of a layer; 0: it has none.
int64_t KernelColumns(const LayerSpec& layer) {
  int64_t widest = layer.kind == LayerKind::kDense ? layer.units : 0;
  for (const RecurrentSpec& direction : layer.directions) widest = std::max(widest, GateCount(direction.cell) * direction.units);
  return widest;
}

}  // namespace

int64_t LiveBytes() { return live_bytes.load(); }
void AddLiveBytes(int64_t bytes) { live_bytes.fetch_add(bytes); }

Status ViewWeights(const LayerSpec& layer, const std::vector<WeightView>& weights, size_t* next, LayerView* view) {
  int64_t product = 0;
  const int64_t columns = KernelColumns(layer);
  if (!CheckedProduct({view->features, columns}, &product)) {
    return Status(Code::kTooLarge, "A kernel of " + std::to_string(view->features) + " by " + std::to_string(columns) +
                                       " numbers is too large; the limit is 2^50.");
  }
  for (int64_t size : WeightSizes(layer, view->features)) {
    const int64_t got = *next < weights.size() ? weights[*next].second : -1;
    if (got != size) {
      const std::string given = got < 0 ? "it is missing" : std::to_string(got) + " were given";
      return Status(Code::kShapeMismatch,
                    "Weight " + std::to_string(*next) + " has to have " + std::to_string(size) + " numbers; " + given + ".");
    }
    view->weights.push_back(weights[(*next)++].first);
  }
  return Status::Ok();
}

Status Program::Assign(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights,
                       std::vector<LayerView>* views) {
  if (Status status = CheckSpec(layers); !status.ok()) return status;
  features_ = features;
  size_t next = 0;
  int64_t current = features;
  for (const LayerSpec& layer : layers) {
    if (current == 0 && layer.kind != LayerKind::kEmbedding) {
      // Behind a Reshape with an open last axis the kernel says how many features there are.
      const int64_t columns = layer.kind == LayerKind::kDense ? layer.units
                              : layer.directions.empty()      ? 0
                                                              : GateCount(layer.directions[0].cell) * layer.directions[0].units;
      if (columns > 0 && next < weights.size()) current = weights[next].second / columns;
    }
    LayerView view{current, {}};
    if (Status status = ViewWeights(layer, weights, &next, &view); !status.ok()) return status;
    kernel_rows_.push_back(KernelColumns(layer) > 0 ? current : 0);
    views->push_back(std::move(view));
    for (const RecurrentSpec& direction : layer.directions) {
      for (int64_t s = 0; s < StateCount(direction.cell); ++s) state_units_.push_back(direction.units);
    }
    current = FeaturesAfter(layer, current);
  }
  if (next != weights.size()) {
    return Status(Code::kShapeMismatch,
                  "The model has " + std::to_string(next) + " weights; " + std::to_string(weights.size()) + " were given.");
  }
  layers_ = std::move(layers);
  return Status::Ok();
}

Status Program::MakePlan(const Shape& input, int capture, Plan* plan) const {
  return Guarded("There is no memory for a plan.", [&] { return Planned(input, capture, plan); });
}

Status Program::Planned(const Shape& input, int capture, Plan* plan) const {
  Plan made;
  if (Status status = unroll::MakePlan(layers_, features_, input, capture, &made, threads_); !status.ok()) return status;
  // Behind a Reshape with an open axis the number of features follows the data; a kernel would be read past its end.
  for (size_t i = 0; i < layers_.size(); ++i) {
    const int64_t got = made.shapes[i].back();
    if (kernel_rows_[i] == 0 || kernel_rows_[i] == got) continue;
    return Status(Code::kShapeMismatch, "Layer " + std::to_string(i + 1) + " has weights for " + std::to_string(kernel_rows_[i]) +
                                            " features; with this data it gets " + std::to_string(got) + ".");
  }
  *plan = std::move(made);
  return Status::Ok();
}

Status CheckIds(const LayerSpec& embedding, const int32_t* ids, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (ids[i] >= 0 && ids[i] < embedding.vocabulary) continue;
    return Status(Code::kInvalidArgument, "Token id " + std::to_string(ids[i]) + " is not in the Embedding's table: ids go from 0 to " +
                                              std::to_string(embedding.vocabulary - 1) + ".");
  }
  return Status::Ok();
}

}  // namespace unroll
