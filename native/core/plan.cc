// Shapes through the program, with checked products; the order of outputs is that of extension/core/model/tensors.ts.
#include "native/core/plan.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "native/core/direction.h"
#include "native/core/limits.h"

namespace unroll {
namespace {

std::string Text(const Shape& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

Status TooLarge(const std::string& what, int64_t got, int64_t limit) {
  return Status(Code::kTooLarge, what + " is " + std::to_string(got) + "; the limit is " + std::to_string(limit) + ".");
}

Status CheckUnits(const char* what, int64_t units) {
  if (units < 1) return Status(Code::kInvalidArgument, std::string(what) + " has to be at least 1.");
  if (units > kMaxUnits) return TooLarge(what, units, kMaxUnits);
  return Status::Ok();
}

Status CheckInput(const LayerSpec& first, int64_t features, const Shape& input) {
  const bool embedding = first.kind == LayerKind::kEmbedding;
  const bool recurrent = !first.directions.empty() || first.kind == LayerKind::kMasking;
  const size_t rank = input.size();
  if (rank < 2 || rank > 8 || (recurrent && rank != 3) || (embedding && rank != 2)) {
    return Status(Code::kShapeMismatch, "The first layer wants another rank; the data has shape " + Text(input) + ".");
  }
  for (int64_t d : input) {
    if (d < 1) return Status(Code::kShapeMismatch, "The data has shape " + Text(input) + ": every axis needs at least one entry.");
  }
  if (input[0] > kMaxBatch) return TooLarge("The batch", input[0], kMaxBatch);
  if (input[1] > kMaxTimesteps) return TooLarge("The number of time steps", input[1], kMaxTimesteps);
  if (!embedding && input.back() > kMaxUnits) return TooLarge("The number of features", input.back(), kMaxUnits);
  if (!embedding && input.back() != features) {
    return Status(Code::kShapeMismatch,
                  "The data has " + std::to_string(input.back()) + " features, the model expects " + std::to_string(features) + ".");
  }
  return Status::Ok();
}

// Does the layer take what comes in from above?
Status CheckLayer(const LayerSpec& layer, const Shape& input, size_t index) {
  const std::string which = "Layer " + std::to_string(index + 1);
  const bool sequence = !layer.directions.empty() || layer.kind == LayerKind::kMasking;
  if (sequence && input.size() != 3) return Status(Code::kShapeMismatch, which + " needs a sequence; it gets " + Text(input) + ".");
  if (layer.kind == LayerKind::kDense && input.size() < 2) {
    return Status(Code::kShapeMismatch, which + " needs an axis of features; it gets " + Text(input) + ".");
  }
  if (layer.kind == LayerKind::kRepeatVector && input.size() != 2) {
    return Status(Code::kShapeMismatch, which + " needs one vector; it gets " + Text(input) + ".");
  }
  if (layer.kind == LayerKind::kEmbedding && index > 0) {
    return Status(Code::kShapeMismatch, "Embedding has to be the first layer.");
  }
  if (layer.kind == LayerKind::kReshape) {
    int64_t have = 0, known = 1, open = 0;
    if (!CheckedProduct(Shape(input.begin() + 1, input.end()), &have)) return TooLarge(which, kMaxElements, kMaxElements);
    for (int64_t d : layer.target) {
      if (d == -1)
        ++open;
      else if (!CheckedProduct({known, d}, &known))
        return TooLarge(which, d, kMaxElements);
    }
    if (open > 1 || known < 1 || (open == 1 ? have % known != 0 : have != known)) {
      return Status(Code::kShapeMismatch, which + " cannot make " + Text(layer.target) + " of " + std::to_string(have) + " numbers.");
    }
  }
  return Status::Ok();
}

// A plan in the making. Every number passes CheckedProduct before it is added up, so that no sum runs over.
class Planner {
 public:
  Planner(int capture, int64_t threads) : capture_(capture), threads_(threads) {}

  // input, shapes: what comes into the layer and what leaves it. False where they cannot be counted.
  bool Add(const LayerSpec& layer, const Shape& input, const std::vector<Shape>& shapes, bool last) {
    LayerOutputs slots;
    for (const Shape& shape : shapes) {
      int64_t size = 0;
      if (!CheckedProduct(shape, &size)) return false;
      largest_ = std::max(largest_, size);
      slots.output.push_back(capture_ > 0 || last ? Slot(size) : -1);
    }
    plan_.shapes.push_back(input);
    if (layer.kind == LayerKind::kMasking || layer.kind == LayerKind::kEmbedding) {
      plan_.mask_bytes = std::max(plan_.mask_bytes, input[0] * input[1]);
    }
    if (!AddDirections(layer, input, &slots) || !AddDense(layer, input)) return false;
    plan_.layers.push_back(std::move(slots));
    return plan_.work <= kMaxElements * 8;
  }

  Plan Finish(const Shape& output) {
    plan_.shapes.push_back(output);
    int64_t output_floats = 0;
    for (int64_t size : plan_.outputs) output_floats += size;
    // Two tensors between layers take turns; every piece of the arena is rounded up to 16 floats.
    plan_.arena_floats = 2 * largest_ + scratch_ + plan_.mask_bytes / 4 + 64 * 16;
    plan_.bytes = 4 * (plan_.arena_floats + output_floats);
    return std::move(plan_);
  }

 private:
  int64_t Slot(int64_t size) {
    plan_.outputs.push_back(size);
    return static_cast<int64_t>(plan_.outputs.size()) - 1;
  }

  bool AddDirections(const LayerSpec& layer, const Shape& input, LayerOutputs* slots) {
    const int64_t batch = input[0], time = input.size() > 1 ? input[1] : 1;
    int64_t layer_scratch = 0;
    for (size_t i = 0; i < layer.directions.size(); ++i) {
      const RecurrentSpec& direction = layer.directions[i];
      const int64_t features = FeaturesInto(layer, i, input[2]);
      const int64_t units = direction.units, columns = GateCount(direction.cell) * units;
      int64_t rows = 0, cost = 0, state = 0, sequence = 0, scratch = 0;
      const bool fits = CheckedProduct({batch, time}, &rows) && CheckedProduct({rows, columns, features + units}, &cost) &&
                        CheckedProduct({batch, units}, &state) &&
                        CheckedProduct({batch, direction.return_sequences ? time : 1, units}, &sequence) &&
                        Scratch(direction, batch, time, features, &scratch);
      if (!fits) return false;
      for (int64_t s = 0; s < StateCount(direction.cell); ++s) slots->states.push_back(Slot(state));
      plan_.steps += rows;
      plan_.work += cost;
      // The sequence before it is merged, and what the steps need.
      layer_scratch += sequence + scratch;
    }
    scratch_ = std::max(scratch_, layer_scratch);
    for (const RecurrentSpec& direction : layer.directions) {
      int64_t trace = 0;
      if (capture_ < 2) break;
      if (!CheckedProduct({batch, time, direction.units}, &trace)) return false;
      for (int64_t k = 0; k < TraceCount(direction.cell); ++k) slots->traces.push_back(Slot(trace));
    }
    return true;
  }

  // All threads together on panels, or each with rows of its own, whichever takes more.
  bool Scratch(const RecurrentSpec& direction, int64_t batch, int64_t time, int64_t features, int64_t* floats) const {
    int64_t counted = 0;
    // More than DirectionFloats multiplies, so that no product there runs over.
    const int64_t widest = direction.units + (TakesInput(direction, batch + 1, features) ? features : 0) + 64;
    if (!CheckedProduct({std::max<int64_t>(batch, 256), 5, widest, threads_ + 1}, &counted)) return false;
    const int64_t slices = std::min(threads_, std::max<int64_t>(1, batch / 4));
    // A row more in each slice than they have on average: fewer slices, where there are fewer threads, may be rounded up more.
    *floats = std::max(DirectionFloats(direction, batch, time, features, threads_),
                       slices * DirectionFloats(direction, batch / slices + 1, time, features, 1));
    return true;
  }

  bool AddDense(const LayerSpec& layer, const Shape& input) {
    if (layer.kind != LayerKind::kDense) return true;
    int64_t cost = 0;
    Shape factors = input;
    factors.push_back(layer.units);
    if (!CheckedProduct(factors, &cost)) return false;
    plan_.work += cost;
    plan_.steps += cost / (input.back() * layer.units);
    return true;
  }

  const int capture_;
  const int64_t threads_;
  Plan plan_;
  int64_t largest_ = 0;  // floats of the largest tensor between layers
  int64_t scratch_ = 0;  // floats of the widest layer's own needs
};

}  // namespace

bool CheckedProduct(const Shape& factors, int64_t* out) {
  int64_t product = 1;
  for (int64_t factor : factors) {
    if (factor < 0 || __builtin_mul_overflow(product, factor, &product) || product > kMaxElements) return false;
  }
  *out = product;
  return true;
}

Status CheckSpec(const std::vector<LayerSpec>& layers) {
  if (layers.empty()) return Status(Code::kInvalidArgument, "The model has no layers.");
  if (static_cast<int64_t>(layers.size()) > kMaxLayers) return TooLarge("The number of layers", layers.size(), kMaxLayers);
  for (const LayerSpec& layer : layers) {
    for (const RecurrentSpec& direction : layer.directions) {
      if (Status status = CheckUnits("units", direction.units); !status.ok()) return status;
    }
    if (layer.kind == LayerKind::kDense || layer.kind == LayerKind::kEmbedding) {
      if (Status status = CheckUnits("units", layer.units); !status.ok()) return status;
    }
    if (layer.kind == LayerKind::kEmbedding && (layer.vocabulary < 1 || layer.vocabulary > kMaxVocabulary)) {
      return TooLarge("The vocabulary", layer.vocabulary, kMaxVocabulary);
    }
    if (layer.kind == LayerKind::kRepeatVector && (layer.times < 1 || layer.times > kMaxTimesteps)) {
      return TooLarge("The number of repetitions", layer.times, kMaxTimesteps);
    }
    if (layer.kind == LayerKind::kStack) {
      if (layer.directions.empty() || static_cast<int64_t>(layer.directions.size()) > kMaxLayers) {
        return Status(Code::kInvalidArgument, "A stack needs at least one cell, and at most " + std::to_string(kMaxLayers) + ".");
      }
      for (size_t i = 0; i < layer.directions.size(); ++i) {
        const RecurrentSpec& cell = layer.directions[i];
        if ((i + 1 < layer.directions.size() && !cell.return_sequences) || (i > 0 && cell.go_backwards)) {
          return Status(Code::kInvalidArgument, "Cells of a stack give every step to the next one, and only the first turns them round.");
        }
      }
    }
    if (layer.kind == LayerKind::kBidirectional) {
      const auto& [forward, backward] = std::tie(layer.directions[0], layer.directions[1]);
      const bool same_width = forward.units == backward.units || layer.merge == MergeMode::kConcat || layer.merge == MergeMode::kNone;
      if (forward.return_sequences != backward.return_sequences || !same_width) {
        return Status(Code::kInvalidArgument, "The directions of a Bidirectional have to agree in units and return_sequences.");
      }
    }
  }
  return Status::Ok();
}

int64_t FeaturesInto(const LayerSpec& layer, size_t index, int64_t features) {
  return layer.kind == LayerKind::kStack && index > 0 ? layer.directions[index - 1].units : features;
}

std::vector<int64_t> WeightSizes(const LayerSpec& layer, int64_t features) {
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < layer.directions.size(); ++i) {
    const RecurrentSpec& direction = layer.directions[i];
    const int64_t columns = GateCount(direction.cell) * direction.units;
    sizes.push_back(FeaturesInto(layer, i, features) * columns);
    sizes.push_back(direction.units * columns);
    if (direction.use_bias) sizes.push_back(columns * (direction.cell == Cell::kGru && direction.reset_after ? 2 : 1));
  }
  if (layer.kind == LayerKind::kDense) {
    sizes.push_back(features * layer.units);
    if (layer.use_bias) sizes.push_back(layer.units);
  }
  if (layer.kind == LayerKind::kEmbedding) sizes.push_back(layer.vocabulary * layer.units);
  return sizes;
}

std::vector<Shape> OutputShapes(const LayerSpec& layer, const Shape& input) {
  const int64_t batch = input[0];
  switch (layer.kind) {
    case LayerKind::kRecurrent:
    case LayerKind::kBidirectional: {
      const bool sequences = layer.directions[0].return_sequences;
      auto shape = [&](int64_t units) { return sequences ? Shape{batch, input[1], units} : Shape{batch, units}; };
      const int64_t forward = layer.directions[0].units;
      if (layer.kind == LayerKind::kRecurrent) return {shape(forward)};
      const int64_t backward = layer.directions[1].units;
      if (layer.merge == MergeMode::kNone) return {shape(forward), shape(backward)};
      return {shape(layer.merge == MergeMode::kConcat ? forward + backward : forward)};
    }
    case LayerKind::kStack: {
      const RecurrentSpec& last = layer.directions.back();
      return {last.return_sequences ? Shape{batch, input[1], last.units} : Shape{batch, last.units}};
    }
    case LayerKind::kDense: {
      Shape shape = input;
      shape.back() = layer.units;
      return {shape};
    }
    case LayerKind::kEmbedding:
      return {{batch, input[1], layer.units}};
    case LayerKind::kRepeatVector:
      return {{batch, layer.times, input[1]}};
    case LayerKind::kReshape: {
      int64_t have = 1, known = 1;
      for (size_t i = 1; i < input.size(); ++i) have *= input[i];
      for (int64_t d : layer.target) known *= d == -1 ? 1 : d;
      Shape shape{batch};
      for (int64_t d : layer.target) shape.push_back(d == -1 ? have / known : d);
      return {shape};
    }
    case LayerKind::kMasking:
    case LayerKind::kActivation:
      break;
  }
  return {input};
}

int64_t ProjectionSteps(int64_t batch, int64_t timesteps) { return std::min(timesteps, std::max<int64_t>(1, kProjectionRows / batch)); }

Status MakePlan(const std::vector<LayerSpec>& layers, int64_t features, const Shape& input, int capture, Plan* plan, int64_t threads) {
  if (Status status = CheckInput(layers[0], features, input); !status.ok()) return status;
  Planner planner(capture, threads);
  Shape current = input;
  for (size_t i = 0; i < layers.size(); ++i) {
    if (Status status = CheckLayer(layers[i], current, i); !status.ok()) return status;
    const std::vector<Shape> shapes = OutputShapes(layers[i], current);
    if (!planner.Add(layers[i], current, shapes, i + 1 == layers.size())) {
      return Status(Code::kTooLarge,
                    "The tensors of layer " + std::to_string(i + 1) + " are too large to be counted; the limit is 2^50 numbers.");
    }
    current = shapes[0];
  }
  *plan = planner.Finish(current);
  return Status::Ok();
}

}  // namespace unroll
