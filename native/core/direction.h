// One recurrent layer in one direction over rows of a batch, by one thread or by several together.
#ifndef UNROLL_CORE_DIRECTION_H_
#define UNROLL_CORE_DIRECTION_H_

#include <atomic>
#include <memory>

#include "native/core/arena.h"
#include "native/core/model.h"
#include "native/core/pool.h"

namespace unroll {

struct DirectionTask {
  const RecurrentSpec* spec;
  const PackedCell* weights;
  const Kernels* kernels;
  int64_t batch, timesteps, features;
  const float* x;          // [B, T, D]
  const uint8_t* mask;     // [B, T], or null
  bool mask_turned;        // x was turned round before, and its mask was not
  const float* initial_h;  // [B, H], or null: zero
  const float* initial_c;  // [B, H], or null: zero; LSTM only
  float* h;                // [B, H], final states
  float* c;                // [B, H], LSTM only
  // What step s of row b gives goes to out + b·out_row + s·out_step; without return_sequences what the last one gives, to out + b·out_row.
  float* out;
  int64_t out_row, out_step;
  // [B, T, H] each: states/h, [states/c], then gates as in extension/core/model/tensors.ts; the first null: not captured.
  float* traces[6];
  CancelToken* token;  // or null

  // The same for rows [from, to) alone.
  DirectionTask Rows(int64_t from, int64_t to) const;
};

// Whether x·K of a step is computed with the step, whose sums go on from it in the registers. With few rows it is computed for several
// steps at once, before these: each pass streams all of K. A GRU's candidate has sums of its own for it; a SimpleRNN, of a quarter of the
// sums, lost more by the copies of x than it won.
bool TakesInput(const RecurrentSpec& spec, int64_t batch, int64_t features);

// Floats of scratch for `batch` rows, or fewer, and as many threads together, whatever the target.
int64_t DirectionFloats(const RecurrentSpec& spec, int64_t batch, int64_t timesteps, int64_t features, int64_t threads);

class Direction {
 public:
  // Takes its scratch from the arena; see ready().
  Direction(const DirectionTask& task, int members, Arena* arena);
  // False where the plan was too small.
  bool ready() const { return ready_; }
  int members() const { return members_; }

  // Every member's part, each on a thread of its own: panels of weights, with a barrier after each step. False: it was cancelled.
  bool Run(int member);

 private:
  struct Member {
    int index;
    uint8_t* seen;  // [B]: has a step counted yet? Only with a mask.
    int phase = 0;  // how often panels were shared out; the same for all members between two barriers
  };
  // Groups of a member's panels that somebody has taken, in this phase and in the one before or after it.
  struct alignas(64) Taken {
    std::atomic<int64_t> groups[2] = {0, 0};
  };

  bool Cancelled() const { return task_.token != nullptr && task_.token->cancelled(); }
  int64_t TimeOf(int64_t taken) const { return task_.spec->go_backwards ? task_.timesteps - 1 - taken : taken; }
  void Start(const Member& member);
  void TakeInput(const Member& member, int64_t taken);
  bool Project(Member* member, int64_t first, int64_t steps);
  CellStep StepAt(int64_t taken, int64_t in_chunk, int64_t steps);
  template <typename Body>
  bool ForPanels(Member* member, int64_t depth, int64_t rows, bool backwards, Body body);
  bool Products(Member* member, const CellStep& step, bool backwards, bool* stop);
  void HoldMasked(const Member& member, const CellStep& step, int64_t first_unit, int64_t end_unit);
  void Finish();

  const DirectionTask task_;
  const int members_;
  const bool takes_input_;
  const int64_t units_, stride_, x_stride_, chunk_;
  bool ready_ = false;
  Barrier barrier_;
  std::unique_ptr<Taken[]> taken_;  // [members], where there are several
  float* projected_;                // [panels, chunk, B, width], unless takes_input_
  float* x_[2];                     // [B, x_stride], if takes_input_: the input of this step and of the next in turn
  float* h_[2];                     // [B, stride], of the step before and of this one in turn
  float* c_;                        // [B, stride]
  float* reset_;                    // [B, stride], a GRU without reset_after
  float* recurrent_;                // [panels, B, width], of activations that see a whole vector
  float* rows_;                     // of the same
  uint8_t* seen_;                   // [members, B]
};

}  // namespace unroll

#endif  // UNROLL_CORE_DIRECTION_H_
