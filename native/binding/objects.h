// The JavaScript classes behind createModel and createCancelToken.
#ifndef UNROLL_BINDING_OBJECTS_H_
#define UNROLL_BINDING_OBJECTS_H_

#include <napi.h>

#include <memory>

#include "native/binding/bound_run.h"
#include "native/binding/worker.h"
#include "native/core/program.h"

namespace unroll {

// What one environment (main thread or worker thread) owns; no static handles.
struct Instance {
  Napi::FunctionReference model;
  Napi::FunctionReference token;
  Worker worker;
};

class CancelTokenObject : public Napi::ObjectWrap<CancelTokenObject> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit CancelTokenObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {}
  // That of a JavaScript value, which has to be one.
  static std::shared_ptr<CancelToken> Read(const Napi::Value& value);

 private:
  Napi::Value Cancel(const Napi::CallbackInfo& info);
  Napi::Value Progress(const Napi::CallbackInfo& info);
  std::shared_ptr<CancelToken> token_ = std::make_shared<CancelToken>();
};

class ModelObject : public Napi::ObjectWrap<ModelObject> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit ModelObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {}
  void Take(std::shared_ptr<Program> model) { model_ = std::move(model); }

 private:
  const std::shared_ptr<Program>& Open(Napi::Env env) const;
  Napi::Value Plan_(const Napi::CallbackInfo& info);
  Napi::Value Run(const Napi::CallbackInfo& info);
  Napi::Value RunSync(const Napi::CallbackInfo& info);
  Napi::Value Bind(const Napi::CallbackInfo& info);
  Napi::Value Dispose(const Napi::CallbackInfo& info);
  std::shared_ptr<Program> model_;
  std::shared_ptr<BoundRun> bound_;
};

}  // namespace unroll

#endif  // UNROLL_BINDING_OBJECTS_H_
