// Every limit, equal to extension/core/model/limits.ts; a contract test compares the two.
#ifndef UNROLL_CORE_LIMITS_H_
#define UNROLL_CORE_LIMITS_H_

#include <cstdint>

namespace unroll {

inline constexpr int64_t kMaxUnits = 65536;
inline constexpr int64_t kMaxBatch = 2147483647;
inline constexpr int64_t kMaxTimesteps = 2147483647;
inline constexpr int64_t kMaxLayers = 64;
inline constexpr int64_t kMaxVocabulary = 16777216;

// Numbers of one tensor: beyond this an index would no longer be exact in JavaScript.
inline constexpr int64_t kMaxElements = int64_t{1} << 50;

}  // namespace unroll

#endif  // UNROLL_CORE_LIMITS_H_
