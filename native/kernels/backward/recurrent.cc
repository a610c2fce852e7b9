// Recurrent layers forward and backward: directions, stacks of cells, and what a Bidirectional makes of two.
#include <algorithm>

#include "native/kernels/backward/layers.h"

namespace unroll {
namespace backward {

bool RecurrentLayer::Remember(Flow* flow) {
  timesteps_ = flow->shape[1];
  const bool stack = spec_.kind == LayerKind::kStack;
  const float* const* weights = weights_;
  inputs_.push_back(std::move(flow->data));
  for (size_t i = 0; i < spec_.directions.size(); ++i) {
    const RecurrentSpec& own = spec_.directions[i];
    // The cells of a stack see the steps in the order in which its first one takes them.
    if (i == 0 || !stack) {
      std::vector<uint8_t> counts(flow->mask);
      if (counts.empty()) counts.assign(static_cast<size_t>(timesteps_), 1);
      if (own.go_backwards) std::reverse(counts.begin(), counts.end());
      counts_.push_back(std::make_unique<std::vector<uint8_t>>(std::move(counts)));
    }
    if (i > 0 && stack) inputs_.push_back(last().Outputs());
    const Sequence sequence{inputs_.back().data(), timesteps_, counts_.back().get()};
    directions_.push_back(std::make_unique<Direction>(own, FeaturesInto(spec_, i, flow->shape[2]), weights, sequence, computing_));
    if (!last().Remember()) return false;
    weights += own.use_bias ? 3 : 2;
  }
  return true;
}

bool RecurrentLayer::Forward(Flow* flow) {
  if (!Remember(flow)) return false;
  flow->data = Merged();
  flow->shape = OutputShapes(spec_, flow->shape)[0];
  if (!spec_.directions.back().return_sequences) flow->mask.clear();
  return true;
}

// What the directions give together; the backward one is turned round. Of MergeMode::kNone the first, which the next layer reads.
Doubles RecurrentLayer::Merged() const {
  const int64_t skipped = timesteps_ - steps();
  if (spec_.kind != LayerKind::kBidirectional || spec_.merge == MergeMode::kNone) {
    const Direction& direction = spec_.kind == LayerKind::kBidirectional ? *directions_[0] : *directions_.back();
    const int64_t n = direction.spec().units;
    Doubles all = direction.Outputs();
    if (skipped == 0) return all;
    Doubles last(n);
    std::copy(all.data() + skipped * n, all.data() + timesteps_ * n, last.data());
    return last;
  }
  const int64_t fw = spec_.directions[0].units, bw = spec_.directions[1].units;
  const bool concat = spec_.merge == MergeMode::kConcat;
  const int64_t width = concat ? fw + bw : fw;
  const Doubles forward = directions_[0]->Outputs(), backward = directions_[1]->Outputs();
  Doubles out(steps() * width);
  for (int64_t t = 0; t < steps(); ++t) {
    const double *a = forward.data() + (skipped + t) * fw, *b = backward.data() + (timesteps_ - 1 - t) * bw;
    double* to = out.data() + t * width;
    if (concat) {
      std::copy(b, b + bw, std::copy(a, a + fw, to));
      continue;
    }
    for (int64_t k = 0; k < fw; ++k) {
      to[k] = spec_.merge == MergeMode::kMul ? a[k] * b[k] : spec_.merge == MergeMode::kSum ? a[k] + b[k] : (a[k] + b[k]) / 2;
    }
  }
  return out;
}

bool RecurrentLayer::Backward(Doubles* gradient) {
  if (spec_.kind != LayerKind::kBidirectional) {
    Doubles outputs = ByEachOutput(last(), gradient->data());
    return PullCells(0, directions_.size(), Doubles(last().spec().units), std::move(outputs), gradient);
  }
  Doubles forward(steps() * spec_.directions[0].units), backward(steps() * spec_.directions[1].units), other;
  Unmerge(*gradient, &forward, &backward);
  if (!PullCells(0, 1, Doubles(spec_.directions[0].units), ByEachOutput(*directions_[0], forward.data()), gradient)) return false;
  if (!PullCells(1, 2, Doubles(spec_.directions[1].units), ByEachOutput(*directions_[1], backward.data()), &other)) return false;
  for (int64_t i = 0; i < other.size(); ++i) (*gradient)[i] += other[i];
  return true;
}

bool RecurrentLayer::PullLast(Doubles* gradient) {
  const Doubles gh = std::move(*gradient);
  return PullCells(0, directions_.size(), gh, Doubles(), gradient);
}

bool RecurrentLayer::PullCells(size_t first, size_t end, const Doubles& gh, Doubles outputs, Doubles* gradient) {
  for (size_t i = end; i-- > first;) {
    Direction& direction = *directions_[i];
    Doubles by(timesteps_ * direction.features());
    const bool top = i + 1 == end;
    const Doubles nothing(top ? 0 : direction.spec().units);
    if (!direction.InputGradient(top ? gh.data() : nothing.data(), outputs.data(), by.data())) return false;
    outputs = std::move(by);
  }
  *gradient = std::move(outputs);
  return true;
}

Doubles RecurrentLayer::ByEachOutput(const Direction& direction, const double* gradient) const {
  const int64_t n = direction.spec().units;
  Doubles by(timesteps_ * n);
  std::copy(gradient, gradient + steps() * n, by.data() + (timesteps_ - steps()) * n);
  return by;
}

// By what each direction gives, [steps, H] in the order in which it takes them.
void RecurrentLayer::Unmerge(const Doubles& gradient, Doubles* forward, Doubles* backward) const {
  const int64_t fw = spec_.directions[0].units, bw = spec_.directions[1].units, skipped = timesteps_ - steps();
  if (spec_.merge == MergeMode::kNone) {
    std::copy(gradient.data(), gradient.data() + gradient.size(), forward->data());
    return;
  }
  const bool product = spec_.merge == MergeMode::kMul;
  Doubles outs[2];
  for (size_t i = 0; i < 2 && product; ++i) outs[i] = directions_[i]->Outputs();
  for (int64_t t = 0; t < steps(); ++t) {
    double *a = forward->data() + t * fw, *b = backward->data() + (steps() - 1 - t) * bw;
    if (spec_.merge == MergeMode::kConcat) {
      const double* row = gradient.data() + t * (fw + bw);
      std::copy(row, row + fw, a);
      std::copy(row + fw, row + fw + bw, b);
      continue;
    }
    for (int64_t k = 0; k < fw; ++k) {
      const double g = gradient[t * fw + k] / (spec_.merge == MergeMode::kAve ? 2 : 1);
      a[k] = product ? g * outs[1][(timesteps_ - 1 - t) * bw + k] : g;
      b[k] = product ? g * outs[0][(skipped + t) * fw + k] : g;
    }
  }
}

}  // namespace backward
}  // namespace unroll
