// File: pcap_file.h
// Capture files through libpcap: reads classic pcap in both byte orders, with micro- or nanoseconds, and pcapng; writes
// classic pcap with nanoseconds. For captures too large to copy see mapped_capture.h; to write pcapng, pcapng_writer.h.
//
// A damaged file gives every packet before the damage, and then an error that says what is wrong and which packet it
// follows: the reader is a sequence with a status at its end, not an all-or-nothing load.
//
// Cost: libpcap's, 60-80 ns per packet.

#ifndef OVNLITE_PACKET_PCAP_FILE_H_
#define OVNLITE_PACKET_PCAP_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"

// libpcap's own types, so that its header stays out of this one.
struct pcap;
struct pcap_dumper;

namespace ovnlite {

// A packet of a capture. `bytes` lie in the reader's buffer: for PcapReader until the next call.
struct CapturedFrame {
  Instant time = 0;          // Nanoseconds since the Unix epoch.
  size_t original_size = 0;  // On the wire; more than bytes.size() where the capture cut the packet.
  absl::Span<const uint8_t> bytes{};
};

class PcapReader {
 public:
  // NotFound or PermissionDenied for a file that cannot be opened, InvalidArgument for what is not a regular file, no
  // capture, or not of Ethernet frames.
  static absl::StatusOr<PcapReader> Open(const std::string& path);
  // Reads a capture that is in memory; `bytes` must outlive the reader.
  static absl::StatusOr<PcapReader> FromBytes(absl::Span<const uint8_t> bytes);

  // The next packet. False at the end, and at damage, which status() tells apart.
  bool Next(CapturedFrame* frame);
  // Ok while packets come and after the last; DataLoss where the file is damaged. The message names the file and the
  // number of the packet before.
  const absl::Status& status() const { return status_; }
  // Packets given so far.
  uint64_t count() const { return count_; }

 private:
  struct Close {
    void operator()(pcap* p) const;
  };
  using Handle = std::unique_ptr<pcap, Close>;
  PcapReader(std::string name, Handle handle) : name_(std::move(name)), handle_(std::move(handle)) {}
  static absl::StatusOr<PcapReader> Check(std::string name, Handle handle);

  std::string name_;
  Handle handle_;
  absl::Status status_;
  uint64_t count_ = 0;
};

class PcapWriter {
 public:
  // Creates or truncates `path`, which may be a symbolic link to a regular file. InvalidArgument for what is no regular
  // file.
  static absl::StatusOr<PcapWriter> Create(const std::string& path);

  // Appends a frame, of which all is kept. InvalidArgument for a frame above 262144 bytes, which libpcap would not read
  // again, and for a time before 1970 or after 2106, which the file format cannot say.
  absl::Status Write(Instant time, absl::Span<const uint8_t> frame);
  // Hands everything written so far to the operating system.
  absl::Status Flush();

 private:
  struct CloseHandle {
    void operator()(pcap* p) const;
  };
  struct CloseDumper {
    void operator()(pcap_dumper* p) const;
  };
  PcapWriter(std::string path, std::unique_ptr<pcap, CloseHandle> handle,
             std::unique_ptr<pcap_dumper, CloseDumper> dumper)
      : path_(std::move(path)), handle_(std::move(handle)), dumper_(std::move(dumper)) {}

  std::string path_;
  std::unique_ptr<pcap, CloseHandle> handle_;
  std::unique_ptr<pcap_dumper, CloseDumper> dumper_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_PCAP_FILE_H_
