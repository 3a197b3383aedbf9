// The data of all rows, as src/workload.mjs and src/checksum.mjs make it: the checksums of the rows
// compare the two.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

class Workload {
 public:
  Workload(uint32_t entries, size_t value_size) : entries_(entries), value_size_(value_size) {
    uint32_t bits = 2;
    while ((uint64_t{1} << bits) < entries) bits++;
    half_ = (bits + 1) / 2;
    mask_ = static_cast<uint32_t>((uint64_t{1} << bits) - 1);
    uint32_t state = 0x2545f491;
    const size_t half = (value_size + 1) / 2;
    for (int i = 0; i < 1024; i++) {
      std::string value(value_size, ' ');
      for (size_t at = 0; at < half; at++) {
        state = state * 1664525u + 1013904223u;
        value[at] = static_cast<char>(32 + (state >> 24) % 95);
      }
      for (size_t at = half; at < value_size; at++) value[at] = value[0];
      pool_.push_back(value);
    }
  }

  uint32_t entries() const { return entries_; }
  size_t value_size() const { return value_size_; }

  // 16 digits; with a dot behind them no store has the key.
  std::string Key(uint32_t index, bool missing = false) const {
    char bytes[17];
    bytes[16] = '.';
    for (int at = 15; at >= 0; at--) {
      bytes[at] = static_cast<char>('0' + index % 10);
      index /= 10;
    }
    return std::string(bytes, missing ? 17 : 16);
  }

  const std::string& Value(uint32_t index) const { return pool_[index & 1023]; }

  // A permutation of the indexes.
  uint32_t Scatter(uint32_t i) const {
    uint32_t x = i;
    do {
      x ^= x >> half_;
      x = (x * 0x2c1b3c6du) & mask_;
      x ^= x >> half_;
      x = (x * 0x297a2d39u) & mask_;
      x ^= x >> half_;
    } while (x >= entries_);
    return x;
  }

  uint32_t Random(uint32_t i) const {
    uint32_t x = (i + 1) * 0x9e3779b1u;
    x = (x ^ (x >> 15)) * 0x85ebca77u;
    x = (x ^ (x >> 13)) * 0xc2b2ae3du;
    return (x ^ (x >> 16)) % entries_;
  }

 private:
  uint32_t entries_;
  size_t value_size_;
  uint32_t half_;
  uint32_t mask_;
  std::vector<std::string> pool_;
};

// Length, first and last character of everything that is read, in order.
class Checksum {
 public:
  void Missing() { sum_ = sum_ * 31 + 1; }
  void Mix(const char* data, size_t size) {
    uint32_t read = 1;
    if (size > 0) {
      const auto first = static_cast<unsigned char>(data[0]);
      const auto last = static_cast<unsigned char>(data[size - 1]);
      read = static_cast<uint32_t>(size) + first + (static_cast<uint32_t>(last) << 8);
    }
    sum_ = sum_ * 31 + read;
  }
  int32_t value() const { return static_cast<int32_t>(sum_); }

 private:
  uint32_t sum_ = 0;
};
