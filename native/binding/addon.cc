// What the addon exports: the names of extension/engine/binding.ts, and nothing else.
#include <napi.h>

#include "native/binding/args.h"
#include "native/binding/machine.h"
#include "native/binding/objects.h"
#include "native/binding/sensitivity.h"
#include "native/binding/survey.h"
#include "native/core/limits.h"
#include "native/kernels/cuda/cuda.h"

namespace unroll {
namespace {

constexpr int kAbiVersion = 5;

Status CreateOnCpu(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, int64_t threads,
                   std::shared_ptr<Program>* program) {
  const Kernels* kernels = ChosenKernels();
  if (kernels == nullptr) return Status(Code::kDeviceUnavailable, UnknownTarget());
  std::shared_ptr<Model> model;
  Status status = Model::Create(std::move(layers), features, weights, *kernels, threads > 0 ? threads : PhysicalCores(), &model);
  *program = std::move(model);
  return status;
}

Napi::Value CreateModel(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  std::vector<LayerSpec> layers = ReadLayers(info[0]);
  const int64_t features = ReadInteger(info[1], "inputFeatures", 0, kMaxUnits);
  const int64_t threads = ReadThreads(info[3]);
  const std::vector<WeightView> weights = ReadWeights(info[2]);
  std::shared_ptr<Program> program;
  const Status status = ReadsCuda(info[3]) ? CreateCudaModel(std::move(layers), features, weights, ReadsTf32(info[3]), &program)
                                           : CreateOnCpu(std::move(layers), features, weights, threads, &program);
  if (!status.ok()) Throw(env, status);
  Napi::Object object = env.GetInstanceData<Instance>()->model.New({});
  ModelObject::Unwrap(object)->Take(std::move(program));
  return object;
}

Napi::Value CreateCancelToken(const Napi::CallbackInfo& info) { return info.Env().GetInstanceData<Instance>()->token.New({}); }

Napi::Value DebugLiveBytes(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(LiveBytes())); }

Napi::Object Limits(Napi::Env env) {
  Napi::Object limits = Napi::Object::New(env);
  limits.Set("units", static_cast<double>(kMaxUnits));
  limits.Set("batch", static_cast<double>(kMaxBatch));
  limits.Set("timesteps", static_cast<double>(kMaxTimesteps));
  limits.Set("layers", static_cast<double>(kMaxLayers));
  limits.Set("vocabulary", static_cast<double>(kMaxVocabulary));
  return limits;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* instance = new Instance;
  instance->model = Napi::Persistent(ModelObject::Define(env));
  instance->token = Napi::Persistent(CancelTokenObject::Define(env));
  env.SetInstanceData(instance);
  // Joins the thread before the environment is gone: a thread that outlived it would crash the process.
  env.AddCleanupHook([instance]() { instance->worker.Stop(); });
  Napi::Object codes = Napi::Object::New(env);
  for (const auto& entry : kCodeNames) codes.Set(entry.name, static_cast<double>(entry.code));
  exports.Set("abiVersion", kAbiVersion);
  exports.Set("errorCodes", codes);
  exports.Set("limits", Limits(env));
  exports.Set("capabilities", Napi::Function::New<Capabilities>(env, "capabilities"));
  exports.Set("createModel", Napi::Function::New<CreateModel>(env, "createModel"));
  exports.Set("createCancelToken", Napi::Function::New<CreateCancelToken>(env, "createCancelToken"));
  exports.Set("planSensitivity", Napi::Function::New<PlanSensitivityOf>(env, "planSensitivity"));
  exports.Set("sensitivity", Napi::Function::New<StartSensitivity>(env, "sensitivity"));
  exports.Set("survey", Napi::Function::New<SurveyOf>(env, "survey"));
  exports.Set("debugLiveBytes", Napi::Function::New<DebugLiveBytes>(env, "debugLiveBytes"));
  return exports;
}

}  // namespace
}  // namespace unroll

// The macro wants a name without a namespace.
static Napi::Object Register(Napi::Env env, Napi::Object exports) { return unroll::Init(env, exports); }

NODE_API_MODULE(unroll, Register)
