// What this machine and build can do, for capabilities().
#ifndef UNROLL_BINDING_MACHINE_H_
#define UNROLL_BINDING_MACHINE_H_

#include <napi.h>

#include <string>

namespace unroll {

Napi::Value Capabilities(const Napi::CallbackInfo& info);

int PhysicalCores();

// Why UNROLL_CPU_TARGET cannot be followed, and what it may be.
std::string UnknownTarget();

}  // namespace unroll

#endif  // UNROLL_BINDING_MACHINE_H_
