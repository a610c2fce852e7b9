// Reads the arguments of a survey, and makes it in the call.
#include "native/binding/survey.h"

#include "native/binding/args.h"
#include "native/binding/machine.h"
#include "native/core/backend.h"

namespace unroll {
namespace {

// Twice one of them times another fits 64 bits.
constexpr int64_t kMost = INT64_C(1) << 30;

Survey ReadSurvey(const Napi::Object& object) {
  const auto integer = [&](const char* key, int64_t min, int64_t max) { return ReadInteger(object.Get(key), key, min, max); };
  Survey survey;
  survey.stride = integer("stride", 0, kMost);
  survey.steps = integer("steps", 0, kMost);
  survey.units = integer("units", 0, kMost);
  survey.steps_per = integer("stepsPer", 1, kMost);
  survey.units_per = integer("unitsPer", 1, kMost);
  survey.lead = integer("lead", 0, survey.steps_per - 1);
  return survey;
}

}  // namespace

Napi::Value SurveyOf(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Napi::Object object = ReadObject(info[0], "A survey");
  Survey survey = ReadSurvey(object);
  const int64_t first = ReadInteger(object.Get("first"), "first", 0, INT64_C(1) << 53);
  const int64_t columns = (survey.steps + survey.lead + survey.steps_per - 1) / survey.steps_per;
  const int64_t rows = (survey.units + survey.units_per - 1) / survey.units_per;
  const auto cells = [&](const char* key) {
    return ReadTyped(object.Get(key), napi_float32_array, key, columns * rows).As<Napi::Float32Array>().Data();
  };
  survey.low = cells("low");
  survey.high = cells("high");
  const Napi::TypedArray data = ReadTyped(object.Get("data"), napi_float32_array, "data");
  const int64_t size = static_cast<int64_t>(data.ElementLength());
  const int64_t end = survey.steps == 0 ? first : first + (survey.steps - 1) * survey.stride + survey.units;
  if (end > size) {
    Throw(env,
          Status(Code::kShapeMismatch, "The stretch ends at " + std::to_string(end) + "; data has " + std::to_string(size) + " numbers."));
  }
  const float* numbers = data.As<Napi::Float32Array>().Data();
  const Range in = RangeOf(numbers, 4 * size), low = RangeOf(survey.low, 4 * columns * rows),
              high = RangeOf(survey.high, 4 * columns * rows);
  if (Overlap(in, low) || Overlap(in, high) || Overlap(low, high))
    Throw(env, Status(Code::kInvalidArgument, "low, high and data overlap."));
  survey.data = numbers + first;
  const Kernels* kernels = ChosenKernels();
  if (kernels == nullptr) Throw(env, Status(Code::kDeviceUnavailable, UnknownTarget()));
  const SurveyCounts counts = kernels->survey(survey);
  Napi::Object out = Napi::Object::New(env);
  out.Set("nan", static_cast<double>(counts.nan));
  out.Set("shut", static_cast<double>(counts.shut));
  out.Set("open", static_cast<double>(counts.open));
  out.Set("beyond", static_cast<double>(counts.beyond));
  return out;
}

}  // namespace unroll
