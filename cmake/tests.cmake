# One executable a *_test.cc, known to CTest by its path below native/. The exit code is that of native/test/check.h.
enable_testing()

# The cells in double, written from the formulas alone: what the kernels are held against.
file(GLOB UNROLL_REFERENCE_SOURCES CONFIGURE_DEPENDS native/kernels/reference/*.cc)
list(FILTER UNROLL_REFERENCE_SOURCES EXCLUDE REGEX "_test\\.cc$")
add_library(unroll_reference STATIC ${UNROLL_REFERENCE_SOURCES})
target_include_directories(unroll_reference PUBLIC ${CMAKE_SOURCE_DIR})
unroll_warnings(unroll_reference)

# CUDA kernels run on the processor, where that has been written for it.
include(cmake/cuda.cmake)

file(GLOB_RECURSE UNROLL_TEST_SOURCES CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/native native/*_test.cc)
if(NOT TARGET unroll_cuda_emulated)
  list(FILTER UNROLL_TEST_SOURCES EXCLUDE REGEX "^kernels/cuda/")
endif()
foreach(source ${UNROLL_TEST_SOURCES})
  string(REGEX REPLACE "\\.cc$" "" name ${source})
  string(REPLACE "/" "_" target ${name})
  add_executable(${target} native/${source})
  target_link_libraries(${target} PRIVATE unroll_core unroll_backward unroll_reference)
  unroll_warnings(${target})
  if(source MATCHES "^kernels/cuda/")
    target_link_libraries(${target} PRIVATE unroll_cuda_emulated)
    target_compile_options(${target} PRIVATE -Wno-unknown-pragmas)
  endif()
  add_test(NAME ${name} COMMAND ${target})
  # A refused allocation is an answer that the core handles, not an error of the program.
  set_tests_properties(${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "ASAN_OPTIONS=allocator_may_return_null=1;UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=allocator_may_return_null=1")
endforeach()

# Of GCC as it is, for x86: with a sanitizer vectors lie in memory; for NEON, GCC 12 stores two of the 24 sums of its largest tile.
find_program(UNROLL_NODE node)
if(UNROLL_NODE AND CMAKE_OBJDUMP AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND UNROLL_CPU_ARCH STREQUAL "UNROLL_X86" AND NOT UNROLL_SANITIZE)
  set(UNROLL_PRODUCTS "$<FILTER:$<TARGET_OBJECTS:unroll_cpu>,INCLUDE,target_avx>")
  add_test(NAME kernels/cpu/registers_test
    COMMAND ${UNROLL_NODE} ${CMAKE_SOURCE_DIR}/native/kernels/cpu/registers_test.mjs ${CMAKE_OBJDUMP} ${UNROLL_PRODUCTS}
    COMMAND_EXPAND_LISTS)
endif()

if(TARGET unroll_cuda_emulated)
  include(cmake/cuda_races.cmake)
endif()
include(cmake/fuzz.cmake)
