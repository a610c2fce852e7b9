// Carries a run from the main thread to the worker and its outcome back.
#include "native/binding/run_task.h"

#include "native/binding/args.h"

namespace unroll {
namespace {

struct Task {
  explicit Task(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise::Deferred deferred;
  // An array that references every typed array of the run.
  Napi::Reference<Napi::Array> keep;
  RunTask run;
  Status status;
};

// On the main thread. env is null when the environment is closing: then there is nobody to tell.
void Settle(napi_env raw, napi_value, void*, void* data) {
  std::unique_ptr<Task> task(static_cast<Task*>(data));
  if (raw == nullptr) {
    task->keep.SuppressDestruct();
    return;
  }
  Napi::Env env(raw);
  // Node calls this as C: an exception would end the process.
  try {
    Napi::HandleScope scope(env);
    if (task->status.ok())
      task->deferred.Resolve(env.Undefined());
    else
      task->deferred.Reject(ToError(env, task->status).Value());
  } catch (const Napi::Error&) {
    // A thread that is being terminated runs no more JavaScript: nobody waits for the outcome.
  }
}

}  // namespace

Napi::Promise StartRun(Napi::Env env, Worker* worker, RunTask run, const std::vector<Napi::Value>& keep) {
  auto task = std::make_unique<Task>(env);
  Napi::Array held = Napi::Array::New(env, keep.size());
  for (uint32_t i = 0; i < keep.size(); ++i) held.Set(i, keep[i]);
  task->keep = Napi::Persistent(held);
  task->run = std::move(run);
  std::shared_ptr<CancelToken> token = task->run.token;
  napi_threadsafe_function settle = nullptr;
  Napi::Promise promise = task->deferred.Promise();
  const napi_status made = napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "unroll.run"), 0, 1, nullptr,
                                                           nullptr, nullptr, Settle, &settle);
  if (made != napi_ok) Throw(env, Status(Code::kInternal, "A run could not be started."));
  // Before the worker: see Pool::Wake.
  if (task->run.uses_threads) worker->pool()->Wake();
  worker->Post(
      [settle, raw = task.release(), pool = worker->pool()]() {
        raw->status = raw->run.compute(raw->run.token.get(), pool);
        // A closing environment takes no more calls: what the task holds of JavaScript is gone with it.
        if (napi_call_threadsafe_function(settle, raw, napi_tsfn_blocking) != napi_ok) {
          raw->keep.SuppressDestruct();
          delete raw;
        }
        napi_release_threadsafe_function(settle, napi_tsfn_release);
      },
      std::move(token));
  return promise;
}

}  // namespace unroll
