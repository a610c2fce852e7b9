// A fuzzer's bytes as numbers and choices; past their end all is 0.
#ifndef UNROLL_FUZZ_INPUT_H_
#define UNROLL_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace unroll {
namespace fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), left_(size) {}

  uint8_t Byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  bool Coin() { return (Byte() & 1) != 0; }
  // 0 … count − 1.
  int64_t Below(int64_t count) { return Byte() % count; }
  // Mostly small, now and then anything that an integer can be: limits, their neighbours, negative numbers.
  int64_t Size(int64_t small) {
    static constexpr int64_t kOdd[] = {0, -1, 65535, 65536, 65537, 2147483647, 2147483648, int64_t{1} << 50, INT64_MAX, INT64_MIN};
    const uint8_t kind = Byte();
    if (kind < 240) return 1 + kind % small;
    if (kind < 252) return kOdd[Byte() % std::size(kOdd)];
    int64_t any = 0;
    for (int i = 0; i < 8; ++i) any = static_cast<int64_t>(static_cast<uint64_t>(any) << 8 | Byte());
    return any;
  }
  // Any bits: infinities, NaN and subnormals too.
  float Float() {
    const uint8_t kind = Byte();
    if (kind < 250) return (static_cast<float>(kind) - 125.0f) / 50.0f;
    uint32_t bits = 0;
    for (int i = 0; i < 4; ++i) bits = bits << 8 | Byte();
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

}  // namespace fuzz
}  // namespace unroll

#endif  // UNROLL_FUZZ_INPUT_H_
