// The switch between stacks, in assembler: what a function has to keep for its caller is put on the old stack and taken from the new one.
#include "native/kernels/cuda/emulator/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

// Fiber* UnrollSwitchFiber(Fiber* from, void* to): returns `from` on the other stack, where it is a first argument as well, so that a
// function can begin there. The modes of floating point stay the thread's.
#if defined(__x86_64__)
asm(R"(
.text
.hidden UnrollSwitchFiber
.globl UnrollSwitchFiber
.type UnrollSwitchFiber,@function
UnrollSwitchFiber:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  movq %rdi, %rax
  ret
.size UnrollSwitchFiber, .-UnrollSwitchFiber
)");
#elif defined(__aarch64__)
asm(R"(
.text
.hidden UnrollSwitchFiber
.globl UnrollSwitchFiber
.type UnrollSwitchFiber,%function
UnrollSwitchFiber:
  stp x29, x30, [sp, #-160]!
  stp x19, x20, [sp, #16]
  stp x21, x22, [sp, #32]
  stp x23, x24, [sp, #48]
  stp x25, x26, [sp, #64]
  stp x27, x28, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x2, sp
  str x2, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #16]
  ldp x21, x22, [sp, #32]
  ldp x23, x24, [sp, #48]
  ldp x25, x26, [sp, #64]
  ldp x27, x28, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  ldp x29, x30, [sp], #160
  ret
.size UnrollSwitchFiber, .-UnrollSwitchFiber
)");
#else
#error "The emulator needs a switch between stacks for this processor"
#endif

namespace unroll {
namespace emulator {
namespace {

constexpr size_t kPage = 1 << 16;  // the largest that Linux has
constexpr size_t kStackBytes = 2 * kPage;
constexpr size_t kStride = kPage + kStackBytes;
// Stacks begin at different lines of a page: of equal ones a first cache keeps only a few.
constexpr size_t kShift = 256, kShifts = 16;

}  // namespace

Stacks::Stacks() {
  void* memory = mmap(nullptr, kCount * kStride, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("The emulator gets no stacks");
    std::abort();
  }
  memory_ = static_cast<char*>(memory);
  for (int i = 0; i < kCount; ++i) {
    if (mprotect(memory_ + i * kStride + kPage, kStackBytes, PROT_READ | PROT_WRITE) == 0) continue;
    std::perror("The emulator gets no stack");
    std::abort();
  }
}

Stacks::~Stacks() {
#ifdef UNROLL_EMULATOR_ASAN
  // A fiber that was left in the middle has red zones there, of which the next mapping at this address would know nothing.
  __asan_unpoison_memory_region(memory_, kCount * kStride);
#endif
  munmap(memory_, kCount * kStride);
}

void Stacks::Prepare(int index, Fiber* fiber, void (*entry)(Fiber* from)) const {
  char* stack = memory_ + index * kStride + kPage;
  auto* top = reinterpret_cast<uintptr_t*>(stack + kStackBytes - index % kShifts * kShift);
#if defined(__x86_64__)
  // A function finds the stack as if it had been called: 8 off a multiple of 16, with an address to return to, which nobody will.
  *--top = 0;
  *--top = reinterpret_cast<uintptr_t>(entry);
  for (int i = 0; i < 6; ++i) *--top = 0;
#elif defined(__aarch64__)
  for (int i = 0; i < 20; ++i) *--top = 0;
  top[1] = reinterpret_cast<uintptr_t>(entry);  // x30
#endif
  fiber->stack_pointer = top;
#ifdef UNROLL_EMULATOR_ASAN
  fiber->stack = stack;
  fiber->stack_bytes = kStackBytes;
#endif
}

}  // namespace emulator
}  // namespace unroll
