// Runs the layers of a program one after the other over one arena.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <string>

#include "native/core/arena.h"
#include "native/core/direction.h"
#include "native/core/model.h"
#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace {

int64_t Size(const Shape& shape) {
  int64_t size = 1;
  for (int64_t d : shape) size *= d;
  return size;
}

struct Flow {
  const float* data;    // of the shape that comes into the layer
  const uint8_t* mask;  // [B, T], or null
};

// Joins two directions into `out`; the backward sequence is turned round. forward: [B, S, fw], backward: [B, S, bw].
void Merge(MergeMode mode, const float* forward, int64_t fw, const float* backward, int64_t bw, int64_t batch, int64_t steps, float* out) {
  for (int64_t row = 0; row < batch; ++row) {
    for (int64_t s = 0; s < steps; ++s) {
      const float* a = forward + (row * steps + s) * fw;
      const float* b = backward + (row * steps + steps - 1 - s) * bw;
      float* o = out + (row * steps + s) * (mode == MergeMode::kConcat ? fw + bw : fw);
      if (mode == MergeMode::kConcat) {
        std::copy_n(a, fw, o);
        std::copy_n(b, bw, o + fw);
        continue;
      }
      for (int64_t k = 0; k < fw; ++k)
        o[k] = mode == MergeMode::kMul ? a[k] * b[k] : mode == MergeMode::kSum ? a[k] + b[k] : (a[k] + b[k]) / 2;
    }
  }
}

class Execution {
 public:
  Execution(const std::vector<LayerSpec>& layers, const std::vector<LayerWeights>& weights, const Kernels& kernels, const RunArgs& args,
            const Plan& plan, CancelToken* token)
      : layers_(layers), weights_(weights), kernels_(kernels), args_(args), plan_(plan), token_(token) {}

  Status Run() {
    if (!arena_.Reserve(plan_.arena_floats)) return Status(Code::kOutOfMemory, "There is no memory for this run.");
    int64_t largest = 0;
    for (size_t i = 1; i < plan_.shapes.size(); ++i) largest = std::max(largest, Size(plan_.shapes[i]));
    float* between[2] = {arena_.Take(largest), arena_.Take(largest)};
    // Of the longest one: behind a RepeatVector or a Reshape there may be more steps than came in.
    mask_ = reinterpret_cast<uint8_t*>(arena_.Take(plan_.mask_bytes / 4 + 1));
    if (between[0] == nullptr || between[1] == nullptr || mask_ == nullptr) return Status(Code::kInternal, "The plan was too small.");
    Flow flow{args_.x, args_.mask};
    for (size_t i = 0; i < layers_.size(); ++i) {
      if (token_ != nullptr && token_->cancelled()) return Status(Code::kCancelled, "The run was cancelled.");
      // Straight into the caller's buffer where the output is wanted.
      const int64_t slot = plan_.layers[i].output[0];
      float* out = slot >= 0 ? args_.outputs[slot] : between[i % 2];
      const int64_t mark = arena_.mark();
      Status status = layers_[i].directions.empty() ? Pointwise(i, &flow, out) : Recurrent(i, &flow, out);
      if (!status.ok()) return status;
      arena_.Release(mark);
      flow.data = out;
    }
    return Status::Ok();
  }

 private:
  Status Recurrent(size_t index, Flow* flow, float* out) {
    const LayerSpec& layer = layers_[index];
    const Shape& input = plan_.shapes[index];
    const LayerOutputs& slots = plan_.layers[index];
    const bool sequences = layer.directions[0].return_sequences;
    const int64_t batch = input[0], time = input[1], steps = sequences ? time : 1;
    const bool both = layer.directions.size() > 1;
    float* parts[2] = {out, nullptr};
    size_t state_slot = 0, trace_slot = 0;
    for (size_t d = 0; d < layer.directions.size(); ++d) {
      const RecurrentSpec& spec = layer.directions[d];
      const bool lstm = spec.cell == Cell::kLstm;
      if (both) parts[d] = arena_.Take(batch * steps * spec.units);
      if (parts[d] == nullptr) return Status(Code::kInternal, "The plan of a layer was too small.");
      DirectionTask task{};
      task.spec = &spec;
      task.weights = &weights_[index].directions[d];
      task.kernels = &kernels_;
      task.batch = batch;
      task.timesteps = time;
      task.features = input[2];
      task.x = flow->data;
      task.mask = flow->mask;
      task.initial_h = NextState();
      task.initial_c = lstm ? NextState() : nullptr;
      task.h = args_.outputs[slots.states[state_slot++]];
      task.c = lstm ? args_.outputs[slots.states[state_slot++]] : nullptr;
      task.out = parts[d];
      task.token = token_;
      for (int64_t k = 0; !slots.traces.empty() && k < TraceCount(spec.cell); ++k)
        task.traces.push_back(args_.outputs[slots.traces[trace_slot++]]);
      const int64_t mark = arena_.mark();
      if (Status status = RunDirection(task, &arena_); !status.ok()) return status;
      arena_.Release(mark);
    }
    if (both) Join(layer, parts, batch, steps, slots, out);
    if (!sequences) flow->mask = nullptr;
    return Status::Ok();
  }

  void Join(const LayerSpec& layer, float* const parts[2], int64_t batch, int64_t steps, const LayerOutputs& slots, float* out) {
    const int64_t fw = layer.directions[0].units, bw = layer.directions[1].units;
    if (layer.merge != MergeMode::kNone) return Merge(layer.merge, parts[0], fw, parts[1], bw, batch, steps, out);
    std::copy_n(parts[0], batch * steps * fw, out);
    // Concatenated behind an empty forward part: only the turning round is wanted.
    if (slots.output[1] >= 0) Merge(MergeMode::kConcat, parts[0], 0, parts[1], bw, batch, steps, args_.outputs[slots.output[1]]);
  }

  const float* NextState() {
    const size_t at = next_state_++;
    return at < args_.initial_states.size() ? args_.initial_states[at] : nullptr;
  }

  Status Pointwise(size_t index, Flow* flow, float* out) {
    const LayerSpec& layer = layers_[index];
    const Shape& input = plan_.shapes[index];
    const int64_t size = flow->data == nullptr ? 0 : Size(input);
    switch (layer.kind) {
      case LayerKind::kDense:
        return Dense(layer, weights_[index], size / input.back(), input.back(), flow->data, out);
      case LayerKind::kActivation:
        std::copy_n(flow->data, size, out);
        Activate(layer.activation, out, size / input.back(), input.back());
        return Status::Ok();
      case LayerKind::kEmbedding:
        return Embed(layer, weights_[index].table, input[0] * input[1], flow, out);
      case LayerKind::kMasking:
        MaskSteps(layer.mask_value, input, flow, out);
        return Status::Ok();
      case LayerKind::kRepeatVector:
        for (int64_t row = 0; row < input[0]; ++row) {
          for (int64_t k = 0; k < layer.times; ++k)
            std::copy_n(flow->data + row * input[1], input[1], out + (row * layer.times + k) * input[1]);
        }
        flow->mask = nullptr;
        return Status::Ok();
      default:
        std::copy_n(flow->data, size, out);
        flow->mask = nullptr;
        return Status::Ok();
    }
  }

  // v: [rows, n]; vector activations see a row at once.
  void Activate(Activation activation, float* v, int64_t rows, int64_t n) {
    if (!SeesWholeVector(activation)) return kernels_.activate(activation, v, rows * n);
    std::vector<float> scratch(n);
    for (int64_t row = 0; row < rows; ++row) VectorActivation(activation, v + row * n, n, scratch.data());
  }

  // x: [rows, features] → out: [rows, units], in blocks between which a cancel is seen.
  Status Dense(const LayerSpec& layer, const LayerWeights& w, int64_t rows, int64_t features, const float* x, float* out) {
    constexpr int64_t kBlock = 240;
    for (int64_t row = 0; row < rows; row += kBlock) {
      if (token_ != nullptr && token_->cancelled()) return Status(Code::kCancelled, "The run was cancelled.");
      const int64_t count = std::min(kBlock, rows - row);
      float* block = out + row * layer.units;
      for (int64_t k = 0; k < count; ++k) std::copy_n(w.bias.data(), layer.units, block + k * layer.units);
      kernels_.gemm(x + row * features, features, count, w.kernel, block, layer.units, true);
      Activate(layer.activation, block, count, layer.units);
    }
    return Status::Ok();
  }

  Status Embed(const LayerSpec& layer, const std::vector<float>& table, int64_t count, Flow* flow, float* out) {
    for (int64_t i = 0; i < count; ++i) {
      const int32_t id = args_.ids[i];
      if (id < 0 || id >= layer.vocabulary) {
        return Status(Code::kInvalidArgument, "Token id " + std::to_string(id) + " is not in the Embedding's table: ids go from 0 to " +
                                                  std::to_string(layer.vocabulary - 1) + ".");
      }
      std::copy_n(table.data() + id * layer.units, layer.units, out + i * layer.units);
      if (layer.mask_zero) mask_[i] = id == 0 ? 0 : 1;
    }
    if (layer.mask_zero) flow->mask = mask_;
    return Status::Ok();
  }

  // A step counts where any feature differs from the value; the others become 0. Source: keras.layers.Masking.
  void MaskSteps(float value, const Shape& input, Flow* flow, float* out) {
    const int64_t features = input[2];
    for (int64_t i = 0; i < input[0] * input[1]; ++i) {
      const float* step = flow->data + i * features;
      const bool counts = std::any_of(step, step + features, [value](float x) { return x != value; });
      mask_[i] = counts ? 1 : 0;
      if (counts)
        std::copy_n(step, features, out + i * features);
      else
        std::fill_n(out + i * features, features, 0.0f);
    }
    flow->mask = mask_;
  }

  const std::vector<LayerSpec>& layers_;
  const std::vector<LayerWeights>& weights_;
  const Kernels& kernels_;
  const RunArgs& args_;
  const Plan& plan_;
  CancelToken* token_;
  Arena arena_;
  uint8_t* mask_ = nullptr;  // [B, T]
  size_t next_state_ = 0;
};

}  // namespace

Status Model::Run(const RunArgs& args, const Plan& plan, CancelToken* token) const {
  try {
    return Execution(layers_, weights_, kernels_, args, plan, token).Run();
  } catch (const std::bad_alloc&) {
    return Status(Code::kOutOfMemory, "There is no memory for this run.");
  } catch (const std::exception& error) {
    return Status(Code::kInternal, error.what());
  }
}

}  // namespace unroll
