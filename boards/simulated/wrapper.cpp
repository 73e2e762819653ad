// Drives the board's Verilated model: clock, UART bit by bit, buttons and panel.
//
// Times of the UART are counted in 256ths of a clock, as boards/uart.py does. Where a memory's model
// is there (VM_TIMING), its delays pass between the edges of the clock.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>

#include "Vtop.h"
#include "verilated.h"
#if VM_TIMING
#include "Vtop___024root.h"
#endif

namespace {

constexpr int64_t kClock = 256;
constexpr uint8_t kFlag = 0x7E;
constexpr int kDigits = 8;

// Sends bytes: one start bit, eight data bits, one stop bit.
class Sender {
   public:
    explicit Sender(int64_t length) : length_(length) {}
    std::deque<uint8_t> bytes;

    int level() {
        if (left_ <= 0) {
            if (bits_ <= 1) {
                if (bytes.empty()) {
                    left_ = 0;
                    return 1;
                }
                word_ = bytes.front() << 1 | 1 << 9;
                bytes.pop_front();
                bits_ = 10;
            } else {
                word_ >>= 1;
                --bits_;
            }
            left_ += length_;
        }
        left_ -= kClock;
        return word_ & 1;
    }

   private:
    int64_t length_, left_ = 0;
    int word_ = 1, bits_ = 0;
};

// Receives bytes, sampled in the middle of their bits.
class Receiver {
   public:
    explicit Receiver(int64_t length) : length_(length) {}
    std::deque<uint8_t> bytes;
    bool frame_ended = false;

    void level(int pin) {
        if (count_ < 0) {
            if (!pin) {
                count_ = 0;
                word_ = 0;
                left_ = length_ * 3 / 2 - kClock;
            }
            return;
        }
        left_ -= kClock;
        if (left_ > 0) return;
        left_ += length_;
        if (count_ < 8) {
            word_ |= pin << count_++;
            return;
        }
        count_ = -1;
        bytes.push_back(word_);
        if (word_ == kFlag) {
            frame_ended = frame_ended || since_flag_;
            since_flag_ = 0;
        } else {
            ++since_flag_;
        }
    }

   private:
    int64_t length_, left_ = 0;
    int word_ = 0, count_ = -1;
    size_t since_flag_ = 0;
};

// Only some boards have a key.
template <class Model>
auto press_key(Model& model, int pressed, int) -> decltype(model.key_button, void()) {
    model.key_button = pressed;
}
template <class Model>
void press_key(Model&, int, long) {}

struct Board {
    Board(int64_t bit_length, uint64_t half_clock_ps, const char* plusarg)
        : sender(bit_length), receiver(bit_length), half_clock(half_clock_ps) {
        const char* arguments[] = {"board", plusarg};
        context.commandArgs(2, arguments);
        model.rst = 1;
        model.rx = 1;
        clock();
        model.rst = 0;
    }
    void clock() {
        edge(0);
        edge(1);
        ++clocks;
    }
    void edge(int level) {
#if VM_TIMING
        now += half_clock;
        while (model.eventsPending() && model.nextTimeSlot() < now) {
            context.time(model.nextTimeSlot());
            model.eval();
        }
        context.time(now);
#endif
        model.clk = level;
        model.eval();
    }
    void step() {
        model.rx = sender.level();
        clock();
        receiver.level(model.tx);
        if (model.digits != lit) {
            lit = model.digits;
            for (int k = 0; k < kDigits; ++k)
                if (lit >> k & 1) shown[k] = model.segments;
        }
    }

    VerilatedContext context;
    Vtop model{&context, "board"};
    Sender sender;
    Receiver receiver;
    uint64_t half_clock, now = 0;  // picoseconds
    uint64_t clocks = 0;
    uint32_t lit = 0;
    uint8_t shown[kDigits] = {};
};

#if VM_TIMING
// The chip that can be written has `words`.
template <typename Root>
auto fill(Root& root, const uint16_t* words, size_t count, int)
    -> decltype(std::size(root.presparse_board_with_memory__DOT__chip__DOT__words.m_storage), int()) {
    auto& chip = root.presparse_board_with_memory__DOT__chip__DOT__words.m_storage;
    if (count > std::size(chip)) return 0;
    std::copy(words, words + count, std::begin(chip));
    return 1;
}

// One that cannot has none.
template <typename Root>
int fill(Root&, const uint16_t*, size_t, long) {
    return 0;
}
#endif

}  // namespace

extern "C" {

// `plusarg` is what the models of chips are told, such as +flash=FILE.
Board* board_new(int64_t bit_length, uint64_t half_clock_ps, const char* plusarg) {
    return new Board(bit_length, half_clock_ps, plusarg);
}

// What the memory's chip complained of.
uint32_t board_memory_errors(const Board* board) {
#if VM_TIMING
    return board->model.memory_errors;
#else
    return 0;
#endif
}

// Puts words into the memory's chip, from its first one on; returns whether there are so many.
int board_fill_memory(Board* board, const uint16_t* words, size_t count) {
#if VM_TIMING
    return fill(*board->model.rootp, words, count, 0);
#else
    return 0;
#endif
}

void board_delete(Board* board) {
    board->model.final();
    delete board;
}

void board_write(Board* board, const uint8_t* bytes, size_t count) {
    board->sender.bytes.insert(board->sender.bytes.end(), bytes, bytes + count);
}

size_t board_waiting(const Board* board) { return board->sender.bytes.size(); }

size_t board_read(Board* board, uint8_t* bytes, size_t most) {
    auto& queue = board->receiver.bytes;
    size_t count = 0;
    for (; count < most && !queue.empty(); ++count) {
        bytes[count] = queue.front();
        queue.pop_front();
    }
    return count;
}

// Runs so many clocks, or until a frame of the board has ended; returns the clocks run.
uint64_t board_run(Board* board, uint64_t clocks, int until_frame) {
    board->receiver.frame_ended = false;
    for (uint64_t clock = 0; clock < clocks; ++clock) {
        board->step();
        if (until_frame && board->receiver.frame_ended) return clock + 1;
    }
    return clocks;
}

uint64_t board_clocks(const Board* board) { return board->clocks; }

void board_buttons(Board* board, int run, int pause, int reset, int key) {
    board->model.run_button = run;
    board->model.pause_button = pause;
    board->model.reset_button = reset;
    press_key(board->model, key, 0);
}

uint32_t board_leds(const Board* board) { return board->model.leds; }

void board_segments(const Board* board, uint8_t* digits) {
    for (int k = 0; k < kDigits; ++k) digits[k] = board->shown[k];
}

}  // extern "C"
