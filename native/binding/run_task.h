// One asynchronous run: holds its arrays alive, computes on the worker, settles its promise on the main thread.
#ifndef UNROLL_BINDING_RUN_TASK_H_
#define UNROLL_BINDING_RUN_TASK_H_

#include <napi.h>

#include <memory>
#include <vector>

#include "native/binding/worker.h"
#include "native/core/program.h"

namespace unroll {

// Starts the run; the promise resolves with undefined, or rejects with an Error whose `code` is a name of the table.
Napi::Promise StartRun(Napi::Env env, Worker* worker, std::shared_ptr<Program> model, RunArgs args, Plan plan,
                       const std::vector<Napi::Value>& keep, std::shared_ptr<CancelToken> token);

}  // namespace unroll

#endif  // UNROLL_BINDING_RUN_TASK_H_
