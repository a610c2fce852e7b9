// Plain N-API in the call itself: the wrappers would take longer than the computation.
#include "native/binding/bound_run.h"

#include <chrono>

#include "native/binding/args.h"

namespace unroll {

std::shared_ptr<BoundRun> BoundRun::Create(std::shared_ptr<Model> model, Shape shape, int capture, Napi::Value buffer) {
  Napi::Env env = buffer.Env();
  std::shared_ptr<BoundRun> run(new BoundRun);
  if (Status status = model->MakePlan(shape, capture, &run->plan_); !status.ok()) Throw(env, status);
  int64_t floats = 1;
  for (int64_t d : shape) floats *= d;
  const int64_t input = floats;
  for (int64_t size : run->plan_.outputs) floats += size;
  run->data_ = ReadBuffer(buffer, 4 * floats);
  run->bytes_ = 4 * static_cast<size_t>(floats);
  run->args_.shape = std::move(shape);
  run->args_.capture = capture;
  float* at = static_cast<float*>(run->data_);
  run->args_.x = model->reads_ids() ? nullptr : at;
  run->args_.ids = model->reads_ids() ? static_cast<int32_t*>(run->data_) : nullptr;
  at += input;
  for (int64_t size : run->plan_.outputs) {
    run->args_.outputs.push_back(at);
    at += size;
  }
  run->model_ = std::move(model);
  run->execution_ = std::make_unique<Execution>(*run->model_, run->args_, run->plan_);
  if (Status status = run->execution_->Reserve(); !status.ok()) Throw(env, status);
  run->env_ = env;
  if (napi_create_reference(env, buffer, 1, &run->buffer_) != napi_ok) Throw(env, Status(Code::kInternal, "The buffer cannot be held."));
  return run;
}

BoundRun::~BoundRun() {
  if (buffer_ != nullptr) napi_delete_reference(env_, buffer_);
}

Napi::Value BoundRun::Function(Napi::Env env, const std::shared_ptr<BoundRun>& run) {
  auto* holder = new std::shared_ptr<BoundRun>(run);
  napi_value function = nullptr;
  const auto release = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<BoundRun>*>(data); };
  if (napi_create_function(env, "run", NAPI_AUTO_LENGTH, Call, holder, &function) != napi_ok ||
      napi_add_finalizer(env, function, holder, release, nullptr, nullptr) != napi_ok) {
    delete holder;
    Throw(env, Status(Code::kInternal, "A run could not be bound."));
  }
  return Napi::Value(env, function);
}

void BoundRun::Release() {
  execution_.reset();
  model_.reset();
}

Status BoundRun::Compute(napi_env env, napi_value buffer) {
  if (execution_ == nullptr) return Status(Code::kInvalidArgument, "The model was disposed, or bound to another run.");
  // One that was detached in the meantime has no memory any more. It is handed in again because that is cheaper than to ask the reference.
  void* data = nullptr;
  size_t bytes = 0;
  const bool same = napi_get_arraybuffer_info(env, buffer, &data, &bytes) == napi_ok && data == data_ && bytes == bytes_;
  if (!same) return Status(Code::kInvalidArgument, "A bound run has to be called with the buffer that it was bound to.");
  return execution_->Run(nullptr, nullptr);
}

napi_value BoundRun::Call(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  size_t count = 1;
  napi_value buffer = nullptr;
  napi_get_cb_info(env, info, &count, &buffer, nullptr, &data);
  BoundRun* run = static_cast<std::shared_ptr<BoundRun>*>(data)->get();
  const auto before = std::chrono::steady_clock::now();
  const Status status = run->Compute(env, buffer);
  if (!status.ok()) {
    ToError(env, status).ThrowAsJavaScriptException();
    return nullptr;
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;
  napi_value milliseconds = nullptr;
  napi_create_double(env, took.count(), &milliseconds);
  return milliseconds;
}

}  // namespace unroll
