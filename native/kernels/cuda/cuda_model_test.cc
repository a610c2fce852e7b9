// The device cuda, emulated, against the reference in double: every cell with every option, on devices that lay it out differently.
#include <iterator>
#include <string>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Random;
using test::RecurrentCase;

// Each cell, both GRUs, forwards and backwards, without a mask, with one and with zero output, with and without initial states.
std::vector<RecurrentCase> EveryForm(int64_t units, Random* random) {
  std::vector<RecurrentCase> cases;
  for (int form = 0; form < 48; ++form) {
    const int kind = form % 4, masked = form / 16;
    RecurrentCase c = Sized(kind == 0 ? Cell::kSimpleRnn : kind == 1 ? Cell::kLstm : Cell::kGru, units, 5, 7);
    c.spec.reset_after = kind == 2;
    c.spec.go_backwards = form / 4 % 2 == 1;
    c.spec.zero_output_for_mask = masked == 2;
    c.spec.return_sequences = form % 5 != 0;
    c.spec.use_bias = form % 7 != 0;
    test::Fill(&c, random);
    if (masked > 0) FillMask(&c, random);
    if (form / 8 % 2 == 1) FillStates(&c, random);
    cases.push_back(c);
  }
  return cases;
}

TEST(every_cell_and_option_follows_the_reference) {
  Random random(21);
  // A width with a tail in every tile. Each form on every other device, its neighbours on those between.
  const std::vector<RecurrentCase> forms = EveryForm(37, &random);
  for (size_t device = 0; device < std::size(kDevices); ++device) {
    const Emulated emulated(kDevices[device]);
    for (size_t form = 0; form < forms.size(); ++form) {
      if ((form + form / 4 + form / 16 + device) % 2 == 0) continue;
      test::Context() = std::string(kDevices[device]) + ": " + forms[form].Text();
      CheckCase(forms[form]);
    }
  }
}

TEST(capture_changes_no_bit) {
  Random random(22);
  const Emulated emulated(kDevices[1]);
  for (const RecurrentCase& c : EveryForm(9, &random)) {
    test::Context() = c.Text();
    const test::Ran with = RunOnCuda(c, 2), without = RunOnCuda(c, 0);
    CHECK(with.outputs.size() > without.outputs.size() && Same(with, without));
  }
}

TEST(random_layers_follow_the_reference_on_random_devices) {
  Random random(23);
  for (int64_t i = 0; i < test::Cases(20); ++i) {
    const std::string device = RandomDevice(&random);
    const Emulated emulated(device);
    const RecurrentCase c = test::RandomCase(&random);
    test::Context() = device + ": " + c.Text();
    CheckCase(c);
  }
}

// Each of them beside a device that has to stream what another one keeps.
template <typename Body>
void ForBothLayouts(Body body) {
  for (const char* device : {"capability=7.5,sms=2", "capability=8.9,sms=3,order=random"}) {
    for (bool streamed : {false, true}) {
      const std::string text = std::string(device) + (streamed ? ",block-shared=32K" : "");
      const Emulated emulated(text);
      test::Context() = text;
      body(streamed);
    }
  }
}

TEST(activations_that_see_all_units) {
  Random random(24);
  constexpr Activation kWhole[] = {Activation::kSoftmax, Activation::kLogSoftmax, Activation::kSparsemax};
  ForBothLayouts([&](bool streamed) {
    const std::string device = test::Context();
    for (int form = 0; form < 12; ++form) {
      // The last step of a row is not always one that counts.
      constexpr int64_t kWide[] = {150, 70, 90};
      RecurrentCase c = Sized(static_cast<Cell>(form % 3), streamed ? kWide[form % 3] : 19, 5, 3);
      c.spec.reset_after = form % 2 == 0;
      if (form % 4 != 3) c.spec.activation = kWhole[form / 4];
      if (form % 4 != 2 && kWhole[form / 4] != Activation::kLogSoftmax) c.spec.recurrent_activation = kWhole[form / 4];
      test::Fill(&c, &random);
      if (form % 2 == 1) FillMask(&c, &random);
      if (form % 3 == 1) FillStates(&c, &random);
      test::Context() = device + ": " + c.Text();
      CHECK(Streamed(c) == streamed);
      CheckCase(c);
    }
  });
}

// Weights that fit no shared memory, and whose chunks have a tail; rows of several tiles.
TEST(weights_that_do_not_fit_are_streamed) {
  Random random(25);
  const struct {
    const char* device;
    Cell cell;
    int64_t units, batch;
  } kForms[] = {{"capability=9.0,sms=1", Cell::kSimpleRnn, 300, 37},
                {"capability=8.9,sms=1", Cell::kLstm, 75, 18},
                {"capability=7.5,sms=2,block-shared=48K", Cell::kGru, 131, 3},
                {"capability=8.0,sms=1,block-shared=32K,order=lifo", Cell::kLstm, 65, 10}};
  for (const auto& form : kForms) {
    const Emulated emulated(form.device);
    for (bool reset_after : {false, true}) {
      RecurrentCase c = Sized(form.cell, form.units, form.batch, 2, 5);
      c.spec.reset_after = reset_after;
      test::Fill(&c, &random);
      test::Context() = std::string(form.device) + ": " + c.Text();
      CHECK(Streamed(c));
      CheckCase(c);
    }
  }
}

TEST(long_sequences_take_several_launches_and_several_projections) {
  Random random(26);
  for (const char* device : {"capability=7.5,sms=2", "capability=8.9,sms=1"}) {
    const Emulated emulated(device);
    for (bool mask : {false, true}) {
      RecurrentCase c = Sized(mask ? Cell::kGru : Cell::kLstm, 3, 2, 1300, 2);
      c.spec.go_backwards = mask;
      test::Fill(&c, &random);
      if (mask) FillMask(&c, &random);
      test::Context() = std::string(device) + ": " + c.Text();
      const int64_t before = emulator::counts().launches;
      CheckCase(c);
      // 512 steps a projection and a launch at most.
      CHECK(emulator::counts().launches - before >= 6);
    }
  }
}

TEST(wide_features_take_the_projection_through_several_stages) {
  Random random(27);
  for (const char* device : {"capability=7.5,sms=2", "capability=8.9,sms=2,order=lifo"}) {
    const Emulated emulated(device);
    // Aligned rows are copied four numbers at a time, others one at a time; both with a tail.
    for (int64_t features : {64, 100, 33, 17}) {
      RecurrentCase c = Sized(Cell::kGru, features % 4 == 0 ? 24 : 7, 9, 17, features);
      test::Fill(&c, &random);
      test::Context() = std::string(device) + ": " + c.Text();
      CheckCase(c);
    }
  }
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
