// Memory that is refused and a device that is lost, emulated, at each place in turn: an answer, nothing kept, and no crash.
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Ran;
using test::Random;
using test::RecurrentCase;

constexpr const char* kDevice = "capability=8.9,sms=2";

RecurrentCase Case(int64_t batch) {
  Random random(61);
  RecurrentCase c = Sized(Cell::kLstm, 10, batch, 5);
  test::Fill(&c, &random);
  FillMask(&c, &random);
  FillStates(&c, &random);
  return c;
}

// What is held of the emulated device and counted by the core.
struct Held {
  emulator::Counts counts = emulator::counts();
  int64_t live = LiveBytes();

  bool operator==(const Held& other) const {
    return counts.device_bytes == other.counts.device_bytes && counts.host_bytes == other.counts.host_bytes &&
           counts.streams == other.counts.streams && counts.events == other.counts.events && live == other.live;
  }
};

// A model, a run of it, and one that needs more memory. Says in which of the three it ended.
Status ModelAndRuns(const RecurrentCase& small, const RecurrentCase& large, std::string* where, std::shared_ptr<Program>* model) {
  *where = "the model";
  if (Status status = BuildOnCuda({small.Layer()}, small.features, small.weights, model); !status.ok()) return status;
  *where = "the first run";
  if (Status status = test::RunModel(**model, small.Args(2)).status; !status.ok()) return status;
  *where = "the larger run";
  return test::RunModel(**model, large.Args(2)).status;
}

// With each allocation of that kind refused in turn, until none was; how many there were.
int64_t RefuseEach(const char* kind) {
  const RecurrentCase small = Case(2), large = Case(7);
  const Held before;
  for (int64_t n = 1;; ++n) {
    const Emulated emulated(std::string(kDevice) + ",oom=" + kind + ":" + std::to_string(n));
    std::string where;
    std::shared_ptr<Program> model;
    const Status status = ModelAndRuns(small, large, &where, &model);
    test::Context() = std::string(kind) + " " + std::to_string(n) + " in " + where + ": " + status.message();
    if (status.ok()) return n - 1;
    CHECK(status.code() == Code::kOutOfMemory);
    CHECK((where == "the model") == (model == nullptr));
    // The same model's next run has it.
    if (model != nullptr) CHECK(test::RunModel(*model, large.Args(2)).status.ok());
    model.reset();
    CHECK(Held() == before);
  }
}

TEST(memory_of_the_device_that_is_refused) { CHECK(RefuseEach("malloc") == 3); }
TEST(pinned_memory_that_is_refused) { CHECK(RefuseEach("host") == 4); }

TEST(a_run_that_fits_in_no_portion_says_how_much_it_needs) {
  const RecurrentCase c = Case(3);
  std::shared_ptr<Program> model;
  const Emulated emulated(std::string(kDevice) + ",memory=3M");
  CHECK(BuildOnCuda({c.Layer()}, c.features, c.weights, &model).ok());
  RecurrentCase wide = c;
  wide.timesteps = 60000;
  Random random(62);
  wide.x = random.Floats(wide.batch * wide.timesteps * wide.features, 1);
  wide.mask.clear();
  const Ran ran = test::RunModel(*model, wide.Args(0));
  test::Context() = ran.status.message();
  CHECK(ran.status.code() == Code::kTooLarge);
  int needed = 0, allowed = 0;
  CHECK(std::sscanf(ran.status.message().c_str(),
                    "One sequence of this run needs %d MiB of the GPU's memory; 80 %% of what is free are %d MiB", &needed, &allowed) == 2);
  // A row has 60000 steps, each of 3 numbers that come and 10 that go.
  CHECK(needed > 3 && needed < 30 && allowed == 3);
  CHECK(test::RunModel(*model, c.Args(0)).status.ok());
}

TEST(a_model_that_does_not_fit_is_refused) {
  const Held before;
  RecurrentCase c = Sized(Cell::kLstm, 300, 1, 1);
  Random random(63);
  test::Fill(&c, &random);
  std::shared_ptr<Program> model;
  const Emulated emulated(std::string(kDevice) + ",memory=1M");
  CHECK(BuildOnCuda({c.Layer()}, c.features, c.weights, &model).code() == Code::kOutOfMemory && model == nullptr);
  CHECK(Held() == before);
}

TEST(what_is_disposed_of_holds_nothing) {
  const Held before;
  {
    const Emulated emulated(kDevice);
    for (int64_t batch : {1, 5, 3}) CHECK(RunOnCuda(Case(batch)).status.ok());
    std::shared_ptr<Program> never_run;
    CHECK(BuildOnCuda({Case(1).Layer()}, 3, Case(1).weights, &never_run).ok());
    CHECK(!(Held() == before));
    CHECK(LiveBytes() > before.live);
  }
  CHECK(Held() == before);
}

// A lost device stays lost in its process, so that each has one of its own; true: body found nothing wrong.
template <typename Body>
bool InChild(Body body) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    // A hang ends here, and is seen as a signal.
    alarm(120);
    test::Failures() = 0;
    body();
    std::fflush(stdout);
    _exit(test::Failures() == 0 ? 0 : 1);
  }
  int status = 0;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void CheckLost(const std::string& fault) {
  const RecurrentCase small = Case(2), large = Case(7);
  const Held before;
  {
    const Emulated emulated(std::string(kDevice) + "," + fault);
    std::string where;
    std::shared_ptr<Program> model, next;
    const Status status = ModelAndRuns(small, large, &where, &model);
    test::Context() = fault + " in " + where + ": " + status.message();
    CHECK(status.code() == Code::kDeviceLost);
    CHECK(Contains(status.message(), "cudaErrorLaunchFailure"));
    // Nothing is tried any more.
    const emulator::Counts at_loss = emulator::counts();
    CHECK(BuildOnCuda({small.Layer()}, small.features, small.weights, &next).code() == Code::kDeviceLost && next == nullptr);
    if (model != nullptr) CHECK(test::RunModel(*model, small.Args(0)).status.code() == Code::kDeviceLost);
    CHECK(emulator::counts().launches == at_loss.launches && emulator::counts().copies == at_loss.copies);
  }
  CHECK(Held() == before);
}

int64_t LoseAtEach(const char* kind, int64_t emulator::Counts::*count) {
  int64_t all = 0;
  {
    const Emulated emulated(kDevice);
    std::string where;
    std::shared_ptr<Program> model;
    CHECK(ModelAndRuns(Case(2), Case(7), &where, &model).ok());
    all = emulator::counts().*count;
  }
  for (int64_t n = 1; n <= all; ++n) {
    const std::string fault = std::string("lose=") + kind + ":" + std::to_string(n);
    test::Context() = fault;
    CHECK(InChild([&] { CheckLost(fault); }));
  }
  return all;
}

TEST(a_device_that_is_lost_at_a_launch) { CHECK(LoseAtEach("launch", &emulator::Counts::launches) >= 6); }
TEST(a_device_that_is_lost_at_a_copy) { CHECK(LoseAtEach("copy", &emulator::Counts::copies) >= 20); }

}  // namespace
}  // namespace cuda
}  // namespace unroll
