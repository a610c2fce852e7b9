// The layers of a program over one sample, each forward and then backward: from the gradient by its output to the one by its input.
#ifndef UNROLL_KERNELS_BACKWARD_LAYERS_H_
#define UNROLL_KERNELS_BACKWARD_LAYERS_H_

#include <memory>
#include <vector>

#include "native/core/plan.h"
#include "native/kernels/backward/direction.h"

namespace unroll {
namespace backward {

// What goes from layer to layer, a batch of one.
struct Flow {
  Doubles data;
  Shape shape;
  std::vector<uint8_t> mask;  // [T], or empty: every step counts
};

class Layer {
 public:
  virtual ~Layer() = default;
  // Turns what comes in into what goes out; false where it was cancelled, here and below.
  [[nodiscard]] virtual bool Forward(Flow* flow) = 0;
  // Turns the gradient by the (first) output into the one by the input.
  [[nodiscard]] virtual bool Backward(Doubles* gradient) = 0;
};

// A recurrent layer in one or two directions, or a stack of cells of which each reads the one before.
class RecurrentLayer : public Layer {
 public:
  // All of them outlive it. weights: of its directions in turn.
  RecurrentLayer(const LayerSpec& spec, const float* const* weights, const Computing& computing)
      : spec_(spec), weights_(weights), computing_(computing) {}

  bool Forward(Flow* flow) override;
  bool Backward(Doubles* gradient) override;
  // Takes its steps, without what it gives to a layer above.
  [[nodiscard]] bool Remember(Flow* flow);
  Direction& last() { return *directions_.back(); }
  // gradient: by the last one's last h, [H]; becomes the one by the input.
  [[nodiscard]] bool PullLast(Doubles* gradient);

 private:
  // Through directions [first, end), of which each but the first reads the one before. gh: by the last one's last h; outputs: by its
  // outputs, [T, H], or empty.
  bool PullCells(size_t first, size_t end, const Doubles& gh, Doubles outputs, Doubles* gradient);
  // [T, H]: without return_sequences the gradient is by the last step's output alone.
  Doubles ByEachOutput(const Direction& direction, const double* gradient) const;
  Doubles Merged() const;
  void Unmerge(const Doubles& gradient, Doubles* forward, Doubles* backward) const;
  int64_t steps() const { return spec_.directions.back().return_sequences ? timesteps_ : 1; }

  const LayerSpec& spec_;
  const float* const* weights_;
  const Computing& computing_;
  int64_t timesteps_ = 0;
  std::vector<std::unique_ptr<std::vector<uint8_t>>> counts_;
  std::vector<Doubles> inputs_;  // what the layer read, and of a stack what each cell but the first did
  std::vector<std::unique_ptr<Direction>> directions_;
};

// A layer without states. weights: as RecurrentLayer.
std::unique_ptr<Layer> MakePointwise(const LayerSpec& spec, const float* const* weights, const Computing& computing);

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_LAYERS_H_
