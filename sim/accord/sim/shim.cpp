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

enum TracePort : uint32_t { kFeed, kMma, kValu, kLsu, kAddress, kLut, kStore, kDispatch };

// The bytes that an event writes are appended to a buffer of their own.
struct Event {
    uint64_t tick;   // edges since the start of the run: the event happens at edge number `tick`
    uint64_t seq;    // instructions completed before this one since the program began
    uint64_t place;  // VX rows written, a bit each; A register; 64 * bank + segment; scratchpad row
    TracePort port;
    uint32_t flags;  // valu: sticky flags, bit 5: they replace the old ones; dispatch: raw 1, war 2, waw 4, tile 8
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

    // Entries outermost first, each as start, length, remaining.
    void read_loops(uint32_t count, uint32_t* out) {
        for (uint32_t i = 0; i < count; ++i) {
            PORT(debug, loop_index) = i;
            settle();
            *out++ = PORT(debug, loop_start);
            *out++ = PORT(debug, loop_length);
            *out++ = PORT(debug, loop_remaining);
        }
    }

    // Bank after bank, `segments` of 4K bytes in each.
    void read_lut(uint32_t banks, uint32_t segments, uint8_t* out) {
        for (uint32_t bank = 0; bank < banks; ++bank) {
            for (uint32_t segment = 0; segment < segments; ++segment, out += 4 * lanes_) {
                PORT(debug, lut_segment) = bank << 6 | segment;
                settle();
                scatter(out, PORT(debug, lut_data), 4);
            }
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

    const std::vector<uint8_t>& written() const { return written_; }

    const std::vector<uint64_t>& in_flight() const { return in_flight_; }

    uint64_t ticks() const { return ticks_; }

private:
    static constexpr uint32_t kMostLanes = 64;
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
        written_.clear();
        in_flight_.assign(8, 0);
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
        if (record_) record();
        ++now_;
        tick();
    }

    // The rows of lanes of 32 bits, a byte of each lane a row, lane 0 first.
    template <typename Port> void scatter(uint8_t* out, const Port& port, uint32_t rows) {
        uint8_t lanes[4 * kMostLanes];
        get(lanes, port, 4 * lanes_);
        for (uint32_t row = 0; row < rows; ++row)
            for (uint32_t j = 0; j < lanes_; ++j) *out++ = lanes[4 * j + row];
    }

    uint8_t* append(size_t bytes) {
        written_.resize(written_.size() + bytes);
        return written_.data() + written_.size() - bytes;
    }

    // Sequence numbers are 16 bits; what is in flight is far less than 2^16 behind the instruction now dispatched.
    uint64_t whole(uint16_t seq) const {
        const uint64_t dispatched = PORT(counters, retired);
        return dispatched - static_cast<uint16_t>(dispatched - seq);
    }

    void note(TracePort port, uint16_t seq, uint64_t place, uint32_t flags) {
        events_.push_back({now_, whole(seq), place, port, flags});
    }

    template <typename Port> void note_rows(TracePort port, uint16_t seq, uint64_t rows, uint32_t flags, Port& data) {
        const uint32_t count = __builtin_popcountll(rows);
        note(port, seq, rows, flags);
        scatter(append(count * lanes_), data, count);
    }

    void record() {
        if (PORT(status, running)) ++in_flight_[PORT(trace, busy)];
        if (PORT(trace, feed)) note(kFeed, PORT(trace, feed_seq), 0, 0);
        if (PORT3(trace, mma, valid))
            note_rows(kMma, PORT3(trace, mma, seq), PORT3(trace, mma, rows), 0, PORT3(trace, mma, data));
        if (PORT3(trace, valu, valid)) {
            const uint32_t flags = PORT3(trace, valu, flags) | PORT3(trace, valu, replace) << 5;
            note_rows(kValu, PORT3(trace, valu, seq), PORT3(trace, valu, rows), flags, PORT3(trace, valu, data));
        }
        if (PORT3(trace, lsu, valid)) {
            note(kLsu, PORT3(trace, lsu, seq), PORT3(trace, lsu, rows), 0);
            get(append(lanes_), PORT3(trace, lsu, data), lanes_);
        }
        if (PORT3(trace, address, valid)) {
            note(kAddress, PORT3(trace, address, seq), PORT3(trace, address, index), 0);
            get(append(4), PORT3(trace, address, data), 4);
        }
        if (PORT3(trace, lut, valid)) {
            note(kLut, PORT3(trace, lut, seq), PORT3(trace, lut, bank) << 6 | PORT3(trace, lut, segment), 0);
            scatter(append(4 * lanes_), PORT3(trace, lut, data), 4);
        }
        if (PORT3(trace, store, valid)) {
            note(kStore, PORT3(trace, store, seq), PORT3(trace, store, row), 0);
            get(append(lanes_), PORT3(trace, store, data), lanes_);
        }
        if (PORT3(trace, dispatch, valid)) {
            const uint32_t waits = PORT3(trace, dispatch, raw) | PORT3(trace, dispatch, war) << 1 |
                                   PORT3(trace, dispatch, waw) << 2 | PORT3(trace, dispatch, tile) << 3;
            note(kDispatch, PORT3(trace, dispatch, seq), 0, waits);
        }
    }

    VerilatedContext context_;
    std::unique_ptr<Vtop> top_;
#if VM_TRACE
    std::unique_ptr<VerilatedVcdC> vcd_;
#endif
    std::vector<Event> events_;
    std::vector<uint8_t> written_;
    std::vector<uint64_t> in_flight_ = std::vector<uint64_t>(8);  // ticks by which units were at work
    uint64_t now_ = 0;
    uint64_t ticks_ = 0;
    uint32_t loaded_ = 0;
    uint32_t lanes_;
    bool record_;
};

Machine* machine(void* handle) { return static_cast<Machine*>(handle); }

template <typename T> void copy(const std::vector<T>& from, void* to) {
    if (!from.empty()) std::memcpy(to, from.data(), from.size() * sizeof(T));
}

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
ACCORD_API void accord_read_loops(void* h, uint32_t n, uint32_t* out) { machine(h)->read_loops(n, out); }
ACCORD_API void accord_read_lut(void* h, uint32_t banks, uint32_t segments, uint8_t* out) {
    machine(h)->read_lut(banks, segments, out);
}
ACCORD_API uint64_t accord_event_count(void* h) { return machine(h)->events().size(); }
ACCORD_API void accord_events(void* h, void* out) { copy(machine(h)->events(), out); }
ACCORD_API uint64_t accord_written_count(void* h) { return machine(h)->written().size(); }
ACCORD_API void accord_written(void* h, void* out) { copy(machine(h)->written(), out); }
ACCORD_API void accord_in_flight(void* h, void* out) { copy(machine(h)->in_flight(), out); }
