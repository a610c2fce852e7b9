// Layouts of a recurrence for any sizes on any device, and what the kernel makes of them.
#include "native/kernels/cuda/layout.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/kernels/cuda/kernels.h"
#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Random;

constexpr int kGates[] = {1, 3, 4};
// Shared memory of a block by compute capability: 7.5, 8.6 and 8.9, 8.0, 9.0; what every device has.
constexpr int kSharedBytes[] = {64 << 10, 99 << 10, 163 << 10, 227 << 10, 48 << 10};
constexpr int kMostGroups = 1024;  // as in directions.cc, which has a counter for each

struct Case {
  GpuLimits limits;
  int directions = 1;
  DirectionShape shapes[2];
  int batch = 1;

  std::string Text() const {
    std::string text = "B " + std::to_string(batch) + " on " + std::to_string(limits.processors) + " processors with " +
                       std::to_string(limits.shared_bytes) + " bytes";
    for (int d = 0; d < directions; ++d) text += ", H " + std::to_string(shapes[d].units) + " x " + std::to_string(shapes[d].gates);
    return text;
  }
};

// As often of every size: 1 … 2^bits.
int Magnitude(Random* random, int bits) {
  const int64_t top = int64_t{1} << random->Between(0, bits);
  return static_cast<int>(random->Between((top + 1) / 2, top));
}

Case RandomLayout(Random* random) {
  Case c;
  c.limits.processors = static_cast<int>(random->Between(1, random->Coin() ? 16 : 200));
  c.limits.shared_bytes = kSharedBytes[random->Between(0, 4)];
  c.directions = static_cast<int>(random->Between(1, std::min(2, c.limits.processors)));
  for (DirectionShape& shape : c.shapes) shape = {Magnitude(random, 16), kGates[random->Between(0, 2)]};
  c.batch = Magnitude(random, 30);
  return c;
}

// Bytes of a block that keeps its part of the weights, counted anew: one group, tiles of 16 gate rows and 8 rows of the batch, which are
// the smallest.
int64_t LeastResidentBytes(const Case& c) {
  int64_t most = 0;
  for (int d = 0; d < c.directions; ++d) {
    const DirectionShape& shape = c.shapes[d];
    const int64_t blocks = c.limits.processors / c.directions, row = (shape.units + 7) / 8 * 8 + kPad, tile = 16 / shape.gates;
    const int64_t units = std::max((shape.units + blocks - 1) / blocks, std::min<int64_t>(shape.units, tile));
    const int64_t tiles = (units + tile - 1) / tile;
    most = std::max(most, 4 * (tiles * 16 * row + 8 * row + kWarps * 16 * 8) + 8 * kReductionDoubles);
  }
  return most;
}

void CheckLayout(const Case& c) {
  test::Context() = c.Text();
  DirectionLayout layouts[2];
  const Layout layout = ChooseLayout(c.limits, c.shapes, c.directions, c.batch, layouts);
  // Every row of the batch in one group, none of which is empty.
  CHECK(layout.groups >= 1 && layout.groups <= kMostGroups && layout.rows >= 1);
  CHECK(int64_t{layout.groups} * layout.rows >= c.batch && int64_t{layout.groups - 1} * layout.rows < c.batch);
  CHECK(layout.row_tile % 8 == 0 && layout.row_tile >= 8 && layout.row_tile <= kTileBatch);
  CHECK(layout.row_tile < layout.rows + 8);
  CHECK(layout.shared_bytes > 0 && layout.shared_bytes <= c.limits.shared_bytes);
  int64_t blocks = 0;
  for (int d = 0; d < c.directions; ++d) {
    const DirectionLayout& own = layouts[d];
    // Every unit in one block, none of which is empty.
    CHECK(own.blocks >= 1 && own.block_units >= 1);
    CHECK(int64_t{own.blocks} * own.block_units >= c.shapes[d].units && int64_t{own.blocks - 1} * own.block_units < c.shapes[d].units);
    CHECK(own.unit_tile >= 1 && own.unit_tile <= own.block_units);
    CHECK(TileRows(c.shapes[d].gates, own.unit_tile) <= kTileRows);
    blocks += int64_t{own.blocks} * layout.groups;
  }
  CHECK(blocks <= c.limits.processors);
  if (!layout.resident) CHECK(LeastResidentBytes(c) > c.limits.shared_bytes);
}

TEST(any_sizes_have_a_layout) {
  Random random(1);
  for (int64_t i = 0; i < test::Cases(20000); ++i) CheckLayout(RandomLayout(&random));
}

TEST(the_largest_and_the_smallest_have_one) {
  for (int processors : {1, 2, 3, 6, 132, 200}) {
    for (int shared : kSharedBytes) {
      for (int units : {1, 7, 8, 9, 64, 1024, 65535, 65536}) {
        for (int batch : {1, 8, 9, 1 << 20, 1 << 30}) {
          for (int gates : kGates) {
            for (int directions = 1; directions <= std::min(2, processors); ++directions) {
              Case c;
              c.limits.processors = processors;
              c.limits.shared_bytes = shared;
              c.directions = directions;
              c.shapes[0] = {units, gates};
              c.shapes[1] = {65537 - units, kGates[(gates + 1) % 3]};
              c.batch = batch;
              CheckLayout(c);
            }
          }
        }
      }
    }
  }
}

// One step of the kernel alone, in memory that holds what it reads.
class OneStep {
 public:
  explicit OneStep(const Case& c) {
    args_.directions = c.directions;
    args_.batch = c.batch;
    args_.timesteps = args_.steps = 1;
    DirectionLayout layouts[2];
    args_.layout = ChooseLayout(c.limits, c.shapes, c.directions, c.batch, layouts);
    for (int d = 0; d < c.directions; ++d) Direction(c.shapes[d], layouts[d], &args_.direction[d]);
  }

  // What is wrong with it, when it gets so many bytes more than the layout says.
  std::string Run(int64_t more) const {
    RecurrenceArgs args = args_;
    args.layout.shared_bytes += more;
    for (int d = 0; d < args.directions; ++d)
      cudaMemsetAsync(args.direction[d].arrived, 0, static_cast<size_t>(args.layout.groups) * sizeof(unsigned), nullptr);
    cudaError_t error = LaunchRecurrence(args, nullptr);
    if (error == cudaSuccess) error = cudaStreamSynchronize(nullptr);
    if (error == cudaSuccess) return "";
    const std::string wrong = emulator::fault();
    const emulator::Device settings = emulator::device();
    emulator::Reset();
    emulator::device() = settings;
    return wrong.empty() ? cudaGetErrorName(error) : wrong;
  }

  const Layout& layout() const { return args_.layout; }

 private:
  float* Zeros(int64_t count) {
    arrays_.push_back(std::make_unique<emulator::DeviceArray<float>>(test::Floats(static_cast<size_t>(count))));
    return arrays_.back()->data();
  }

  void Direction(const DirectionShape& shape, const DirectionLayout& layout, DirectionArgs* d) {
    const int64_t columns = int64_t{shape.gates} * shape.units, rows = args_.batch, depth = Depth(shape.units);
    *d = DirectionArgs{};
    d->cell = shape.gates == 1 ? Cell::kSimpleRnn : shape.gates == 3 ? Cell::kGru : Cell::kLstm;
    d->activation = d->recurrent_activation = Activation::kLinear;
    d->reset_after = true;
    d->units = shape.units;
    d->gates = shape.gates;
    d->recurrent = Zeros(columns * depth);
    d->projected = Zeros(rows * columns);
    d->h = Zeros(2 * rows * depth);
    d->c = Zeros(rows * shape.units);
    d->out = Zeros(rows * shape.units);
    d->out_row = shape.units;
    d->arrived = reinterpret_cast<unsigned*>(Zeros(args_.layout.groups));
    d->layout = layout;
  }

  RecurrenceArgs args_{};
  std::vector<std::unique_ptr<emulator::DeviceArray<float>>> arrays_;
};

// The emulator refuses a byte too little, blocks that cannot all be resident, and threads that wait for nobody.
TEST(the_kernel_takes_what_the_layout_says) {
  Random random(2);
  int resident = 0, streamed = 0;
  for (int64_t i = 0; i < 40; ++i) {
    Case c = RandomLayout(&random);
    const bool little = random.Coin();
    if (little) c.limits.shared_bytes = 32 << 10;
    c.limits.processors = static_cast<int>(random.Between(c.directions, little ? 4 : 12));
    const Emulated emulated("capability=9.0,sms=" + std::to_string(c.limits.processors) +
                            ",block-shared=" + std::to_string(c.limits.shared_bytes));
    for (DirectionShape& shape : c.shapes) shape.units = static_cast<int>(little ? random.Between(60, 180) : random.Between(1, 70));
    c.batch = static_cast<int>(random.Between(1, random.Coin() ? 9 : 70));
    test::Context() = c.Text();
    const OneStep step(c);
    ++(step.layout().resident ? resident : streamed);
    CHECK(step.Run(0) == "");
    test::Context() = c.Text() + ", a byte less: " + step.Run(-1);
    CHECK(Contains(test::Context(), "a block takes " + std::to_string(step.layout().shared_bytes) + " bytes"));
  }
  CHECK(resident > 10 && streamed > 10);
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
