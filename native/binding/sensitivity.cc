// Reads the arguments of a memory horizon, and starts it on the worker.
#include "native/binding/sensitivity.h"

#include "native/binding/args.h"
#include "native/binding/machine.h"
#include "native/binding/objects.h"
#include "native/binding/run_task.h"
#include "native/kernels/backward/sensitivity.h"

namespace unroll {
namespace {

struct Request {
  SensitivityArgs args;
  SensitivityPlan plan;
  int64_t threads = 1;
};

// All but the data.
Request ReadPlanned(const Napi::Object& object) {
  Request request;
  const int64_t threads = ReadThreads(object);
  request.threads = threads > 0 ? threads : PhysicalCores();
  request.args.layers = ReadLayers(object.Get("layers"));
  request.args.backward = ReadBoolean(object, "backward");
  request.args.shape = ReadShape(object.Get("shape"));
  request.args.weights = ReadWeights(object.Get("weights"));
  if (Status status = PlanSensitivity(request.args, request.threads, &request.plan); !status.ok()) Throw(object.Env(), status);
  return request;
}

void RefuseAliases(const SensitivityArgs& args, const SensitivityPlan& plan, Napi::Env env) {
  const Range norms = RangeOf(args.state_norms, 8 * plan.timesteps), gradient = RangeOf(args.input_gradient, 4 * plan.inputs);
  std::vector<Range> inputs{RangeOf(args.x, 4 * plan.inputs)};
  if (args.mask != nullptr) inputs.push_back(RangeOf(args.mask, args.shape[1]));
  for (const auto& [data, size] : args.weights) inputs.push_back(RangeOf(data, 4 * size));
  bool overlap = Overlap(norms, gradient);
  for (const Range& input : inputs) overlap = overlap || Overlap(norms, input) || Overlap(gradient, input);
  if (overlap) Throw(env, Status(Code::kInvalidArgument, "An output overlaps an input or the other one."));
}

Request ReadSensitivity(const Napi::Object& object, std::vector<Napi::Value>* keep) {
  Request request = ReadPlanned(object);
  SensitivityArgs& args = request.args;
  const auto read = [&](const char* key, napi_typedarray_type type, int64_t size) {
    keep->push_back(ReadTyped(object.Get(key), type, key, size));
    return keep->back();
  };
  args.x = read("x", napi_float32_array, request.plan.inputs).As<Napi::Float32Array>().Data();
  if (!object.Get("mask").IsNull()) args.mask = read("mask", napi_uint8_array, args.shape[1]).As<Napi::Uint8Array>().Data();
  args.state_norms = read("stateNorms", napi_float64_array, request.plan.timesteps).As<Napi::Float64Array>().Data();
  args.input_gradient = read("inputGradient", napi_float32_array, request.plan.inputs).As<Napi::Float32Array>().Data();
  const Napi::Array weights = object.Get("weights").As<Napi::Array>();
  for (uint32_t i = 0; i < weights.Length(); ++i) keep->push_back(weights.Get(i));
  RefuseAliases(args, request.plan, object.Env());
  return request;
}

}  // namespace

Napi::Value PlanSensitivityOf(const Napi::CallbackInfo& info) {
  const Request request = ReadPlanned(ReadObject(info[0], "A memory horizon"));
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("work", Napi::Number::New(info.Env(), static_cast<double>(request.plan.work)));
  out.Set("bytes", Napi::Number::New(info.Env(), static_cast<double>(request.plan.bytes)));
  return out;
}

Napi::Value StartSensitivity(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto token = CancelTokenObject::Read(info[1]);
  std::vector<Napi::Value> keep;
  Request request = ReadSensitivity(ReadObject(info[0], "A memory horizon"), &keep);
  const Kernels* kernels = ChosenKernels();
  if (kernels == nullptr) Throw(env, Status(Code::kDeviceUnavailable, UnknownTarget()));
  auto compute = [kernels, request = std::move(request)](CancelToken* own, Pool* pool) {
    return ComputeSensitivity(request.args, request.plan, *kernels, request.threads, own, pool);
  };
  return StartRun(env, &env.GetInstanceData<Instance>()->worker, {std::move(compute), false, std::move(token)}, keep);
}

}  // namespace unroll
