// One asynchronous computation: holds its arrays alive, computes on the worker, settles its promise on the main thread.
#ifndef UNROLL_BINDING_RUN_TASK_H_
#define UNROLL_BINDING_RUN_TASK_H_

#include <napi.h>

#include <functional>
#include <memory>
#include <vector>

#include "native/binding/worker.h"
#include "native/core/status.h"

namespace unroll {

struct RunTask {
  // On the worker's thread; the pool's threads may help.
  std::function<Status(CancelToken* token, Pool* pool)> compute;
  bool uses_threads = false;
  std::shared_ptr<CancelToken> token;
};

// Starts it; the promise resolves with undefined, or rejects with an Error whose `code` is a name of the table. keep: every array that it
// reads or writes.
Napi::Promise StartRun(Napi::Env env, Worker* worker, RunTask run, const std::vector<Napi::Value>& keep);

}  // namespace unroll

#endif  // UNROLL_BINDING_RUN_TASK_H_
