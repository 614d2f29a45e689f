// File: pcapng_writer.h
// Capture files that say more than bytes: one file for many interfaces with their names, nanosecond times, a direction
// and a comment for each packet ("dropped by ls_in_acl"). Wireshark and tshark show all of it. Format:
// draft-ietf-opsawg-pcapng. libpcap reads such files (see PcapReader) but cannot write them, hence this.
//
//   PcapngWriter writer = *PcapngWriter::Create("lab.pcapng");
//   const uint32_t vm_a = writer.AddInterface("vm-a");
//   writer.Write(vm_a, clock.Now(), packet.bytes(), {.comment = "first ping"});
//
// Little-endian on every machine, and free of times and names of the machine: equal calls give equal files.
// Cost: a copy into a buffer per packet, a system call per 64 KiB.

#ifndef OVNLITE_PACKET_PCAPNG_WRITER_H_
#define OVNLITE_PACKET_PCAPNG_WRITER_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"

namespace ovnlite {

class PcapngWriter {
 public:
  enum class Direction : uint8_t { kUnknown = 0, kInbound = 1, kOutbound = 2 };  // Seen from the interface.

  struct Notes {
    absl::string_view comment{};  // UTF-8; at most 65535 bytes are kept. Empty: none.
    Direction direction = Direction::kUnknown;
  };

  // Creates or truncates `path`, which may be a symbolic link to a regular file. InvalidArgument for what is no regular
  // file.
  static absl::StatusOr<PcapngWriter> Create(const std::string& path);
  // Appends to *out instead of a file; *out must outlive the writer.
  static PcapngWriter ToMemory(std::string* out);
  PcapngWriter(PcapngWriter&&) = default;
  PcapngWriter& operator=(PcapngWriter&& other) noexcept;  // What this one had buffered is written first.
  // Writes what is buffered; call Flush() to learn whether that worked.
  ~PcapngWriter();

  // Announces an interface, at any time. Returns its number: 0, 1, 2, …
  uint32_t AddInterface(absl::string_view name);
  // Appends a frame. InvalidArgument for an interface that was not announced, a time before 1970, or a frame above
  // 262144 bytes, which readers refuse; otherwise any error of writing to the file, then and ever after.
  absl::Status Write(uint32_t interface, Instant time, absl::Span<const uint8_t> frame, const Notes& notes);
  absl::Status Write(uint32_t interface, Instant time, absl::Span<const uint8_t> frame) {
    return Write(interface, time, frame, Notes());
  }
  // Hands everything written so far to the operating system.
  absl::Status Flush();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  PcapngWriter() = default;
  void WriteSectionHeader();
  std::string& buffer() { return out_ ? *out_ : own_; }
  void FlushIfLarge();

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string* out_ = nullptr;
  std::string own_;
  uint32_t interfaces_ = 0;
  absl::Status status_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_PCAPNG_WRITER_H_
