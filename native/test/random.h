// Random numbers that are the same on every machine: the distributions of <random> are not.
#ifndef UNROLL_TEST_RANDOM_H_
#define UNROLL_TEST_RANDOM_H_

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace unroll {
namespace test {

// SplitMix64.
class Random {
 public:
  // UNROLL_SEED gives other numbers: a batch of the long form is not to repeat the one before.
  explicit Random(uint64_t seed) : state_(seed) {
    if (const char* other = std::getenv("UNROLL_SEED")) state_ += 1000003 * std::strtoull(other, nullptr, 10);
  }

  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // low … high, both included.
  int64_t Between(int64_t low, int64_t high) { return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1)); }
  bool Coin() { return (Next() >> 63) != 0; }
  // −scale … scale.
  float Float(double scale) { return static_cast<float>((static_cast<double>(Next() >> 11) / 4503599627370496.0 - 1) * scale); }
  std::vector<float> Floats(int64_t count, double scale) {
    std::vector<float> out;
    for (int64_t i = 0; i < count; ++i) out.push_back(Float(scale));
    return out;
  }

 private:
  uint64_t state_;
};

}  // namespace test
}  // namespace unroll

#endif  // UNROLL_TEST_RANDOM_H_
