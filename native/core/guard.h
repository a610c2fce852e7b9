// What the standard library throws where memory ends, as a status: nothing is thrown beyond the core.
#ifndef UNROLL_CORE_GUARD_H_
#define UNROLL_CORE_GUARD_H_

#include <new>
#include <stdexcept>

#include "native/core/status.h"

namespace unroll {

template <typename Body>
Status Guarded(const char* what, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Status(Code::kOutOfMemory, what);
  } catch (const std::length_error&) {
    return Status(Code::kOutOfMemory, what);
  }
}

}  // namespace unroll

#endif  // UNROLL_CORE_GUARD_H_
