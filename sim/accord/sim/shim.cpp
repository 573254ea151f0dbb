// Drives one Verilated NPU in batches, so that Python is called once for a whole run, load or state read.
//
// One source for every configuration; the lane count K is an argument. A tick is a rising edge of clk. Buffers are
// little-endian and laid out as the NumPy arrays of accord.sim.npu, whose business their sizes are.

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "Vtop.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

// A port a__b of the Verilog, as Verilator spells it.
#define PORT(a, b) top_->a##___05F##b
#define PORT3(a, b, c) top_->a##___05F##b##___05F##c

namespace {

struct Event {
    uint64_t tick;  // edges since the start of the run: the event happens at edge number `tick`
    uint64_t rows;  // VX rows written, a bit each; 0 for a feed
    uint32_t port;  // 0 feed, 1 mma, 2 valu, 3 lsu
    uint32_t seq;
};

struct Status {
    uint64_t halted, cause, pc, flags;
};

enum RunResult { kHalted = 0, kLimit = 1, kStuck = 2 };

// Ports are CData, SData, IData, QData or VlWide by width; all hold their bits little-endian.
template <typename Port> void put(Port& port, const void* source, size_t bytes) {
    std::memcpy(&port, source, bytes);
}

template <typename Port> void get(void* target, const Port& port, size_t bytes) {
    std::memcpy(target, &port, bytes);
}

class Machine {
public:
    Machine(uint32_t lanes, const char* waves, bool record) : lanes_(lanes), record_(record) {
        top_ = std::make_unique<Vtop>(&context_);
#if VM_TRACE
        if (waves) {
            context_.traceEverOn(true);
            vcd_ = std::make_unique<VerilatedVcdC>();
            top_->trace(vcd_.get(), 99);
            vcd_->open(waves);
        }
#else
        (void)waves;
#endif
        top_->clk = 0;
        top_->rst = 1;
        tick();
        top_->rst = 0;
        tick();  // the reset is registered
    }

    ~Machine() {
        top_->final();
#if VM_TRACE
        if (vcd_) vcd_->close();
#endif
    }

    // Fills program memory; what an earlier, longer program left behind becomes 0 again.
    void load(const uint32_t* words, uint32_t count) {
        PORT(prog, en) = 1;
        for (uint32_t address = 0; address < count || address < loaded_; ++address) {
            PORT(prog, addr) = static_cast<SData>(address);
            PORT(prog, data) = address < count ? words[address] : 0;
            tick();
        }
        PORT(prog, en) = 0;
        loaded_ = count;
        rewind();
    }

    // Runs until halted; past `limit` ticks stops dispatch and lets older work drain.
    int run(uint64_t limit) {
        if (PORT(status, halted)) rewind();
        return go(PORT(ctrl, run), limit);
    }

    int step(uint64_t limit) {
        if (PORT(status, halted)) rewind();
        return go(PORT(ctrl, step), limit);
    }

    void clear_flags() { pulse(PORT(ctrl, clear_flags)); }

    void ext_write(int is_vr, uint32_t first, uint32_t count, const uint8_t* data) {
        const size_t bytes = (is_vr ? 4 : 1) * lanes_;
        PORT(ext_wr, en) = 1;
        PORT(ext_wr, is_vr) = is_vr;
        for (uint32_t i = 0; i < count; ++i) {
            PORT(ext_wr, index) = first + i;
            put(PORT(ext_wr, data), data + i * bytes, bytes);
            tick();
        }
        PORT(ext_wr, en) = 0;
        settle();
    }

    void ext_read(int is_vr, uint32_t count, uint8_t* out) {
        const size_t bytes = (is_vr ? 4 : 1) * lanes_;
        PORT(ext_rd, is_vr) = is_vr;
        for (uint32_t i = 0; i < count; ++i) {
            PORT(ext_rd, index) = i;
            settle();
            get(out + i * bytes, PORT(ext_rd, data), bytes);
        }
    }

    void spad_write(uint32_t first, uint32_t count, const uint8_t* data) {
        PORT(spad, en) = 1;
        PORT(spad, write) = 1;
        for (uint32_t i = 0; i < count; ++i) {
            PORT(spad, addr) = first + i;
            put(PORT(spad, wdata), data + size_t{i} * lanes_, lanes_);
            tick();
        }
        PORT(spad, en) = 0;
        PORT(spad, write) = 0;
        settle();
    }

    void spad_read(uint32_t first, uint32_t count, uint8_t* out) {
        PORT(spad, en) = 1;
        for (uint32_t i = 0; i < count; ++i) {
            PORT(spad, addr) = first + i;
            tick();
            get(out + size_t{i} * lanes_, PORT(spad, rdata), lanes_);
        }
        PORT(spad, en) = 0;
        settle();
    }

    // Columns one after another: out[j * K + i] is element (i, j).
    void read_tile(int committed, int32_t* out) {
        PORT(debug, tile) = committed;
        for (uint32_t j = 0; j < lanes_; ++j) {
            PORT(debug, column) = j;
            settle();
            get(out + j * lanes_, PORT(debug, column_data), 4 * lanes_);
        }
    }

    void read_a(uint32_t count, uint32_t* out) {
        for (uint32_t i = 0; i < count; ++i) {
            PORT(debug, a_index) = i;
            settle();
            out[i] = PORT(debug, a_data);
        }
    }

    Status status() const {
        return {PORT(status, halted), PORT(status, cause), PORT(status, pc), PORT(status, flags)};
    }

    void counters(uint64_t* out) const {
        const uint64_t values[] = {
            PORT(counters, cycles),     PORT(counters, retired),     PORT(counters, busy_mmalu),
            PORT(counters, busy_valu),  PORT(counters, busy_lsu),    PORT(counters, stall_mmalu),
            PORT(counters, stall_valu), PORT(counters, stall_lsu),
        };
        std::memcpy(out, values, sizeof values);
    }

    const std::vector<Event>& events() const { return events_; }

    uint64_t ticks() const { return ticks_; }

private:
    static constexpr uint64_t kDrainTicks = 100000;  // far more than the window and the array ever hold

    // What is read right after an input changed needs this; an edge settles its inputs itself.
    void settle() { top_->eval(); }

    void dump() {
#if VM_TRACE
        if (vcd_) vcd_->dump(context_.time());
        context_.timeInc(1);
#endif
    }

    void tick() {
        ++ticks_;
        top_->clk = 1;
        top_->eval();
        dump();
        top_->clk = 0;
        top_->eval();
        dump();
    }

    template <typename Port> void pulse(Port& port) {
        port = 1;
        tick();
        port = 0;
        settle();
    }

    void rewind() { pulse(PORT(ctrl, rewind)); }

    template <typename Port> int go(Port& start, uint64_t limit) {
        events_.clear();
        now_ = 0;
        start = 1;
        recorded_tick();
        start = 0;
        settle();
        while (PORT(status, running)) {
            if (now_ >= limit) return stop();
            recorded_tick();
        }
        return kHalted;
    }

    int stop() {
        PORT(ctrl, stop) = 1;
        recorded_tick();
        PORT(ctrl, stop) = 0;
        settle();
        for (uint64_t i = 0; PORT(status, running); ++i) {
            if (i == kDrainTicks) return kStuck;
            recorded_tick();
        }
        return PORT(status, halted) ? kHalted : kLimit;
    }

    void recorded_tick() {
        if (record_) {
            if (PORT(trace, feed)) events_.push_back({now_, 0, 0, PORT(trace, feed_seq)});
            if (PORT3(trace, mma, valid)) events_.push_back({now_, PORT3(trace, mma, rows), 1, PORT3(trace, mma, seq)});
            if (PORT3(trace, valu, valid))
                events_.push_back({now_, PORT3(trace, valu, rows), 2, PORT3(trace, valu, seq)});
            if (PORT3(trace, lsu, valid)) events_.push_back({now_, PORT3(trace, lsu, rows), 3, PORT3(trace, lsu, seq)});
        }
        ++now_;
        tick();
    }

    VerilatedContext context_;
    std::unique_ptr<Vtop> top_;
#if VM_TRACE
    std::unique_ptr<VerilatedVcdC> vcd_;
#endif
    std::vector<Event> events_;
    uint64_t now_ = 0;
    uint64_t ticks_ = 0;
    uint32_t loaded_ = 0;
    uint32_t lanes_;
    bool record_;
};

Machine* machine(void* handle) { return static_cast<Machine*>(handle); }

}  // namespace

#define ACCORD_API extern "C" __attribute__((visibility("default")))

ACCORD_API void* accord_create(uint32_t lanes, const char* waves, int record) {
    return new Machine(lanes, waves, record != 0);
}
ACCORD_API void accord_destroy(void* h) { delete machine(h); }
ACCORD_API void accord_load(void* h, const uint32_t* words, uint32_t n) { machine(h)->load(words, n); }
ACCORD_API int accord_run(void* h, uint64_t limit) { return machine(h)->run(limit); }
ACCORD_API int accord_step(void* h, uint64_t limit) { return machine(h)->step(limit); }
ACCORD_API void accord_clear_flags(void* h) { machine(h)->clear_flags(); }
ACCORD_API void accord_ext_write(void* h, int is_vr, uint32_t first, uint32_t n, const uint8_t* data) {
    machine(h)->ext_write(is_vr, first, n, data);
}
ACCORD_API void accord_ext_read(void* h, int is_vr, uint32_t n, uint8_t* out) { machine(h)->ext_read(is_vr, n, out); }
ACCORD_API void accord_spad_write(void* h, uint32_t first, uint32_t n, const uint8_t* data) {
    machine(h)->spad_write(first, n, data);
}
ACCORD_API void accord_spad_read(void* h, uint32_t first, uint32_t n, uint8_t* out) {
    machine(h)->spad_read(first, n, out);
}
ACCORD_API void accord_read_tile(void* h, int committed, int32_t* out) { machine(h)->read_tile(committed, out); }
ACCORD_API void accord_read_a(void* h, uint32_t n, uint32_t* out) { machine(h)->read_a(n, out); }
ACCORD_API void accord_status(void* h, uint64_t* out) {
    const Status status = machine(h)->status();
    std::memcpy(out, &status, sizeof status);
}
ACCORD_API void accord_counters(void* h, uint64_t* out) { machine(h)->counters(out); }
ACCORD_API uint64_t accord_ticks(void* h) { return machine(h)->ticks(); }
ACCORD_API uint64_t accord_event_count(void* h) { return machine(h)->events().size(); }
ACCORD_API void accord_events(void* h, void* out) {
    const auto& events = machine(h)->events();
    if (!events.empty()) std::memcpy(out, events.data(), events.size() * sizeof(Event));
}
