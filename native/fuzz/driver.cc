// Where libFuzzer is not there: the same body with inputs of a random number generator, some of them made of earlier ones.
//   driver [-runs=N] [-seed=N]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "native/test/random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  int64_t runs = 10000, seed = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "-runs=", 6) == 0) runs = std::atoll(argv[i] + 6);
    if (std::strncmp(argv[i], "-seed=", 6) == 0) seed = std::atoll(argv[i] + 6);
  }
  unroll::test::Random random(static_cast<uint64_t>(seed));
  std::vector<std::vector<uint8_t>> kept;
  for (int64_t run = 0; run < runs; ++run) {
    std::vector<uint8_t> input(static_cast<size_t>(random.Between(4, 160)));
    for (uint8_t& byte : input) byte = static_cast<uint8_t>(random.Next());
    if (!kept.empty() && random.Coin()) {
      const std::vector<uint8_t>& other = kept[static_cast<size_t>(random.Between(0, static_cast<int64_t>(kept.size()) - 1))];
      std::copy_n(other.begin(), std::min(other.size(), input.size()) / 2, input.begin());
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
    if (kept.size() < 500)
      kept.push_back(std::move(input));
    else if (random.Between(0, 99) == 0)
      kept[static_cast<size_t>(random.Between(0, 499))] = std::move(input);
  }
  // As the tests end, so that it is counted like one of them.
  std::printf("ok %lld executions without a finding\n1 passed, 0 failed\n", static_cast<long long>(runs));
  return 0;
}
