// The kernels' synchronisation: every cell in both layouts and every other kernel, in each order of the threads. With ThreadSanitizer it is
// a race check; with a planted mistake (UNROLL_PLANT, see cmake/cuda_emulator.cmake) it says by what the mistake is found.
#include <iterator>
#include <string>
#include <vector>

#include "native/kernels/cuda/testing_program.h"

#ifndef UNROLL_PLANT
#define UNROLL_PLANT 0
#endif

namespace {
int64_t races = 0;
}  // namespace

// Called by ThreadSanitizer, where it is there, for each race that it reports; not watched itself, as it would wait for its own report.
extern "C" [[gnu::visibility("default"), gnu::no_sanitize("thread")]] void __tsan_on_report(void*) { ++races; }
// A CUDA thread is short, and there are thousands of them. The reports of a planted mistake are wanted, and nobody reads them.
extern "C" [[gnu::visibility("default")]] const char* __tsan_default_options() {
  return UNROLL_PLANT == 0 ? "history_size=0" : "history_size=0:exitcode=0:symbolize=0:log_path=/dev/null";
}

namespace unroll {
namespace cuda {
namespace {

constexpr const char* kOrders[] = {"fifo", "lifo", "random"};

struct RaceCase {
  std::string device;
  ProgramCase program;
};

LayerSpec Recurrent(Cell cell, bool reset_after, bool whole, bool streamed) {
  // Wide enough for two blocks a group, or for weights that do not stay.
  constexpr int64_t kUnits[2][3] = {{70, 20, 30}, {150, 70, 90}};
  LayerSpec layer = Of(LayerKind::kRecurrent);
  layer.directions.resize(1);
  RecurrentSpec& spec = layer.directions[0];
  spec.cell = cell;
  spec.units = kUnits[streamed ? 1 : 0][static_cast<int>(cell)];
  spec.reset_after = reset_after;
  spec.return_sequences = true;
  if (whole) (cell == Cell::kLstm ? spec.recurrent_activation : spec.activation) = Activation::kSoftmax;
  return layer;
}

// Features of which a projection takes three stages; each cell, both GRUs, and activations that see all units.
void AddCells(bool streamed, Random* random, std::vector<RaceCase>* cases) {
  for (int form = 0; form < 8; ++form) {
    const int kind = form / 2;
    const std::string device =
        std::string(form % 2 == (kind % 2) ? "capability=8.9" : "capability=7.5") + (streamed ? ",sms=2,block-shared=32K" : ",sms=4");
    ProgramCase c({streamed ? 3 : 9, 3, 40}, random);
    c.Add(Recurrent(kind == 0 ? Cell::kSimpleRnn : kind == 1 ? Cell::kLstm : Cell::kGru, kind == 2, form % 2 == 1, streamed), random);
    if (kind % 2 == 1) c.AddMask(random);
    cases->push_back({device, c});
  }
}

std::vector<RaceCase> AllCases() {
  Random random(81);
  std::vector<RaceCase> cases;
  AddCells(false, &random, &cases);
  AddCells(true, &random, &cases);
  // Both directions at once, a merge, a product, an activation over rows; ids and their mask; steps that are masked and repeated.
  ProgramCase both({3, 3, 5}, &random);
  LayerSpec layer = Of(LayerKind::kBidirectional);
  layer.directions = {Recurrent(Cell::kLstm, true, false, false).directions[0], Recurrent(Cell::kGru, false, false, false).directions[0]};
  layer.directions[1].units = layer.directions[0].units;
  layer.directions[1].go_backwards = true;
  layer.merge = MergeMode::kSum;
  both.Add(layer, &random);
  LayerSpec dense = Of(LayerKind::kDense);
  dense.units = 70;
  dense.activation = Activation::kSparsemax;
  both.Add(dense, &random);
  ProgramCase ids({3, 4}, &random);
  LayerSpec embedding = Of(LayerKind::kEmbedding);
  embedding.vocabulary = embedding.units = 5;
  embedding.mask_zero = true;
  ids.ids = {0, 1, 2, 3, 4, 0, 0, 0, 0, 3, 0, 1};
  ids.Add(embedding, &random);
  ids.Add(Recurrent(Cell::kGru, true, false, false), &random);
  ProgramCase repeated({3, 4}, &random);
  LayerSpec repeat = Of(LayerKind::kRepeatVector), masking = Of(LayerKind::kMasking);
  repeat.times = 3;
  masking.mask_value = -1;
  repeated.Add(repeat, &random);
  repeated.Add(masking, &random);
  repeated.Add(Recurrent(Cell::kLstm, true, false, false), &random);
  for (const ProgramCase& c : {both, ids, repeated}) cases.push_back({"capability=8.9,sms=4", c});
  return cases;
}

struct Found {
  int64_t nan = 0, wrong = 0, numbers = 0, anew = 0, races = 0;

  // A sum that is NaN is computed anew, so that what it is made of can be seen by that alone.
  bool by_numbers() const { return nan + wrong + anew > 0; }
  std::string Text() const {
    return std::to_string(nan) + " NaN and " + std::to_string(wrong) + " wrong of " + std::to_string(numbers) + " numbers, " +
           std::to_string(anew) + " sums computed anew, " + std::to_string(races) + " races";
  }
};

Found Run(const RaceCase& c, const std::string& order) {
  const Emulated emulated(c.device + ",order=" + order);
  const int64_t before = races;
  const BothRan both = RunOnBoth(c.program);
  if (!both.cuda.status.ok()) test::Fail(__FILE__, __LINE__, both.cuda.status.message());
  Found found;
  for (size_t i = 0; i < both.cuda.outputs.size() && i < both.cpu.outputs.size(); ++i) {
    for (size_t k = 0; k < both.cpu.outputs[i].size(); ++k) {
      const float got = both.cuda.outputs[i][k];
      ++found.numbers;
      if (std::isnan(got))
        ++found.nan;
      else if (!test::Near(got, both.cpu.outputs[i][k], 1e-5, 1e-4))
        ++found.wrong;
    }
  }
  CHECK(found.numbers > 0);
  found.anew = emulator::counts().rare;
  found.races = races - before;
  return found;
}

#if UNROLL_PLANT == 0

TEST(no_order_of_the_threads_shows_a_race_or_a_wrong_number) {
  const std::vector<RaceCase> cases = AllCases();
  // Each in one order, in the long form in all of them.
  const size_t rounds = test::Cases(1) > 1 ? std::size(kOrders) : 1;
  for (size_t i = 0; i < cases.size() * rounds; ++i) {
    const RaceCase& c = cases[i % cases.size()];
    const std::string order = kOrders[(i + i / cases.size()) % std::size(kOrders)];
    const Found found = Run(c, order);
    test::Context() = c.device + ", " + order + ": " + c.program.Text() + ": " + found.Text();
    CHECK(!found.by_numbers() && found.races == 0);
  }
}

#else

#ifdef UNROLL_RACE_CHECK
constexpr bool kRaceCheck = true;
#else
constexpr bool kRaceCheck = false;
#endif
// A copy that nobody waited for is no race: who asked for it has not made it yet.
constexpr bool kIsRace = UNROLL_PLANT != 3;

// By numbers in each order, so that none of them is there for nothing; by the race check in some order: it tells the same two places once.
TEST(the_planted_mistake_is_found) {
  const std::vector<RaceCase> cases = AllCases();
  Found found;
  for (const char* order : kOrders) {
    size_t tried = 0;
    do {
      found = Run(cases[tried++], order);
    } while (!found.by_numbers() && tried < cases.size());
    std::printf("plant %d, %s: case %d has %s\n", UNROLL_PLANT, order, static_cast<int>(tried), found.Text().c_str());
    CHECK(found.by_numbers());
  }
  if (kRaceCheck) CHECK((races > 0) == kIsRace);
}

#endif

}  // namespace
}  // namespace cuda
}  // namespace unroll
