// Layers without states forward and backward: Dense, Activation, Masking, RepeatVector, Reshape.
#include <algorithm>

#include "native/kernels/backward/activation.h"
#include "native/kernels/backward/layers.h"

namespace unroll {
namespace backward {
namespace {

class DenseLayer : public Layer {
 public:
  DenseLayer(const LayerSpec& spec, const float* const* weights, const Computing& computing)
      : spec_(spec), weights_(weights), computing_(computing) {}

  bool Forward(Flow* flow) override {
    features_ = flow->shape.back();
    flow->shape.back() = spec_.units;
    const int64_t n = spec_.units, rows = flow->data.size() / features_;
    const Matrix kernel = Matrix::Of(weights_[0], features_, n, computing_.kernels);
    Doubles out(rows * n);
    before_ = Doubles(rows * n);
    for (int64_t row = 0; row < rows && spec_.use_bias; ++row) std::copy(weights_[1], weights_[1] + n, before_.data() + row * n);
    computing_.AddProduct({flow->data.data(), features_, rows}, kernel.All(), before_.data(), n);
    std::copy(before_.data(), before_.data() + rows * n, out.data());
    for (int64_t row = 0; row < rows; ++row) Activate(spec_.activation, out.data() + row * n, n);
    flow->data = std::move(out);
    computing_.Advance(rows * features_ * n);
    return !computing_.cancelled();
  }

  bool Backward(Doubles* gradient) override {
    const int64_t n = spec_.units, rows = before_.size() / n;
    const Matrix kernel = Matrix::Transposed(weights_[0], features_, n, computing_.kernels);
    Doubles by(rows * features_), y(n), slopes(n);
    for (int64_t row = 0; row < rows; ++row) {
      const double* x = before_.data() + row * n;
      std::copy(x, x + n, y.data());
      Activate(spec_.activation, y.data(), n);
      Slopes(spec_.activation, x, y.data(), slopes.data(), n);
      PullThrough(spec_.activation, slopes.data(), gradient->data() + row * n, n);
    }
    computing_.AddProduct({gradient->data(), n, rows}, kernel.All(), by.data(), features_);
    *gradient = std::move(by);
    computing_.Advance(2 * rows * features_ * n);
    return !computing_.cancelled();
  }

 private:
  const LayerSpec& spec_;
  const float* const* weights_;
  const Computing& computing_;
  int64_t features_ = 0;
  Doubles before_;  // [rows, units], before the activation
};

class ActivationLayer : public Layer {
 public:
  explicit ActivationLayer(const LayerSpec& spec) : activation_(spec.activation) {}

  bool Forward(Flow* flow) override {
    last_ = flow->shape.back();
    const int64_t size = flow->data.size();
    Doubles out(size);
    std::copy(flow->data.data(), flow->data.data() + size, out.data());
    for (int64_t at = 0; at < size; at += last_) Activate(activation_, out.data() + at, last_);
    input_ = std::exchange(flow->data, std::move(out));
    return true;
  }

  bool Backward(Doubles* gradient) override {
    Doubles y(last_), slopes(last_);
    for (int64_t at = 0; at < input_.size(); at += last_) {
      const double* x = input_.data() + at;
      std::copy(x, x + last_, y.data());
      Activate(activation_, y.data(), last_);
      Slopes(activation_, x, y.data(), slopes.data(), last_);
      PullThrough(activation_, slopes.data(), gradient->data() + at, last_);
    }
    return true;
  }

 private:
  const Activation activation_;
  int64_t last_ = 0;
  Doubles input_;
};

// A step counts where any feature differs from the value; the others are set to 0, and have no gradient. Source: keras.layers.Masking.
class MaskingLayer : public Layer {
 public:
  explicit MaskingLayer(const LayerSpec& spec) : value_(spec.mask_value) {}

  bool Forward(Flow* flow) override {
    features_ = flow->shape[2];
    counts_.assign(static_cast<size_t>(flow->shape[1]), 0);
    for (size_t t = 0; t < counts_.size(); ++t) {
      double* step = flow->data.data() + static_cast<int64_t>(t) * features_;
      counts_[t] = std::any_of(step, step + features_, [this](double x) { return x != value_; }) ? 1 : 0;
      if (counts_[t] == 0) std::fill(step, step + features_, 0.0);
    }
    flow->mask = counts_;
    return true;
  }

  bool Backward(Doubles* gradient) override {
    for (size_t t = 0; t < counts_.size(); ++t) {
      double* step = gradient->data() + static_cast<int64_t>(t) * features_;
      if (counts_[t] == 0) std::fill(step, step + features_, 0.0);
    }
    return true;
  }

 private:
  const double value_;
  int64_t features_ = 0;
  std::vector<uint8_t> counts_;
};

class RepeatLayer : public Layer {
 public:
  explicit RepeatLayer(const LayerSpec& spec) : times_(spec.times) {}

  bool Forward(Flow* flow) override {
    const int64_t size = flow->data.size();
    Doubles out(size * times_);
    for (int64_t i = 0; i < out.size(); ++i) out[i] = flow->data[i % size];
    *flow = {std::move(out), {1, times_, size}, {}};
    return true;
  }

  bool Backward(Doubles* gradient) override {
    Doubles by(gradient->size() / times_);
    for (int64_t i = 0; i < gradient->size(); ++i) by[i % by.size()] += (*gradient)[i];
    *gradient = std::move(by);
    return true;
  }

 private:
  const int64_t times_;
};

class ReshapeLayer : public Layer {
 public:
  explicit ReshapeLayer(const LayerSpec& spec) : spec_(spec) {}

  bool Forward(Flow* flow) override {
    flow->shape = OutputShapes(spec_, flow->shape)[0];
    flow->mask.clear();
    return true;
  }
  // The same numbers in the same order.
  bool Backward(Doubles*) override { return true; }

 private:
  const LayerSpec& spec_;
};

}  // namespace

std::unique_ptr<Layer> MakePointwise(const LayerSpec& spec, const float* const* weights, const Computing& computing) {
  switch (spec.kind) {
    case LayerKind::kDense:
      return std::make_unique<DenseLayer>(spec, weights, computing);
    case LayerKind::kActivation:
      return std::make_unique<ActivationLayer>(spec);
    case LayerKind::kMasking:
      return std::make_unique<MaskingLayer>(spec);
    case LayerKind::kRepeatVector:
      return std::make_unique<RepeatLayer>(spec);
    default:
      return std::make_unique<ReshapeLayer>(spec);
  }
}

}  // namespace backward
}  // namespace unroll
