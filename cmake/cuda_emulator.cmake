# CUDA kernels on the processor, for tests: the emulator, and .cu sources compiled as C++ against it. Linux on x86-64 and arm64.
file(GLOB UNROLL_EMULATOR_SOURCES CONFIGURE_DEPENDS native/kernels/cuda/emulator/*.cc)
list(FILTER UNROLL_EMULATOR_SOURCES EXCLUDE REGEX "_test\\.cc$")
# Built only for who asks for it: never for a release.
function(unroll_emulator target)
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${UNROLL_EMULATOR_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${target} PUBLIC UNROLL_CUDA_EMULATOR)
  target_link_libraries(${target} PUBLIC Threads::Threads)
  unroll_warnings(${target})
  # The switches between threads are what a kernel's time is spent on; a debugger has no use for these files.
  target_compile_options(${target} PRIVATE -O2)
endfunction()

unroll_emulator(unroll_cuda_emulator)
# A race check watches the kernels and the runtime; what runs the kernels is their hardware.
if(UNROLL_SANITIZE MATCHES "thread")
  target_compile_definitions(unroll_cuda_emulator PRIVATE UNROLL_EMULATOR_TSAN)
  foreach(name builtins copies fiber launcher machine tensor_core)
    set_source_files_properties(native/kernels/cuda/emulator/${name}.cc PROPERTIES COMPILE_OPTIONS -fno-sanitize=thread)
  endforeach()
endif()

# unroll_emulated_kernels(target emulator a.cu b.cu …): a library of these sources, of which paths are below the root of the project.
function(unroll_emulated_kernels target emulator)
  set(wrappers)
  foreach(source ${ARGN})
    # g++ takes a .cu for a script of the linker; a source that includes it is the same to every compiler.
    string(REPLACE "/" "_" name ${source})
    set(wrapper ${CMAKE_BINARY_DIR}/emulated/${name}.cc)
    file(CONFIGURE OUTPUT ${wrapper} CONTENT "#include \"${source}\"\n")
    list(APPEND wrappers ${wrapper})
  endforeach()
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${wrappers})
  target_link_libraries(${target} PUBLIC ${emulator})
  unroll_warnings(${target})
  # #pragma unroll is nvcc's.
  target_compile_options(${target} PRIVATE -Wno-unknown-pragmas)
endfunction()
