// The memory horizon for JavaScript: planSensitivity and sensitivity of extension/engine/binding.ts.
#ifndef UNROLL_BINDING_SENSITIVITY_H_
#define UNROLL_BINDING_SENSITIVITY_H_

#include <napi.h>

namespace unroll {

// (args): what it takes.
Napi::Value PlanSensitivityOf(const Napi::CallbackInfo& info);
// (args, token): a promise.
Napi::Value StartSensitivity(const Napi::CallbackInfo& info);

}  // namespace unroll

#endif  // UNROLL_BINDING_SENSITIVITY_H_
