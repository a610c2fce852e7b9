// Methods of the native model and cancel token.
#include "native/binding/objects.h"

#include "native/binding/args.h"
#include "native/binding/run_task.h"

namespace unroll {

Napi::Function CancelTokenObject::Define(Napi::Env env) {
  return DefineClass(env, "CancelToken",
                     {InstanceMethod<&CancelTokenObject::Cancel>("cancel"), InstanceAccessor<&CancelTokenObject::Progress>("progress")});
}

std::shared_ptr<CancelToken> CancelTokenObject::Read(const Napi::Value& value) {
  const auto& made = value.Env().GetInstanceData<Instance>()->token;
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(made.Value())) {
    Throw(value.Env(), Status(Code::kInvalidArgument, "The token has to come from createCancelToken()."));
  }
  return Unwrap(value.As<Napi::Object>())->token_;
}

Napi::Value CancelTokenObject::Cancel(const Napi::CallbackInfo& info) {
  token_->Cancel();
  return info.Env().Undefined();
}

Napi::Value CancelTokenObject::Progress(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(token_->progress()));
}

Napi::Function ModelObject::Define(Napi::Env env) {
  return DefineClass(env, "Model",
                     {InstanceMethod<&ModelObject::Plan_>("plan"), InstanceMethod<&ModelObject::Run>("run"),
                      InstanceMethod<&ModelObject::RunSync>("runSync"), InstanceMethod<&ModelObject::Bind>("bind"),
                      InstanceMethod<&ModelObject::Dispose>("dispose")});
}

const std::shared_ptr<Program>& ModelObject::Open(Napi::Env env) const {
  if (model_ == nullptr) Throw(env, Status(Code::kInvalidArgument, "The model was disposed."));
  return model_;
}

Napi::Value ModelObject::Plan_(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto& model = Open(env);
  Plan plan;
  if (Status status = model->MakePlan(ReadShape(info[0]), ReadCapture(info[1]), &plan); !status.ok()) Throw(env, status);
  Napi::Object out = Napi::Object::New(env);
  Napi::Array outputs = Napi::Array::New(env, plan.outputs.size());
  for (uint32_t i = 0; i < plan.outputs.size(); ++i) outputs.Set(i, Napi::Number::New(env, static_cast<double>(plan.outputs[i])));
  out.Set("bytes", Napi::Number::New(env, static_cast<double>(plan.bytes)));
  out.Set("steps", Napi::Number::New(env, static_cast<double>(plan.steps)));
  out.Set("work", Napi::Number::New(env, static_cast<double>(plan.work)));
  out.Set("outputs", outputs);
  return out;
}

Napi::Value ModelObject::Run(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto& model = Open(env);
  auto token = CancelTokenObject::Read(info[1]);
  Plan plan;
  std::vector<Napi::Value> keep;
  RunArgs args = ReadRun(info[0], *model, &plan, &keep);
  const bool uses_threads = model->UsesThreads(plan);
  auto compute = [model, args = std::move(args), plan = std::move(plan)](CancelToken* own, Pool* pool) {
    return model->Run(args, plan, own, pool);
  };
  return StartRun(env, &env.GetInstanceData<Instance>()->worker, {std::move(compute), uses_threads, std::move(token)}, keep);
}

Napi::Value ModelObject::RunSync(const Napi::CallbackInfo& info) {
  const auto model = Open(info.Env());
  Plan plan;
  std::vector<Napi::Value> keep;
  const RunArgs args = ReadRun(info[0], *model, &plan, &keep);
  if (Status status = model->Run(args, plan, nullptr, nullptr); !status.ok()) Throw(info.Env(), status);
  return info.Env().Undefined();
}

Napi::Value ModelObject::Bind(const Napi::CallbackInfo& info) {
  const auto model = Open(info.Env());
  auto on_cpu = std::dynamic_pointer_cast<Model>(model);
  if (on_cpu == nullptr) Throw(info.Env(), Status(Code::kUnsupported, "Only runs of the cpu device can be bound."));
  auto bound = BoundRun::Create(std::move(on_cpu), ReadShape(info[0]), ReadCapture(info[1]), info[2]);
  // One at a time: what is no longer called is not to wait for the garbage collector.
  if (bound_ != nullptr) bound_->Release();
  bound_ = std::move(bound);
  return BoundRun::Function(info.Env(), bound_);
}

Napi::Value ModelObject::Dispose(const Napi::CallbackInfo& info) {
  if (bound_ != nullptr) bound_->Release();
  bound_.reset();
  // A run that is under way holds the model until it is over.
  model_.reset();
  return info.Env().Undefined();
}

}  // namespace unroll
