// What the C++ tests are written with: TEST registers, CHECK and CHECK_NEAR note failures and go on.
//
//   TEST(adds) { CHECK(1 + 1 == 2); }
//
// Include it in one source of an executable: main is here. Asserts of its own, so a Release build tests as much as a Debug one.
#ifndef UNROLL_TEST_CHECK_H_
#define UNROLL_TEST_CHECK_H_

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

namespace unroll {
namespace test {

struct Test {
  const char* name;
  void (*body)();
};

inline std::vector<Test>& Tests() {
  static std::vector<Test> tests;
  return tests;
}

struct Registration {
  Registration(const char* name, void (*body)()) { Tests().push_back({name, body}); }
};

// Failures of the test that runs now.
inline int& Failures() {
  static int failures = 0;
  return failures;
}

// Said with every failure: which of the random cases it was. Empty: nothing.
inline std::string& Context() {
  static std::string context;
  return context;
}

inline void Fail(const char* file, int line, const std::string& what) {
  constexpr int kShown = 10;  // a broken kernel fails everywhere; the first few tell enough
  if (++Failures() > kShown) return;
  std::printf("  %s:%d: %s%s%s\n", file, line, what.c_str(), Context().empty() ? "" : "\n    in ", Context().c_str());
}

// |actual − expected| ≤ absolute + relative · |expected|; NaN equals NaN, an infinity itself.
inline bool Near(double actual, double expected, double absolute, double relative) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual)) return expected == actual;
  return std::fabs(actual - expected) <= absolute + relative * std::fabs(expected);
}

inline void CheckNear(const char* file, int line, const char* text, double actual, double expected, double absolute, double relative) {
  if (Near(actual, expected, absolute, relative)) return;
  char message[256];
  std::snprintf(message, sizeof message, "%s is %.9g, expected %.9g", text, actual, expected);
  Fail(file, line, message);
}

// How many random cases a test takes: UNROLL_CASES where it is set, so that a long form needs no rebuild.
inline int64_t Cases(int64_t usual) {
  const char* wanted = std::getenv("UNROLL_CASES");
  const int64_t cases = wanted == nullptr ? 0 : std::strtoll(wanted, nullptr, 10);
  return cases > 0 ? cases : usual;
}

inline bool RunTest(const Test& test) {
  Failures() = 0;
  Context().clear();
  try {
    test.body();
  } catch (const std::exception& error) {
    Fail(test.name, 0, std::string("threw ") + error.what());
  }
  const bool passed = Failures() == 0;
  std::printf("%s %s\n", passed ? "ok  " : "FAIL", test.name);
  // What was printed must survive a crash of the next one.
  std::fflush(stdout);
  return passed;
}

}  // namespace test
}  // namespace unroll

#define TEST(name)                                                                      \
  static void UnrollTest_##name();                                                      \
  static const unroll::test::Registration unroll_test_##name(#name, UnrollTest_##name); \
  static void UnrollTest_##name()

#define CHECK(condition)                                                                      \
  do {                                                                                        \
    if (!(condition)) unroll::test::Fail(__FILE__, __LINE__, "CHECK(" #condition ") failed"); \
  } while (false)

#define CHECK_NEAR(actual, expected, absolute, relative) \
  unroll::test::CheckNear(__FILE__, __LINE__, #actual, actual, expected, absolute, relative)

// With an argument: only the tests whose names contain it.
int main(int argc, char** argv) {
  int passed = 0, failed = 0;
  for (const unroll::test::Test& test : unroll::test::Tests()) {
    if (argc > 1 && std::strstr(test.name, argv[1]) == nullptr) continue;
    ++(unroll::test::RunTest(test) ? passed : failed);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed > 0 || passed == 0 ? 1 : 0;
}

#endif  // UNROLL_TEST_CHECK_H_
