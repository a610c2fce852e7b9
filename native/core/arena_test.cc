// The arena: alignment, pieces apart from each other, refusals, and the count of live bytes.
#include "native/core/arena.h"

#include <cstdint>
#include <vector>

#include "native/core/limits.h"
#include "native/test/check.h"

namespace unroll {
namespace {

TEST(pieces_are_aligned_and_apart) {
  Arena arena;
  CHECK(arena.Reserve(200));
  std::vector<float*> pieces;
  for (int64_t floats : {1, 16, 17, 31, 5}) {
    float* piece = arena.Take(floats);
    CHECK(piece != nullptr && reinterpret_cast<uintptr_t>(piece) % 64 == 0);
    for (int64_t k = 0; k < floats; ++k) piece[k] = static_cast<float>(pieces.size());
    pieces.push_back(piece);
  }
  for (size_t i = 0; i < pieces.size(); ++i) CHECK(pieces[i][0] == static_cast<float>(i));
  CHECK(pieces[1][15] == 1 && pieces[3][30] == 3);
}

TEST(takes_up_to_the_last_float_and_no_further) {
  for (int64_t floats : {31, 32, 33}) {
    Arena arena;
    CHECK(arena.Reserve(32));
    CHECK((arena.Take(floats) == nullptr) == (floats > 32));
  }
  Arena arena;
  CHECK(arena.Take(1) == nullptr);
  CHECK(arena.Reserve(48));
  CHECK(arena.Take(17) != nullptr);
  CHECK(arena.Take(17) == nullptr);
  // A refusal takes nothing.
  CHECK(arena.Take(16) != nullptr);
}

TEST(release_gives_back_what_was_taken_since_the_mark) {
  Arena arena;
  CHECK(arena.Reserve(64));
  float* first = arena.Take(16);
  const int64_t mark = arena.mark();
  float* second = arena.Take(48);
  CHECK(second != nullptr && arena.Take(1) == nullptr);
  arena.Release(mark);
  CHECK(arena.Take(48) == second);
  CHECK(first + 16 == second);
}

TEST(live_bytes_are_those_of_arenas_that_live) {
  const int64_t before = LiveBytes();
  {
    Arena arena;
    CHECK(LiveBytes() == before);
    CHECK(arena.Reserve(100));
    CHECK(LiveBytes() == before + 4 * 112);
  }
  CHECK(LiveBytes() == before);
}

TEST(memory_that_is_not_there_is_refused) {
  const int64_t before = LiveBytes();
  {
    Arena arena;
    CHECK(!arena.Reserve(kMaxElements));
    CHECK(LiveBytes() == before);
  }
  CHECK(LiveBytes() == before);
}

TEST(a_refused_arena_gives_nothing) {
  Arena arena;
  CHECK(!arena.Reserve(kMaxElements));
  // The second: a piece behind the first one's nothing would be a pointer into nowhere.
  CHECK(arena.Take(1) == nullptr);
  CHECK(arena.Take(1) == nullptr);
}

}  // namespace
}  // namespace unroll
