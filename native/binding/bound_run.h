// A tiny run of one shape, called again and again: all is read and checked once, so that a call costs little more than its numbers.
#ifndef UNROLL_BINDING_BOUND_RUN_H_
#define UNROLL_BINDING_BOUND_RUN_H_

#include <napi.h>

#include <memory>

#include "native/core/executor.h"

namespace unroll {

class BoundRun {
 public:
  // buffer: x, then the plan's outputs, one behind the other. Throws a JavaScript error.
  static std::shared_ptr<BoundRun> Create(std::shared_ptr<Model> model, Shape shape, int capture, Napi::Value buffer);
  ~BoundRun();
  BoundRun(const BoundRun&) = delete;
  BoundRun& operator=(const BoundRun&) = delete;

  // The function that computes, of the buffer; it throws once Release was called, or when the buffer is not the one that was bound.
  static Napi::Value Function(Napi::Env env, const std::shared_ptr<BoundRun>& run);
  // Frees what it holds of the model.
  void Release();

 private:
  BoundRun() = default;
  static napi_value Call(napi_env env, napi_callback_info info);
  Status Compute(napi_env env, napi_value buffer);

  std::shared_ptr<Model> model_;
  Plan plan_;
  RunArgs args_;
  std::unique_ptr<Execution> execution_;
  napi_env env_ = nullptr;
  napi_ref buffer_ = nullptr;
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace unroll

#endif  // UNROLL_BINDING_BOUND_RUN_H_
