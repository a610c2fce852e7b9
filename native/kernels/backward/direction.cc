// Back through time: one row of gradients for those by the input, H of them side by side for the norms of the states' Jacobians.
#include "native/kernels/backward/direction.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>

#include "native/core/pool.h"

namespace unroll {
namespace backward {
namespace {

// Rows of a Jacobian that are pulled together: the scratch of a thread.
constexpr int64_t kRows = 96;
// Shares of a thread, of which one that is faster than the others takes more.
constexpr int64_t kShares = 4;
// Multiply-adds of a thread's part below which waiting for it costs more than it takes off.
constexpr int64_t kMemberWork = 1 << 20;

// So many that waiting is rare, and so few that progress is told often: about a tenth of a second.
int64_t StepsAtOnce(const RecurrentSpec& spec) {
  constexpr int64_t kMostSteps = 16, kWork = int64_t{1} << 30;
  return std::clamp<int64_t>(kWork / (GateCount(spec.cell) * spec.units * spec.units * spec.units), 1, kMostSteps);
}

}  // namespace

Direction::Direction(const RecurrentSpec& spec, int64_t features, const float* const* weights, const Sequence& sequence,
                     const Computing& computing)
    : sequence_(sequence),
      computing_(computing),
      weights_(spec, features, weights, computing.kernels),
      units_(spec.units),
      h_((sequence.timesteps + 1) * spec.units),
      c_((spec.cell == Cell::kLstm ? sequence.timesteps : 1) * spec.units),
      step_(weights_) {}

int64_t Direction::Size(const RecurrentSpec& spec, int64_t features, int64_t timesteps) {
  // Scratch of one row, and what is held, in InputGradient.
  const int64_t scratch = (GateCount(spec.cell) + 4) * spec.units;
  return CellWeights::Size(spec, features) + Step::Size(spec) + 2 * (timesteps + 1) * spec.units + scratch;
}

int64_t Direction::NormsSize(const RecurrentSpec& spec, int64_t threads) {
  const int64_t scratch = threads * kRows * (GateCount(spec.cell) + 1) * spec.units;
  return 2 * spec.units * spec.units + scratch + StepsAtOnce(spec) * (Step::Size(spec) + spec.units);
}

bool Direction::Remember() {
  const bool lstm = spec().cell == Cell::kLstm;
  const int64_t n = units_, work = weights_.columns() * (features() + n);
  Doubles c(n);
  for (int64_t taken = 0; taken < sequence_.timesteps; ++taken) {
    if (computing_.cancelled()) return false;
    const double* h = h_.data() + taken * n;
    if (lstm) std::copy(c.data(), c.data() + n, c_.data() + taken * n);
    const double* next = h;
    if (Counts(taken)) {
      step_.Take(computing_, X(taken), h, c.data());
      next = step_.next_h();
      std::copy(step_.next_c(), step_.next_c() + n, c.data());
    }
    std::copy(next, next + n, h_.data() + (taken + 1) * n);
    computing_.Advance(work);
  }
  return true;
}

Doubles Direction::Outputs() const {
  const int64_t n = units_;
  Doubles out(sequence_.timesteps * n);
  // Before the first step that counts, the output is zero.
  const double* last = nullptr;
  for (int64_t taken = 0; taken < sequence_.timesteps; ++taken) {
    if (Counts(taken)) last = h_.data() + (taken + 1) * n;
    if (last != nullptr && (Counts(taken) || !spec().zero_output_for_mask)) std::copy(last, last + n, out.data() + taken * n);
  }
  return out;
}

// ∂h_T/∂h and ∂h_T/∂c, row by row, and the steps through which they go next.
struct Direction::Jacobian {
  Jacobian(const CellWeights& weights, int64_t threads, int64_t at_once)
      : members(threads),
        // Whole tiles of any target.
        share(std::min(kRows, (weights.spec.units / (threads * kShares) + 8) / 8 * 8)),
        by_h(weights.spec.units * weights.spec.units),
        by_c(weights.spec.cell == Cell::kLstm ? weights.spec.units * weights.spec.units : 0),
        gates(threads * kRows * weights.columns()),
        reset(threads * kRows * weights.spec.units),
        squares(at_once * weights.spec.units) {
    for (int64_t k = 0; k < weights.spec.units; ++k) by_h[k * weights.spec.units + k] = 1;
    steps.reserve(static_cast<size_t>(at_once));
    for (int64_t k = 0; k < at_once; ++k) steps.emplace_back(weights);
  }

  const int64_t members, share;   // of rows
  std::vector<Step> steps;        // the last first
  int64_t entered = 0;            // of these, those that are to be gone through
  std::atomic<int64_t> taken{0};  // rows that somebody pulls through them
  Doubles by_h, by_c;             // [H, H]
  Doubles gates, reset;           // [members, kRows, G·H] and [members, kRows, H], scratch
  Doubles squares;                // [steps, H], of each row of by_h: their sum does not depend on who computed which
};

bool Direction::StateNorms(double* norms) {
  const int64_t n = units_, work = weights_.columns() * n * n, at_once = StepsAtOnce(spec());
  Pool* pool = computing_.pool;
  const int64_t wanted = std::min({computing_.threads, n, std::max<int64_t>(1, work * at_once / kMemberWork)});
  Jacobian jacobian(weights_, pool == nullptr ? 1 : pool->Grow(static_cast<int>(wanted)), at_once);
  const std::function<void(int)> pull = [this, &jacobian](int member) { PullMember(&jacobian, member); };
  double sum = static_cast<double>(n);
  for (int64_t end = sequence_.timesteps; end > 0; end -= at_once) {
    const int64_t first = std::max<int64_t>(0, end - at_once);
    jacobian.entered = 0;
    for (int64_t taken = end - 1; taken >= std::max<int64_t>(first, 1); --taken) {
      if (computing_.cancelled()) return false;
      if (Enter(taken, &jacobian.steps[static_cast<size_t>(jacobian.entered)])) ++jacobian.entered;
    }
    jacobian.taken.store(0, std::memory_order_relaxed);
    if (jacobian.members > 1)
      pool->Run(static_cast<int>(jacobian.members), pull);
    else
      pull(0);
    if (computing_.cancelled()) return false;
    const double* squares = jacobian.squares.data();
    for (int64_t taken = end - 1; taken >= first; --taken) {
      norms[taken] = std::sqrt(sum);
      if (taken == 0 || !Counts(taken)) continue;
      sum = 0;
      for (int64_t k = 0; k < n; ++k) sum += *squares++;
    }
    computing_.Advance((end - first) * work);
  }
  return true;
}

// Each share of rows goes through all the steps: threads wait for each other once in so many.
void Direction::PullMember(Jacobian* jacobian, int member) const {
  const int64_t n = units_;
  double* gates = jacobian->gates.data() + member * kRows * weights_.columns();
  double* reset = jacobian->reset.data() + member * kRows * n;
  for (;;) {
    const int64_t from = jacobian->taken.fetch_add(jacobian->share, std::memory_order_relaxed);
    if (from >= n) return;
    const int64_t count = std::min(jacobian->share, n - from);
    double* h = jacobian->by_h.data() + from * n;
    double* c = spec().cell == Cell::kLstm ? jacobian->by_c.data() + from * n : nullptr;
    for (int64_t step = 0; step < jacobian->entered; ++step) {
      if (computing_.cancelled()) return;
      jacobian->steps[static_cast<size_t>(step)].Pull(computing_, {count, h, c, gates, reset, nullptr});
      for (int64_t row = 0; row < count; ++row) {
        double sum = 0;
        for (int64_t k = 0; k < n; ++k) sum += h[row * n + k] * h[row * n + k];
        jacobian->squares[step * n + from + row] = sum;
      }
    }
  }
}

bool Direction::InputGradient(const double* gh, const double* outputs, double* gx) {
  const int64_t n = units_, work = 2 * weights_.columns() * (features() + n);
  Doubles by_h(n), by_c(n), gates(weights_.columns()), reset(n);
  std::copy(gh, gh + n, by_h.data());
  // A masked step gives the output before it once more; before the first that counts it is zero, whatever the initial state.
  Doubles held(n);
  for (int64_t taken = sequence_.timesteps - 1; taken >= 0; --taken) {
    if (computing_.cancelled()) return false;
    const bool counts = Enter(taken, &step_);
    if (outputs != nullptr && (counts || !spec().zero_output_for_mask)) {
      for (int64_t k = 0; k < n; ++k) held[k] += outputs[taken * n + k];
    }
    if (counts) {
      for (int64_t k = 0; k < n; ++k) by_h[k] += std::exchange(held[k], 0.0);
      step_.Pull(computing_, {1, by_h.data(), by_c.data(), gates.data(), reset.data(), gx + Row(taken) * features()});
    }
    computing_.Advance(work);
  }
  return true;
}

bool Direction::Enter(int64_t taken, Step* step) const {
  if (!Counts(taken)) return false;
  const int64_t n = units_;
  const double* c = spec().cell == Cell::kLstm ? c_.data() + taken * n : nullptr;
  step->Take(computing_, X(taken), h_.data() + taken * n, c);
  step->Differentiate();
  return true;
}

}  // namespace backward
}  // namespace unroll
