// The launcher's side of a launch: which blocks are resident, which one goes on, and what to say when none can.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "native/kernels/cuda/emulator/machine.h"

namespace unroll {
namespace emulator {

namespace {

// ThreadSanitizer knows 8128 threads at once, and each costs it a lot.
constexpr int64_t kMostFibers = 2048;

}  // namespace

std::string Text(const Site& site) {
  std::string_view file = site.file;
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
  return std::string(file) + ":" + std::to_string(site.line);
}

std::string Name(const Thread& thread) {
  const auto text = [](const uint3& at, const dim3& of) {
    std::string all = std::to_string(at.x);
    if (of.y > 1 || of.z > 1) all += "," + std::to_string(at.y);
    if (of.z > 1) all += "," + std::to_string(at.z);
    return all;
  };
  return "thread " + text(thread.index, blockDim) + " of block " + text(*thread.block_index, gridDim);
}

Machine& machine() {
  static thread_local Machine machine;
  return machine;
}

Block::~Block() {
  for (const Piece& piece : pieces) std::free(piece.memory);
#ifdef UNROLL_EMULATOR_TSAN
  for (auto& warp : warps) {
    for (Lane& lane : warp->lanes) __tsan_destroy_fiber(lane.fiber.tsan);
  }
#endif
}

Machine::~Machine() { Discard(); }

void Machine::Blame(std::string fault) {
  if (fault_.empty()) fault_ = std::move(fault);
}

std::string Machine::Run(const KernelLaunch& launch) {
  running = this;
  launch_ = &launch;
  gridDim = launch.grid;
  blockDim = launch.block;
  order_ = launch.order;
  random_ = launch.seed * 0x9e3779b97f4a7c15u | 1;
  blocks_ = int64_t{launch.grid.x} * launch.grid.y * launch.grid.z;
  admitted_ = 0;
  alive_ = blocks_ * launch.block.x * launch.block.y * launch.block.z;
  resident_ = launch.resident;
  if (kRaceCheck && !launch.cooperative) resident_ = std::min(resident_, std::max<int64_t>(1, kMostFibers * blocks_ / 2 / alive_));
  spins_ = 0;
  fault_.clear();
#ifdef UNROLL_EMULATOR_TSAN
  launcher_.tsan = __tsan_get_current_fiber();
#endif
  begin_.Release();
  while (Lane* lane = Choose()) {
    GoOn(lane);
    if (!fault_.empty()) break;
  }
  end_.Acquire();
  if (!fault_.empty() || (kRaceCheck && fibers_ > kMostFibers)) Discard();
  free_.insert(free_.end(), spent_.begin(), spent_.end());
  spent_.clear();
  return std::exchange(fault_, {});
}

// The usual order runs a block as far as it comes before it begins another, which keeps the caches warm; the others have all at once that
// may be resident.
Lane* Machine::Choose() {
  while (order_ != Order::kFifo && MayAdmit()) Admit();
  for (;;) {
    if (Block* block = ReadyBlock()) {
      spins_ = 0;
      return Pick(block);
    }
    if (!MayAdmit()) break;
    Admit();
  }
  if (spinners_.empty()) {
    if (alive_ > 0) Blame(Deadlock());
    return nullptr;
  }
  // Everyone who could change something has to wait as well: after that many looks nothing will come any more.
  constexpr uint64_t kLooks = 10000;
  if (std::exchange(seen_changes_, changes_) != changes_) spins_ = 0;
  if (++spins_ > kLooks * spinners_.size()) {
    Blame(Deadlock());
    return nullptr;
  }
  const size_t at = order_ == Order::kRandom ? Random() % spinners_.size() : 0;
  Lane* lane = spinners_[at];
  warp_ = lane->warp;
  spinners_.erase(spinners_.begin() + static_cast<std::ptrdiff_t>(at));
  return lane;
}

Block* Machine::ReadyBlock() {
  const size_t count = running_.size();
  const size_t first = order_ == Order::kRandom && count > 0 ? Random() % count : 0;
  for (size_t i = 0; i < count; ++i) {
    Block* block = running_[order_ == Order::kLifo ? count - 1 - i : (first + i) % count];
    if (block->ready_warps != 0) return block;
  }
  return nullptr;
}

bool Machine::MayAdmit() const { return admitted_ < blocks_ && static_cast<int64_t>(running_.size()) < resident_; }

void Machine::Admit() {
  if (free_.empty()) {
    made_.push_back(std::make_unique<Block>());
    made_.back()->machine = this;
    free_.push_back(made_.back().get());
  }
  Block* block = free_.back();
  free_.pop_back();
  const dim3& grid = launch_->grid;
  const auto at = static_cast<unsigned>(admitted_++);
  block->index = {at % grid.x, at / grid.x % grid.y, at / grid.x / grid.y};
  Shape(block, launch_->block);
  running_.push_back(block);
  block->alive = block->threads;
  block->shared_bytes = 0;
  int64_t left = block->threads;
  for (auto& warp : block->warps) {
    warp->alive = left >= kLanes ? kAllLanes : left > 0 ? (1u << left) - 1 : 0;
    warp->ready = warp->alive;
    if (warp->ready != 0) block->ready_warps |= warp->bit;
    left -= kLanes;
#ifdef UNROLL_EMULATOR_TSAN
    for (Lane& lane : warp->lanes) __tsan_set_fiber_name(lane.fiber.tsan, Name(lane).c_str());
#endif
  }
}

// Where each thread stands; nothing to do for a block that had this shape before.
void Machine::Shape(Block* block, const dim3& dim) {
  const dim3& old = block->dim;
  if (block->threads > 0 && old.x == dim.x && old.y == dim.y && old.z == dim.z) return;
  block->dim = dim;
  block->threads = int64_t{dim.x} * dim.y * dim.z;
  while (static_cast<int64_t>(block->warps.size()) * kLanes < block->threads) AddWarp(block);
  unsigned thread = 0;
  for (auto& warp : block->warps) {
    for (Lane& lane : warp->lanes) {
      lane.index = {thread % dim.x, thread / dim.x % dim.y, thread / dim.x / dim.y};
      ++thread;
    }
  }
}

void Machine::AddWarp(Block* block) {
  block->warps.push_back(std::make_unique<Warp>());
  Warp* warp = block->warps.back().get();
  warp->block = block;
  warp->bit = 1u << (block->warps.size() - 1);
  fibers_ += kLanes;
  for (int i = 0; i < kLanes; ++i) {
    Lane* lane = &warp->lanes[i];
    lane->lane = static_cast<unsigned>(i);
    lane->block_index = &block->index;
    lane->warp = warp;
    warp->stacks.Prepare(i, &lane->fiber, &Machine::Enter);
#ifdef UNROLL_EMULATOR_TSAN
    lane->fiber.tsan = __tsan_create_fiber(0);
#endif
  }
}

// Its last thread has ended, which still runs, on one of its stacks.
void Machine::Close(Block* block) {
  const Unwatched unwatched;
  for (const Piece& piece : block->pieces) std::free(piece.memory);
  block->pieces.clear();
  std::erase(running_, block);
  // To a race check a thread and the one that takes its fiber next are the same: those of one launch take different ones while there are.
  const bool keep = kRaceCheck && fibers_ < kMostFibers;
  (keep ? spent_ : free_).push_back(block);
}

std::string Machine::Deadlock() const {
  struct Waiting {
    int64_t threads;
    std::string first;
  };
  std::map<std::string, Waiting> at;
  for (const Block* block : running_) {
    for (const auto& warp : block->warps) {
      for (const Lane& lane : warp->lanes) {
        if ((warp->alive >> lane.lane & 1) == 0) continue;
        auto [entry, added] = at.try_emplace(Text(lane.waits_at), Waiting{0, Name(lane)});
        ++entry->second.threads;
      }
    }
  }
  std::string text = "deadlock: " + std::to_string(alive_) + " of " +
                     std::to_string(blocks_ * launch_->block.x * launch_->block.y * launch_->block.z) + " threads wait for ever";
  for (const auto& [site, waiting] : at) text += "; " + std::to_string(waiting.threads) + " at " + site + ", the first is " + waiting.first;
  if (admitted_ < blocks_) text += "; " + std::to_string(blocks_ - admitted_) + " blocks could not begin beside them";
  return text;
}

// All blocks with their fibers: those of a launch that failed stand in the middle of a kernel.
void Machine::Discard() {
#ifdef UNROLL_EMULATOR_TSAN
  // What they have done comes before what the host does next, although they have not come to their end.
  constexpr unsigned kNoOrder = 1, kOrder = 0;
  for (const Block* block : running_) {
    for (const auto& warp : block->warps) {
      for (const Lane& lane : warp->lanes) {
        __tsan_switch_to_fiber(lane.fiber.tsan, kNoOrder);
        __tsan_switch_to_fiber(launcher_.tsan, kOrder);
      }
    }
  }
#endif
  const Unwatched unwatched;
  running_.clear();
  free_.clear();
  spent_.clear();
  spinners_.clear();
  made_.clear();
  fibers_ = 0;
  grid_ = Barrier();
}

}  // namespace emulator
}  // namespace unroll
