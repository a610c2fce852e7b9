// Reads and checks JavaScript values.
#include "native/binding/args.h"

#include <algorithm>
#include <cmath>

#include "native/core/limits.h"

namespace unroll {
namespace {

[[noreturn]] void Invalid(Napi::Env env, const std::string& message) { Throw(env, Status(Code::kInvalidArgument, message)); }

Napi::Array Array(const Napi::Value& value, const char* what, uint32_t max) {
  if (!value.IsArray()) Invalid(value.Env(), std::string(what) + " has to be an array.");
  Napi::Array array = value.As<Napi::Array>();
  if (array.Length() > max) Invalid(value.Env(), std::string(what) + " has too many entries.");
  return array;
}

std::string String(const Napi::Object& object, const char* key) {
  Napi::Value value = object.Get(key);
  if (!value.IsString()) Invalid(object.Env(), std::string(key) + " has to be a string.");
  return value.As<Napi::String>();
}

Activation ReadActivation(const Napi::Object& object, const char* key) {
  const std::string name = String(object, key);
  for (const auto& entry : kActivationNames) {
    if (name == entry.name) return entry.activation;
  }
  Invalid(object.Env(), std::string(key) + " “" + name.substr(0, 40) + "” is not an activation that is known.");
}

RecurrentSpec ReadRecurrent(const Napi::Object& object) {
  const std::string kind = String(object, "kind");
  RecurrentSpec spec;
  if (kind == "simple_rnn")
    spec.cell = Cell::kSimpleRnn;
  else if (kind == "lstm")
    spec.cell = Cell::kLstm;
  else if (kind == "gru")
    spec.cell = Cell::kGru;
  else
    Invalid(object.Env(), "“" + kind.substr(0, 40) + "” is not a kind of layer that is known.");
  spec.units = ReadInteger(object.Get("units"), "units", 1, INT64_C(1) << 53);
  spec.activation = ReadActivation(object, "activation");
  spec.recurrent_activation = ReadActivation(object, "recurrentActivation");
  spec.use_bias = ReadBoolean(object, "useBias");
  spec.return_sequences = ReadBoolean(object, "returnSequences");
  spec.go_backwards = ReadBoolean(object, "goBackwards");
  spec.zero_output_for_mask = ReadBoolean(object, "zeroOutputForMask");
  spec.reset_after = ReadBoolean(object, "resetAfter");
  return spec;
}

MergeMode ReadMerge(const Napi::Object& object) {
  if (object.Get("mergeMode").IsNull()) return MergeMode::kNone;
  const std::string mode = String(object, "mergeMode");
  if (mode == "concat") return MergeMode::kConcat;
  if (mode == "sum") return MergeMode::kSum;
  if (mode == "mul") return MergeMode::kMul;
  if (mode == "ave") return MergeMode::kAve;
  Invalid(object.Env(), "mergeMode has to be concat, sum, mul, ave or null.");
}

LayerSpec ReadLayer(const Napi::Object& object) {
  const std::string kind = String(object, "kind");
  LayerSpec layer;
  if (kind == "bidirectional") {
    layer.kind = LayerKind::kBidirectional;
    layer.merge = ReadMerge(object);
    layer.directions.push_back(ReadRecurrent(ReadObject(object.Get("forward"), "forward")));
    layer.directions.push_back(ReadRecurrent(ReadObject(object.Get("backward"), "backward")));
  } else if (kind == "stack") {
    layer.kind = LayerKind::kStack;
    Napi::Array cells = Array(object.Get("cells"), "cells", 64);
    for (uint32_t i = 0; i < cells.Length(); ++i) layer.directions.push_back(ReadRecurrent(ReadObject(cells.Get(i), "A cell")));
  } else if (kind == "dense") {
    layer.kind = LayerKind::kDense;
    layer.units = ReadInteger(object.Get("units"), "units", 1, INT64_C(1) << 53);
    layer.activation = ReadActivation(object, "activation");
    layer.use_bias = ReadBoolean(object, "useBias");
  } else if (kind == "embedding") {
    layer.kind = LayerKind::kEmbedding;
    layer.vocabulary = ReadInteger(object.Get("vocabulary"), "vocabulary", 1, INT64_C(1) << 53);
    layer.units = ReadInteger(object.Get("units"), "units", 1, INT64_C(1) << 53);
    layer.mask_zero = ReadBoolean(object, "maskZero");
  } else if (kind == "masking") {
    layer.kind = LayerKind::kMasking;
    Napi::Value value = object.Get("maskValue");
    if (!value.IsNumber()) Invalid(object.Env(), "maskValue has to be a number.");
    layer.mask_value = value.As<Napi::Number>().FloatValue();
  } else if (kind == "activation") {
    layer.kind = LayerKind::kActivation;
    layer.activation = ReadActivation(object, "activation");
  } else if (kind == "repeat_vector") {
    layer.kind = LayerKind::kRepeatVector;
    layer.times = ReadInteger(object.Get("times"), "times", 1, INT64_C(1) << 53);
  } else if (kind == "reshape") {
    layer.kind = LayerKind::kReshape;
    Napi::Array target = Array(object.Get("target"), "target", 8);
    for (uint32_t i = 0; i < target.Length(); ++i) layer.target.push_back(ReadInteger(target.Get(i), "target", -1, INT64_C(1) << 53));
  } else {
    layer.kind = LayerKind::kRecurrent;
    layer.directions.push_back(ReadRecurrent(object));
  }
  return layer;
}

}  // namespace

Napi::Error ToError(Napi::Env env, const Status& status) {
  Napi::Error error = Napi::Error::New(env, status.message());
  error.Set("code", Napi::String::New(env, CodeName(status.code())));
  return error;
}

void Throw(Napi::Env env, const Status& status) { throw ToError(env, status); }

Napi::Object ReadObject(const Napi::Value& value, const char* what) {
  if (!value.IsObject() || value.IsArray() || value.IsTypedArray()) Invalid(value.Env(), std::string(what) + " has to be an object.");
  return value.As<Napi::Object>();
}

bool ReadBoolean(const Napi::Object& object, const char* key) {
  Napi::Value value = object.Get(key);
  if (!value.IsBoolean()) Invalid(object.Env(), std::string(key) + " has to be true or false.");
  return value.As<Napi::Boolean>();
}

Napi::TypedArray ReadTyped(const Napi::Value& value, napi_typedarray_type type, const char* what) {
  if (!value.IsTypedArray()) Invalid(value.Env(), std::string(what) + " has to be a typed array.");
  Napi::TypedArray array = value.As<Napi::TypedArray>();
  if (array.TypedArrayType() != type) Invalid(value.Env(), std::string(what) + " has another element type than expected.");
  napi_value buffer = nullptr;
  if (napi_get_typedarray_info(value.Env(), value, nullptr, nullptr, nullptr, &buffer, nullptr) != napi_ok)
    Invalid(value.Env(), std::string(what) + " cannot be read.");
  bool plain = false;
  napi_is_arraybuffer(value.Env(), buffer, &plain);
  if (!plain) Invalid(value.Env(), std::string(what) + " lies in shared memory; copy it first.");
  bool detached = false;
  napi_is_detached_arraybuffer(value.Env(), buffer, &detached);
  if (detached) Invalid(value.Env(), std::string(what) + " was detached.");
  Napi::Value resizable = Napi::Object(value.Env(), buffer).Get("resizable");
  if (resizable.IsBoolean() && resizable.As<Napi::Boolean>()) Invalid(value.Env(), std::string(what) + " is resizable; copy it first.");
  return array;
}

Napi::TypedArray ReadTyped(const Napi::Value& value, napi_typedarray_type type, const char* what, int64_t size) {
  Napi::TypedArray typed = ReadTyped(value, type, what);
  if (static_cast<int64_t>(typed.ElementLength()) != size) {
    Throw(value.Env(), Status(Code::kShapeMismatch, std::string(what) + " has to have " + std::to_string(size) + " numbers; got " +
                                                        std::to_string(typed.ElementLength()) + "."));
  }
  return typed;
}

int64_t ReadInteger(const Napi::Value& value, const char* what, int64_t min, int64_t max) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= static_cast<double>(min) && number <= static_cast<double>(max)) || number != std::floor(number)) {
    Invalid(value.Env(), std::string(what) + " has to be a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
  }
  return static_cast<int64_t>(number);
}

std::vector<LayerSpec> ReadLayers(const Napi::Value& value) {
  Napi::Array array = Array(value, "layers", 4096);
  std::vector<LayerSpec> layers;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    Napi::HandleScope scope(value.Env());
    layers.push_back(ReadLayer(ReadObject(array.Get(i), "A layer")));
  }
  return layers;
}

std::vector<WeightView> ReadWeights(const Napi::Value& value) {
  Napi::Array array = Array(value, "weights", 4096);
  std::vector<WeightView> weights;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    Napi::TypedArray typed = ReadTyped(array.Get(i), napi_float32_array, "A weight");
    weights.emplace_back(typed.As<Napi::Float32Array>().Data(), typed.ElementLength());
  }
  return weights;
}

Shape ReadShape(const Napi::Value& value) {
  Napi::Array array = Array(value, "shape", 8);
  Shape shape;
  for (uint32_t i = 0; i < array.Length(); ++i) shape.push_back(ReadInteger(array.Get(i), "An axis", 0, INT64_C(1) << 53));
  return shape;
}

int ReadCapture(const Napi::Value& value) { return static_cast<int>(ReadInteger(value, "capture", 0, 2)); }

int64_t ReadThreads(const Napi::Value& options) { return ReadInteger(ReadObject(options, "options").Get("threads"), "threads", 0, 1024); }

bool ReadsCuda(const Napi::Value& options) {
  const std::string device = String(ReadObject(options, "options"), "device");
  if (device != "cuda" && device != "cpu") Invalid(options.Env(), "device has to be “cpu” or “cuda”.");
  return device == "cuda";
}

bool ReadsTf32(const Napi::Value& options) {
  const std::string precision = String(ReadObject(options, "options"), "gpuPrecision");
  if (precision != "float32" && precision != "tf32") Invalid(options.Env(), "gpuPrecision has to be “float32” or “tf32”.");
  return precision == "tf32";
}

void* ReadBuffer(const Napi::Value& value, int64_t bytes) {
  if (!value.IsArrayBuffer()) Invalid(value.Env(), "The buffer has to be an ArrayBuffer.");
  Napi::ArrayBuffer buffer = value.As<Napi::ArrayBuffer>();
  Napi::Value resizable = buffer.Get("resizable");
  if (resizable.IsBoolean() && resizable.As<Napi::Boolean>()) Invalid(value.Env(), "The buffer is resizable; take another.");
  if (static_cast<int64_t>(buffer.ByteLength()) != bytes || buffer.Data() == nullptr) {
    Throw(value.Env(), Status(Code::kShapeMismatch, "The buffer has to have " + std::to_string(bytes) + " bytes; it has " +
                                                        std::to_string(buffer.ByteLength()) + "."));
  }
  return buffer.Data();
}

RunArgs ReadRun(const Napi::Value& value, const Program& model, Plan* plan, std::vector<Napi::Value>* keep) {
  Napi::Env env = value.Env();
  Napi::Object object = ReadObject(value, "A run");
  RunArgs args;
  args.shape = ReadShape(object.Get("shape"));
  args.capture = ReadCapture(object.Get("capture"));
  if (Status status = model.MakePlan(args.shape, args.capture, plan); !status.ok()) Throw(env, status);
  std::vector<Range> inputs, written;  // to find aliases
  auto floats = [&](const Napi::Value& from, const char* what, int64_t size) {
    Napi::TypedArray typed = ReadTyped(from, napi_float32_array, what, size);
    keep->push_back(typed);
    return typed.As<Napi::Float32Array>().Data();
  };
  int64_t size = 1;
  for (int64_t d : args.shape) size *= d;
  Napi::Value x = object.Get("x");
  if (model.reads_ids()) {
    Napi::TypedArray typed = ReadTyped(x, napi_int32_array, "x");
    if (static_cast<int64_t>(typed.ElementLength()) != size)
      Throw(env, Status(Code::kShapeMismatch, "x has to have " + std::to_string(size) + " ids."));
    keep->push_back(typed);
    args.ids = typed.As<Napi::Int32Array>().Data();
    inputs.push_back(RangeOf(args.ids, 4 * size));
  } else {
    args.x = floats(x, "x", size);
    inputs.push_back(RangeOf(args.x, 4 * size));
  }
  Napi::Value mask = object.Get("mask");
  if (!mask.IsNull() && !mask.IsUndefined()) {
    Napi::TypedArray typed = ReadTyped(mask, napi_uint8_array, "mask");
    if (args.shape.size() < 2 || static_cast<int64_t>(typed.ElementLength()) != args.shape[0] * args.shape[1]) {
      Throw(env, Status(Code::kShapeMismatch, "mask has to have one entry a time step."));
    }
    keep->push_back(typed);
    args.mask = typed.As<Napi::Uint8Array>().Data();
    inputs.push_back(RangeOf(args.mask, args.shape[0] * args.shape[1]));
  }
  const auto& units = model.state_units();
  Napi::Array states = Array(object.Get("initialStates"), "initialStates", 4096);
  if (states.Length() != 0 && states.Length() != units.size()) {
    Throw(env, Status(Code::kShapeMismatch, "initialStates has to have " + std::to_string(units.size()) + " entries, or none."));
  }
  for (uint32_t i = 0; i < states.Length(); ++i) {
    Napi::Value state = states.Get(i);
    const int64_t count = args.shape[0] * units[i];
    args.initial_states.push_back(state.IsNull() ? nullptr : floats(state, "An initial state", count));
    if (const float* data = args.initial_states.back()) inputs.push_back(RangeOf(data, 4 * count));
  }
  Napi::Array outputs = Array(object.Get("outputs"), "outputs", 65536);
  if (outputs.Length() != plan->outputs.size()) {
    Throw(env, Status(Code::kShapeMismatch, "outputs has to have " + std::to_string(plan->outputs.size()) + " entries; got " +
                                                std::to_string(outputs.Length()) + "."));
  }
  for (uint32_t i = 0; i < outputs.Length(); ++i) {
    float* data = floats(outputs.Get(i), "An output", plan->outputs[i]);
    args.outputs.push_back(data);
    written.push_back(RangeOf(data, 4 * plan->outputs[i]));
  }
  // Inputs may lie in each other, outputs in nothing. Sorted, only neighbours can overlap an output.
  std::sort(written.begin(), written.end());
  for (size_t i = 1; i < written.size(); ++i) {
    if (Overlap(written[i - 1], written[i])) Throw(env, Status(Code::kInvalidArgument, "Two outputs overlap."));
  }
  for (const Range& in : inputs) {
    for (const Range& out : written) {
      if (Overlap(in, out)) Throw(env, Status(Code::kInvalidArgument, "An output overlaps an input."));
    }
  }
  return args;
}

}  // namespace unroll
