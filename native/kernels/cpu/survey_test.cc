// A stretch of each CPU target against a plain search, at sizes around those of vectors and of what the stack holds.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "native/core/backend.h"
#include "native/test/check.h"
#include "native/test/random.h"

namespace unroll {
namespace {

using test::Random;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Numbers of every kind, those beside the counts' edges among them.
float Value(Random* random) {
  const float odd[] = {kNan, kInfinity, -kInfinity, 0.0f, -0.0f, kSurveyShut, kSurveyOpen, -kSurveyOpen};
  const int64_t kind = random->Between(0, 23);
  if (kind >= 8) return random->Float(1.2);
  const float value = odd[kind];
  return random->Between(0, 1) == 0 ? value : std::nextafter(value, random->Between(0, 1) == 0 ? -2.0f : 2.0f);
}

bool Same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void CheckSurvey(const Kernels& kernels, Survey survey, Random* random) {
  test::Context() = std::string(kernels.name) + ": steps " + std::to_string(survey.steps) + ", units " + std::to_string(survey.units) +
                    ", " + std::to_string(survey.steps_per) + " × " + std::to_string(survey.units_per) + ", lead " +
                    std::to_string(survey.lead);
  std::vector<float> data(static_cast<size_t>((survey.steps - 1) * survey.stride + survey.units));
  for (float& value : data) value = Value(random);
  const int64_t columns = (survey.steps + survey.lead + survey.steps_per - 1) / survey.steps_per;
  const int64_t rows = (survey.units + survey.units_per - 1) / survey.units_per;
  std::vector<float> low(static_cast<size_t>(columns * rows), 7), high(low), least(low.size(), kNan), most(least);
  SurveyCounts expected;
  for (int64_t s = 0; s < survey.steps; ++s) {
    for (int64_t u = 0; u < survey.units; ++u) {
      const float value = data[s * survey.stride + u];
      const int64_t cell = (s + survey.lead) / survey.steps_per * rows + u / survey.units_per;
      if (std::isnan(value)) {
        ++expected.nan;
        continue;
      }
      if (std::isnan(least[cell]) || value < least[cell]) least[cell] = value;
      if (std::isnan(most[cell]) || value > most[cell]) most[cell] = value;
      if (value < kSurveyShut) ++expected.shut;
      if (value > kSurveyOpen) ++expected.open;
      if (std::fabs(value) > kSurveyOpen) ++expected.beyond;
    }
  }
  survey.data = data.data();
  survey.low = low.data();
  survey.high = high.data();
  const SurveyCounts counts = kernels.survey(survey);
  CHECK(counts.nan == expected.nan);
  CHECK(counts.shut == expected.shut);
  CHECK(counts.open == expected.open);
  CHECK(counts.beyond == expected.beyond);
  for (size_t i = 0; i < low.size(); ++i) CHECK(Same(low[i], least[i]) && Same(high[i], most[i]));
}

TEST(a_survey_finds_what_a_plain_search_finds) {
  Random random(21);
  for (int64_t i = 0; i < test::Cases(200); ++i) {
    for (const Kernels* kernels : AvailableKernels()) {
      Survey survey{};
      survey.steps = random.Between(1, 30);
      survey.units = i % 20 == 0 ? random.Between(500, 1100) : random.Between(1, 40);
      survey.stride = survey.units + random.Between(0, 5);
      survey.steps_per = random.Between(1, 8);
      survey.units_per = random.Between(1, 9);
      survey.lead = random.Between(0, survey.steps_per - 1);
      CheckSurvey(*kernels, survey, &random);
    }
  }
}

TEST(a_survey_of_nothing_has_no_extremes) {
  for (const Kernels* kernels : AvailableKernels()) {
    float low = 1, high = 1, data = 0;
    const SurveyCounts counts = kernels->survey({&data, 1, 0, 1, 2, 1, 1, &low, &high});
    CHECK(std::isnan(low) && std::isnan(high));
    CHECK(counts.nan + counts.shut + counts.open + counts.beyond == 0);
  }
}

}  // namespace
}  // namespace unroll
