// What went wrong, as a value: a code of the table that TypeScript shares, and a message that names the fix.
#ifndef UNROLL_CORE_STATUS_H_
#define UNROLL_CORE_STATUS_H_

#include <string>
#include <utility>

namespace unroll {

// Equal to errorCodes in extension/core/errors.ts; a contract test compares them.
enum class Code : int {
  kOk = 0,
  kParse = 1,
  kInvalidArgument = 2,
  kShapeMismatch = 3,
  kUnsupported = 4,
  kTooLarge = 5,
  kOutOfMemory = 6,
  kDeviceUnavailable = 7,
  kDeviceLost = 8,
  kCancelled = 9,
  kTimeout = 10,
  kEngineCrashed = 11,
  kNotTrusted = 12,
  kInternal = 13,
};

inline constexpr struct {
  Code code;
  const char* name;
} kCodeNames[] = {
    {Code::kParse, "PARSE"},
    {Code::kInvalidArgument, "INVALID_ARGUMENT"},
    {Code::kShapeMismatch, "SHAPE_MISMATCH"},
    {Code::kUnsupported, "UNSUPPORTED"},
    {Code::kTooLarge, "TOO_LARGE"},
    {Code::kOutOfMemory, "OUT_OF_MEMORY"},
    {Code::kDeviceUnavailable, "DEVICE_UNAVAILABLE"},
    {Code::kDeviceLost, "DEVICE_LOST"},
    {Code::kCancelled, "CANCELLED"},
    {Code::kTimeout, "TIMEOUT"},
    {Code::kEngineCrashed, "ENGINE_CRASHED"},
    {Code::kNotTrusted, "NOT_TRUSTED"},
    {Code::kInternal, "INTERNAL"},
};

inline const char* CodeName(Code code) {
  for (const auto& entry : kCodeNames) {
    if (entry.code == code) return entry.name;
  }
  return "INTERNAL";
}

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return Status(); }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

}  // namespace unroll

#endif  // UNROLL_CORE_STATUS_H_
