// Streams operands through a Verilated vector ALU: one vector instruction a tick, K elements each.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "Vtop.h"
#include "verilated.h"

#define PORT(a, b) top.a##___05F##b

namespace {

// The instruction, the same for all elements; codes as in accord.hw.types.
struct Operation {
    uint32_t op, src, dst, rounding, sat, wrap, fused;
};

constexpr uint32_t kFlagBits = 5;

class Alu {
public:
    Alu() {
        top.clk = 0;
        top.rst = 1;
        tick();
        top.rst = 0;
        PORT(issue, tag) = 0;
        PORT(issue, imm) = 0;
    }

    void run(const Operation& operation, uint32_t lanes, uint64_t count, const uint32_t* const* operands,
             uint32_t* results, uint8_t* flags) {
        PORT(issue, op) = operation.op;
        PORT(issue, src) = operation.src;
        PORT(issue, dst) = operation.dst;
        PORT(issue, rm) = operation.rounding;
        PORT(issue, sat) = operation.sat;
        PORT(issue, wrap) = operation.wrap;
        PORT(issue, valid) = 1;
        const uint64_t latency = operation.fused ? lanes : 0;
        for (uint64_t first = 0; first < count + latency; first += lanes) {
            if (first < count) {
                const size_t bytes = sizeof(uint32_t) * std::min<uint64_t>(lanes, count - first);
                std::memcpy(&top.a, operands[0] + first, bytes);
                std::memcpy(&top.b, operands[1] + first, bytes);
                std::memcpy(&top.c, operands[2] + first, bytes);
            }
            top.clk = 0;
            top.eval();
            if (first >= latency) take(first - latency, lanes, count, results, flags);
            // a one-tick operation leaves nothing behind that the next one needs an edge for
            if (operation.fused) {
                top.clk = 1;
                top.eval();
            }
        }
        PORT(issue, valid) = 0;
        tick();
    }

private:
    void take(uint64_t first, uint32_t lanes, uint64_t count, uint32_t* results, uint8_t* flags) {
        const uint64_t size = std::min<uint64_t>(lanes, count - first);
        std::memcpy(results + first, &PORT(result, data), sizeof(uint32_t) * size);
        uint8_t packed[64] = {};
        std::memcpy(packed, &top.lane_flags, (lanes * kFlagBits + 7) / 8);
        for (uint64_t lane = 0; lane < size; ++lane) {
            const uint32_t bit = lane * kFlagBits;
            const uint32_t pair = packed[bit / 8] | packed[bit / 8 + 1] << 8;
            flags[first + lane] = pair >> bit % 8 & 31;
        }
    }

    // Ends in either phase with the registers of an idle unit.
    void tick() {
        top.clk = 0;
        top.eval();
        top.clk = 1;
        top.eval();
    }

    VerilatedContext context_;
    Vtop top{&context_};
};

}  // namespace

#define ACCORD_API extern "C" __attribute__((visibility("default")))

ACCORD_API void* accord_alu_create() { return new Alu; }
ACCORD_API void accord_alu_destroy(void* alu) { delete static_cast<Alu*>(alu); }
ACCORD_API void accord_alu_run(void* alu, const Operation* operation, uint32_t lanes, uint64_t count,
                               const uint32_t* const* operands, uint32_t* results, uint8_t* flags) {
    static_cast<Alu*>(alu)->run(*operation, lanes, count, operands, results, flags);
}
