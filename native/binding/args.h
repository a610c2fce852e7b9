// The only reader of JavaScript values: everything that comes in is checked here, on the main thread.
#ifndef UNROLL_BINDING_ARGS_H_
#define UNROLL_BINDING_ARGS_H_

#include <napi.h>

#include <string>
#include <utility>
#include <vector>

#include "native/core/program.h"

namespace unroll {

// Throws a JavaScript Error whose `code` is a name of the table.
[[noreturn]] void Throw(Napi::Env env, const Status& status);
Napi::Error ToError(Napi::Env env, const Status& status);

Napi::Object ReadObject(const Napi::Value& value, const char* what);
bool ReadBoolean(const Napi::Object& object, const char* key);
// A typed array of one type over memory that can neither shrink nor be written by another thread; and of one length.
Napi::TypedArray ReadTyped(const Napi::Value& value, napi_typedarray_type type, const char* what);
Napi::TypedArray ReadTyped(const Napi::Value& value, napi_typedarray_type type, const char* what, int64_t size);

// [from, to) of an array.
using Range = std::pair<const void*, const void*>;
inline Range RangeOf(const void* data, int64_t bytes) { return {data, static_cast<const char*>(data) + bytes}; }
inline bool Overlap(const Range& a, const Range& b) { return a.first < b.second && b.first < a.second; }

std::vector<LayerSpec> ReadLayers(const Napi::Value& value);
// Views into the caller's arrays, valid during the call.
std::vector<WeightView> ReadWeights(const Napi::Value& value);
Shape ReadShape(const Napi::Value& value);
int ReadCapture(const Napi::Value& value);
// The option `threads`; 0: as many as there are cores.
int64_t ReadThreads(const Napi::Value& options);
// Of createModel's options: is the device "cuda" and not "cpu"?
bool ReadsCuda(const Napi::Value& options);
// Of a model for the GPU.
bool ReadsTf32(const Napi::Value& options);
// An ArrayBuffer of exactly so many bytes, neither shared nor resizable.
void* ReadBuffer(const Napi::Value& value, int64_t bytes);
int64_t ReadInteger(const Napi::Value& value, const char* what, int64_t min, int64_t max);

// The numbers of a run, checked against the plan; `keep` gets every array that has to stay alive until the run is over.
RunArgs ReadRun(const Napi::Value& value, const Program& model, Plan* plan, std::vector<Napi::Value>* keep);

}  // namespace unroll

#endif  // UNROLL_BINDING_ARGS_H_
