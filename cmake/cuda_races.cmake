# The race check of the CUDA kernels: they and the emulator once more, watched by ThreadSanitizer, and one executable for each mistake that
# can be planted in them. In every build of the tests but those of the address sanitizer, which cannot be there together with it.
if(UNROLL_SANITIZE MATCHES "address")
  return()
endif()

# Where the system places memory too much at random for it, ThreadSanitizer ends some of its programs as they begin.
if(CMAKE_CROSSCOMPILING)
  set(UNROLL_TSAN_RUNS OFF)
endif()
include(CheckCXXSourceRuns)
set(CMAKE_REQUIRED_FLAGS -fsanitize=thread)
check_cxx_source_runs("
#include <cstdlib>
#include <string>
extern \"C\" void* __tsan_get_current_fiber();
int main(int argc, char** argv) {
  if (argc > 1) return __tsan_get_current_fiber() == nullptr;
  for (int i = 0; i < 8; ++i) {
    if (std::system((std::string(argv[0]) + \" again\").c_str()) != 0) return 1;
  }
}" UNROLL_TSAN_RUNS)
unset(CMAKE_REQUIRED_FLAGS)

set(UNROLL_RACED unroll_cuda_emulated)
set(UNROLL_RACE_FLAGS)
if(UNROLL_TSAN_RUNS AND NOT UNROLL_SANITIZE)
  unroll_emulator(unroll_cuda_emulator_raced)
  target_compile_definitions(unroll_cuda_emulator_raced PRIVATE UNROLL_EMULATOR_TSAN)
  unroll_emulated_kernels(unroll_cuda_raced unroll_cuda_emulator_raced ${UNROLL_CUDA_KERNELS})
  target_sources(unroll_cuda_raced PRIVATE ${UNROLL_CUDA_HOST_SOURCES})
  target_link_libraries(unroll_cuda_raced PUBLIC unroll_core)
  set(UNROLL_RACED unroll_cuda_raced)
  set(UNROLL_RACE_FLAGS -fsanitize=thread -fno-omit-frame-pointer -g)
  target_compile_options(unroll_cuda_raced PRIVATE ${UNROLL_RACE_FLAGS})
elseif(NOT UNROLL_TSAN_RUNS)
  message(STATUS "ThreadSanitizer does not run here: the mistakes that are planted in the CUDA kernels are looked for in their numbers only")
endif()

# unroll_race_test(name): an executable of race_test.cc, known to CTest as kernels/cuda/races/name. Sources that follow are linked before
# those of the library, and take their place.
function(unroll_race_test name)
  string(REGEX REPLACE "[^a-z0-9]+" "_" target kernels_cuda_races_${name})
  add_executable(${target} ${UNROLL_CUDA_DIR}/race_test.cc ${ARGN})
  target_link_libraries(${target} PRIVATE ${UNROLL_RACED} unroll_core unroll_reference ${UNROLL_RACE_FLAGS})
  target_compile_options(${target} PRIVATE -Wno-unknown-pragmas ${UNROLL_RACE_FLAGS})
  if(UNROLL_TSAN_RUNS)
    target_compile_definitions(${target} PRIVATE UNROLL_RACE_CHECK)
  endif()
  unroll_warnings(${target})
  add_test(NAME kernels/cuda/races/${name} COMMAND ${target})
  set_tests_properties(kernels/cuda/races/${name} PROPERTIES TIMEOUT 300)
  set(UNROLL_RACE_TARGET ${target} PARENT_SCOPE)
endfunction()

# unroll_planted(number source what): the mistake UNROLL_PLANT=number in that source, named after what is missing.
function(unroll_planted number source what)
  string(REPLACE "/" "_" wrapper ${UNROLL_CUDA_DIR}/${source})
  unroll_race_test("planted ${number}: ${what}" ${CMAKE_BINARY_DIR}/emulated/${wrapper}.cc)
  target_compile_definitions(${UNROLL_RACE_TARGET} PRIVATE UNROLL_PLANT=${number})
endfunction()

# In a build that is watched for races race_test is that anyway.
if(UNROLL_TSAN_RUNS AND NOT UNROLL_SANITIZE)
  unroll_race_test("none in the kernels")
endif()
unroll_planted(1 gemm.cu "no barrier before a stage is overwritten")
unroll_planted(2 recurrence.cu "no barrier before the warps' parts are added")
unroll_planted(3 recurrence.cu "no wait for the copies of h")
unroll_planted(4 recurrence.cu "no barrier of the group after a step")
