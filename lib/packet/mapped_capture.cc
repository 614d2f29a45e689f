#include "ovnlite/packet/mapped_capture.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/file.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// The first four bytes, as the machine that wrote the file reads them.
constexpr uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr uint32_t kNanoseconds = 0xa1b23c4d;
constexpr uint32_t kPcapng = 0x0a0d0d0a;  // The same in either byte order.
constexpr uint32_t kEthernet = 1;
constexpr uint32_t kLinkTypeBits = 0x03ff'ffff;  // The others say whether frames end with their checksum.

absl::Status CannotOpen(const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
}

}  // namespace

void MappedCapture::Unmap::operator()(const uint8_t* p) const { munmap(const_cast<uint8_t*>(p), size); }

absl::StatusOr<MappedCapture> MappedCapture::Open(const std::string& path) {
  OVNLITE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenToRead(path));
  struct stat info;
  if (fstat(file.get(), &info) != 0) return CannotOpen(path);
  if (info.st_size == 0) return absl::InvalidArgumentError(absl::StrCat(path, ": empty"));
  const auto size = static_cast<size_t>(info.st_size);
  void* const memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);  // It keeps the file.
  if (memory == MAP_FAILED) return CannotOpen(path);
  madvise(memory, size, MADV_SEQUENTIAL);  // Advice: its failure costs speed only.
  madvise(memory, size, MADV_WILLNEED);
  const auto* const bytes = static_cast<const uint8_t*>(memory);
  std::unique_ptr<const uint8_t, Unmap> mapping(bytes, Unmap{size});
  absl::StatusOr<MappedCapture> capture = FromBytes(absl::MakeConstSpan(bytes, size), path);
  if (capture.ok()) capture->mapping_ = std::move(mapping);
  return capture;
}

absl::StatusOr<MappedCapture> MappedCapture::FromBytes(absl::Span<const uint8_t> bytes, std::string name) {
  const auto bad = [&name](const auto&... reason) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", reason...));
  };
  if (bytes.empty()) return bad("empty");
  if (bytes.size() < kFileHeader) return bad("a capture begins with 24 bytes, this file has ", bytes.size());
  MappedCapture capture;
  const uint32_t magic = capture.Load(bytes.data());
  const uint32_t swapped = internal_bytes::ByteSwap(magic);
  if (magic == kPcapng) return bad("is a pcapng file, which cannot be mapped");
  capture.swapped_ = swapped == kMicroseconds || swapped == kNanoseconds;
  const uint32_t kind = capture.swapped_ ? swapped : magic;
  if (kind != kMicroseconds && kind != kNanoseconds) return bad(absl::StrFormat("unknown file format 0x%08x", magic));
  capture.unit_ = kind == kNanoseconds ? 1 : kMicrosecond;
  // Two 16-bit numbers, read as one in the file's order: which is first depends on that order.
  const uint32_t version = capture.Load(&bytes[4]);
  const bool is_2_4 = version == (2u << 16 | 4) || version == (4u << 16 | 2);
  if (!is_2_4) return bad(absl::StrFormat("version 0x%08x of the format is not 2.4", version));
  const uint32_t link = capture.Load(&bytes[20]) & kLinkTypeBits;
  if (link != kEthernet) return bad("packets are of link type ", link, ", not Ethernet");
  capture.name_ = std::move(name);
  capture.bytes_ = bytes;
  return capture;
}

void MappedCapture::Rewind() {
  at_ = kFileHeader;
  count_ = 0;
  status_ = absl::OkStatus();
}

bool MappedCapture::Stop(size_t left) {
  if (left == 0) return false;
  const std::string where = absl::StrCat(name_, ": after packet ", count_, ", at byte ", at_, ": ");
  if (left < kRecordHeader) {
    status_ = absl::DataLossError(absl::StrCat(where, "truncated record header, ", left, " of 16 bytes"));
    return false;
  }
  const size_t size = Load(bytes_.data() + at_ + 8);
  status_ = absl::DataLossError(
      size > kMaxFrame ? absl::StrCat(where, "record length ", size, " is above ", kMaxFrame)
                       : absl::StrCat(where, "truncated packet, ", left - kRecordHeader, " of ", size, " bytes"));
  return false;
}

}  // namespace ovnlite
