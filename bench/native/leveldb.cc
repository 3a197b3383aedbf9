// The rows of the bench on LevelDB in C++; prints what src/child.mjs prints.
//
//   leveldb-bench step=row row=fillseq entries=100000 valueSize=100 cacheMib=64 compression=true
//     writeBuffer=8388608 directory=/tmp/store
//
// Settings and steps are those of src/run-task.mjs and of the rows in src/rows-*.mjs.
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "workload.h"

namespace {

using leveldb::DB;
using leveldb::Iterator;
using leveldb::ReadOptions;
using leveldb::Slice;
using leveldb::Status;
using leveldb::WriteOptions;

constexpr uint32_t kChunk = 1000;
constexpr uint32_t kReads = 1000000;
constexpr uint32_t kElsewhere = 0x20000000;

void Check(const Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

double NowMs() {
  using std::chrono::duration;
  using std::chrono::steady_clock;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

// Runs only while the store works, not while keys are made.
class Clock {
 public:
  double ms = 0;
  void Time(const std::function<void()>& act) {
    const double start = NowMs();
    act();
    ms += NowMs() - start;
  }
};

double CpuMicroseconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) { return time.tv_sec * 1e6 + time.tv_usec; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// As src/idle.mjs: returns when the process began to do nothing.
double Idle(int patience) {
  double end = NowMs();
  double before = CpuMicroseconds();
  for (int quiet = 0; quiet * 10 < patience;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const double now = CpuMicroseconds();
    if (now - before > 600) {
      quiet = 0;
      end = NowMs();
    } else {
      quiet++;
    }
    before = now;
  }
  return end;
}

double WrittenBytes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  double bytes;
  while (io >> name >> bytes) {
    if (name == "wchar:") return bytes;
  }
  return NAN;
}

struct Task {
  std::map<std::string, std::string> given;
  const std::string& operator[](const std::string& name) { return given[name]; }
};

struct Outcome {
  double operations = 0;
  bool reads = false;
  double user_bytes = NAN;
  std::string facts;
};

class Bench {
 public:
  explicit Bench(Task task)
      : task_(std::move(task)),
        load_(static_cast<uint32_t>(std::stoul(task_["entries"])), std::stoul(task_["valueSize"])),
        n_(load_.entries()),
        cache_(leveldb::NewLRUCache(std::stoul(task_["cacheMib"]) << 20)),
        filter_(leveldb::NewBloomFilterPolicy(10)) {}

  void Open() {
    leveldb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = std::stoul(task_["writeBuffer"]);
    options.block_cache = cache_.get();
    options.filter_policy = filter_.get();
    const bool plain = task_["compression"] == "false";
    options.compression = plain ? leveldb::kNoCompression : leveldb::kSnappyCompression;
    DB* db;
    Check(DB::Open(options, task_["directory"], &db));
    db_.reset(db);
  }

  void Close() { db_.reset(); }

  // Waits for background work; returns when it ended.
  double Idle() {
    const std::string& patience = task_["patience"];
    return ::Idle(patience.empty() ? 400 : std::stoi(patience));
  }

  void Fill();
  int Row();

 private:
  using Index = std::function<uint32_t(uint32_t)>;
  using Keys = std::vector<std::string>;

  Keys MakeKeys(uint32_t from, uint32_t to, const Index& index, bool missing = false) const {
    Keys keys;
    for (uint32_t i = from; i < to; i++) keys.push_back(load_.Key(index(i), missing));
    return keys;
  }

  // In chunks: makes keys with the clock off, acts on each with it on.
  void Each(Clock* clock, uint32_t count, const Index& index, bool missing,
            const std::function<void(uint32_t, const std::string&)>& act) {
    for (uint32_t from = 0; from < count; from += kChunk) {
      const uint32_t to = std::min(from + kChunk, count);
      const Keys keys = MakeKeys(from, to, index, missing);
      clock->Time([&] {
        for (uint32_t i = from; i < to; i++) act(i, keys[i - from]);
      });
    }
  }

  double UserBytes(double writes) const { return writes * (16.0 + load_.value_size()); }

  Outcome Put(const Index& index, uint32_t shift, Clock* clock);
  Outcome PutBatches(uint32_t size);
  Outcome PutDurably();
  Outcome Commit100();
  Outcome Delete();
  Outcome ReadWhileWriting();
  Outcome Get(uint32_t count, const Index& index, bool missing = false);
  Outcome GetSome(uint32_t some, uint32_t passes);
  Outcome Ranges();
  Outcome Scan(bool reverse);
  Outcome Reopen(int times);
  Outcome Latency();
  Outcome Run(const std::string& row);
  void GetOne(const std::string& key, Checksum* sum);

  Task task_;
  Workload load_;
  uint32_t n_;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<DB> db_;
  Clock clock_;
  Checksum sum_;
  std::string value_;
};

void Bench::Fill() {
  const auto scatter = [this](uint32_t i) { return load_.Scatter(i); };
  const std::string step = task_["step"];
  std::filesystem::remove_all(task_["directory"]);
  Open();
  PutBatches(1000);
  if (step == "kill") kill(getpid(), SIGKILL);
  if (step == "fill") Idle();
  Close();
  if (step != "fill") return;
  // What is in the log goes into tables now, not while a row reads.
  Open();
  Get(1, scatter);
  Idle();
  Close();
}

Outcome Bench::Put(const Index& index, uint32_t shift, Clock* clock) {
  Each(clock, n_, index, false, [&](uint32_t i, const std::string& key) {
    Check(db_->Put(WriteOptions(), key, load_.Value(i + shift)));
  });
  return {double(n_), false, UserBytes(n_), ""};
}

Outcome Bench::PutBatches(uint32_t size) {
  for (uint32_t from = 0; from < n_; from += size) {
    const uint32_t to = std::min(from + size, n_);
    const Keys keys = MakeKeys(from, to, [this](uint32_t i) { return load_.Scatter(i); });
    clock_.Time([&] {
      leveldb::WriteBatch batch;
      for (uint32_t i = from; i < to; i++) batch.Put(keys[i - from], load_.Value(i));
      Check(db_->Write(WriteOptions(), &batch));
    });
  }
  return {double(n_), false, UserBytes(n_), ""};
}

Outcome Bench::PutDurably() {
  const uint32_t count = std::min(n_, 2000u);
  WriteOptions durable;
  durable.sync = true;
  Each(&clock_, count, [this](uint32_t i) { return load_.Scatter(i); }, false,
       [&](uint32_t i, const std::string& key) { Check(db_->Put(durable, key, load_.Value(i))); });
  return {double(count), false, UserBytes(count), ""};
}

Outcome Bench::Commit100() {
  constexpr uint32_t kWriters = 100;
  const uint32_t each = std::max(1u, std::min(100u, n_ / kWriters));
  const uint32_t count = kWriters * each;
  const Keys keys = MakeKeys(0, count, [this](uint32_t i) { return load_.Scatter(i); });
  WriteOptions durable;
  durable.sync = true;
  clock_.Time([&] {
    std::vector<std::thread> writers;
    for (uint32_t writer = 0; writer < kWriters; writer++) {
      writers.emplace_back([&, writer] {
        for (uint32_t i = 0; i < each; i++) {
          const uint32_t at = i * kWriters + writer;
          Check(db_->Put(durable, keys[at], load_.Value(at)));
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  });
  return {double(count), false, UserBytes(count), ""};
}

Outcome Bench::Delete() {
  Each(&clock_, n_, [this](uint32_t i) { return load_.Scatter(i); }, false,
       [&](uint32_t, const std::string& key) { Check(db_->Delete(WriteOptions(), key)); });
  return {double(n_), false, n_ * 16.0, ""};
}

Outcome Bench::ReadWhileWriting() {
  constexpr uint32_t kReadsPerWrite = 9;
  const uint32_t writes = (n_ + kReadsPerWrite) / (kReadsPerWrite + 1);
  const auto written = [this](uint32_t i) { return load_.Random(i + 0x40000000); };
  for (uint32_t from = 0; from < writes; from += kChunk / 10) {
    const uint32_t to = std::min(from + kChunk / 10, writes);
    const Keys keys = MakeKeys(from, to, [&](uint32_t i) { return load_.Scatter(written(i)); });
    const Keys reads = MakeKeys(from * kReadsPerWrite, to * kReadsPerWrite,
                                [this](uint32_t i) { return load_.Random(i); });
    std::vector<const std::string*> values;
    for (uint32_t i = from; i < to; i++) values.push_back(&load_.Value(written(i)));
    clock_.Time([&] {
      for (uint32_t i = 0, at = 0; i < keys.size(); i++) {
        Check(db_->Put(WriteOptions(), keys[i], *values[i]));
        for (uint32_t j = 0; j < kReadsPerWrite; j++) GetOne(reads[at++], &sum_);
      }
    });
  }
  return {double(writes) * (kReadsPerWrite + 1), true, UserBytes(writes), ""};
}

void Bench::GetOne(const std::string& key, Checksum* sum) {
  const Status status = db_->Get(ReadOptions(), key, &value_);
  if (status.ok()) {
    sum->Mix(value_.data(), value_.size());
  } else if (status.IsNotFound()) {
    sum->Missing();
  } else {
    Check(status);
  }
}

Outcome Bench::Get(uint32_t count, const Index& index, bool missing) {
  Each(&clock_, count, index, missing,
       [&](uint32_t, const std::string& key) { GetOne(key, &sum_); });
  return {double(count), true, NAN, ""};
}

Outcome Bench::GetSome(uint32_t some, uint32_t passes) {
  Clock off;
  Checksum nothing;
  Each(&off, passes * some, [&](uint32_t i) { return load_.Scatter(i % some); }, false,
       [&](uint32_t, const std::string& key) { GetOne(key, &nothing); });
  return Get(std::min(n_, kReads),
             [&](uint32_t i) { return load_.Scatter(load_.Random(i) % some); });
}

Outcome Bench::Ranges() {
  const uint32_t count = std::min(n_, 100000u);
  const auto range = [this](Checksum* sum) {
    return [this, sum](uint32_t, const std::string& key) {
      const std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
      it->Seek(key);
      for (int i = 0; i < 10 && it->Valid(); i++, it->Next()) {
        sum->Mix(it->key().data(), it->key().size());
        sum->Mix(it->value().data(), it->value().size());
      }
      Check(it->status());
    };
  };
  Clock off;
  Checksum nothing;
  Each(&off, count, [this](uint32_t i) { return load_.Random(kElsewhere + i); }, false,
       range(&nothing));
  Each(&clock_, count, [this](uint32_t i) { return load_.Random(i); }, false, range(&sum_));
  return {double(count), true, NAN, ""};
}

Outcome Bench::Scan(bool reverse) {
  clock_.Time([&] {
    const std::unique_ptr<Iterator> it(db_->NewIterator(ReadOptions()));
    for (reverse ? it->SeekToLast() : it->SeekToFirst(); it->Valid();
         reverse ? it->Prev() : it->Next()) {
      sum_.Mix(it->key().data(), it->key().size());
      sum_.Mix(it->value().data(), it->value().size());
    }
    Check(it->status());
  });
  return {double(n_), true, NAN, ""};
}

Outcome Bench::Reopen(int times) {
  const std::string key = load_.Key(load_.Scatter(n_ - 1));
  for (int i = 0; i < times; i++) {
    clock_.Time([&] {
      Open();
      GetOne(key, &sum_);
    });
    Close();
  }
  return {double(times), true, NAN, ""};
}

// Microseconds, of a part of the latencies in milliseconds, which is sorted.
double Percentile(const std::vector<double>& sorted, double share) {
  const double at = std::ceil(share * sorted.size()) - 1;
  const size_t index = std::min(sorted.size() - 1, static_cast<size_t>(std::max(0.0, at)));
  return std::round(sorted[index] * 10000) / 10;
}

Outcome Bench::Latency() {
  Clock fast;
  const auto scatter = [this](uint32_t i) { return load_.Scatter(i); };
  Put(scatter, 1, &fast);
  const double ended = NowMs();
  const double most = n_ / (fast.ms + std::max(0.0, Idle() - ended));
  const double rate = most / 2;
  const auto count = static_cast<uint32_t>(std::min<double>(n_, std::ceil(rate * 20000)));
  std::vector<double> latencies(count);
  const double start = NowMs() + 1;
  for (uint32_t i = 0; i < count; i++) {
    const std::string key = load_.Key(load_.Scatter(i));
    const double due = start + i / rate;
    while (NowMs() < due) {
    }
    Check(db_->Put(WriteOptions(), key, load_.Value(i)));
    latencies[i] = NowMs() - due;
  }
  std::string series;
  char text[200];
  const uint32_t size = (count + 99) / 100;
  for (uint32_t from = 0; from < count; from += size) {
    const uint32_t to = std::min(from + size, count);
    std::vector<double> part(latencies.begin() + from, latencies.begin() + to);
    std::sort(part.begin(), part.end());
    snprintf(text, sizeof text, "%s[%.1f,%.1f,%.1f,%.1f]", series.empty() ? "" : ",",
             Percentile(part, 0.5), Percentile(part, 0.99), Percentile(part, 0.999),
             Percentile(part, 1));
    series += text;
  }
  std::sort(latencies.begin(), latencies.end());
  const auto of = [&](double share) { return Percentile(latencies, share); };
  snprintf(text, sizeof text,
           "\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"p9999\":%.1f,\"max\":%.1f,\"perSecond\":%.0f",
           of(0.5), of(0.99), of(0.999), of(0.9999), of(1), rate * 1000);
  clock_.ms = of(0.999) * count / 1000;
  return {double(count), false, UserBytes(double(count) + n_),
          std::string(text) + ",\"series\":[" + series + "]"};
}

Outcome Bench::Run(const std::string& row) {
  const auto scatter = [this](uint32_t i) { return load_.Scatter(i); };
  const auto random = [this](uint32_t i) { return load_.Random(i); };
  const uint32_t reads = std::min(n_, kReads);
  if (row == "fillseq") return Put([](uint32_t i) { return i; }, 0, &clock_);
  if (row == "fillrandom") return Put(scatter, 0, &clock_);
  if (row == "overwrite") return Put(scatter, 1, &clock_);
  if (row == "fillbatch") return PutBatches(100);
  if (row == "fillsync") return PutDurably();
  if (row == "commit100") return Commit100();
  if (row == "deleterandom") return Delete();
  if (row == "readwhilewriting") return ReadWhileWriting();
  if (row == "readcold") return Get(std::min(n_, 100000u), random);
  if (row == "readmissing") return Get(reads, random, true);
  if (row == "readhot") return GetSome((n_ + 99) / 100, 0);
  if (row == "readcached") return GetSome(std::min(n_, 10000u), 2);
  // LevelDB has no call for many keys.
  if (row == "getmany100") return Get(reads, random);
  if (row == "range10") return Ranges();
  if (row == "readseq" || row == "cursorseq") return Scan(false);
  if (row == "readreverse" || row == "cursorreverse") return Scan(true);
  if (row == "reopen") return Reopen(20);
  if (row == "reopen-first" || row == "reopen-killed") return Reopen(1);
  if (row == "latency") return Latency();
  if (row == "compact") {
    Clock off;
    Each(&off, (n_ + 1) / 2, [this](uint32_t i) { return load_.Scatter(2 * i); }, false,
         [&](uint32_t i, const std::string& key) {
           Check(db_->Put(WriteOptions(), key, load_.Value(i + 1)));
         });
    Idle();
    clock_.Time([&] { db_->CompactRange(nullptr, nullptr); });
    return {double(n_), false, NAN, ""};
  }
  if (row == "readrandom") {
    Clock off;
    Checksum nothing;
    Each(&off, reads, [&](uint32_t i) { return load_.Random(kElsewhere + i); }, false,
         [&](uint32_t, const std::string& key) { GetOne(key, &nothing); });
    return Get(reads, random);
  }
  fprintf(stderr, "no row %s\n", row.c_str());
  exit(1);
}

int Bench::Row() {
  const std::string row = task_["row"];
  const bool opens = row.rfind("reopen", 0) == 0;
  if (!opens) Open();
  const double before = WrittenBytes();
  const Outcome outcome = Run(row);
  const double ended = NowMs();
  const double settled = outcome.user_bytes > 0 || row == "compact" ? Idle() : ended;
  const double written = WrittenBytes() - before;
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double us = 1000 / outcome.operations;
  printf("{\"operations\":%.0f,\"us\":%.6g,\"settledUs\":%.6g,\"rssMib\":%.6g", outcome.operations,
         us * clock_.ms, us * (clock_.ms + std::max(0.0, settled - ended)), usage.ru_maxrss / 1024.0);
  if (outcome.reads) printf(",\"sum\":%d", sum_.value());
  if (!std::isnan(outcome.user_bytes)) {
    printf(",\"userBytes\":%.0f,\"writtenBytes\":%.0f", outcome.user_bytes, written);
  }
  printf(",\"facts\":{%s}}\n", outcome.facts.c_str());
  Close();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--version") {
    printf("%d.%d\n", leveldb::kMajorVersion, leveldb::kMinorVersion);
    return 0;
  }
  Task task;
  for (int i = 1; i < argc; i++) {
    const std::string text = argv[i];
    const size_t at = text.find('=');
    task.given[text.substr(0, at)] = text.substr(at + 1);
  }
  Bench bench(task);
  if (task["step"] == "row") return bench.Row();
  bench.Fill();
  return 0;
}
