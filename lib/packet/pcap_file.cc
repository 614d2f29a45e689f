#include "ovnlite/packet/pcap_file.h"

#include <pcap/pcap.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr size_t kMaxFrame = 262'144;  // libpcap's MAXIMUM_SNAPLEN.

}  // namespace

void PcapReader::Close::operator()(pcap* p) const { pcap_close(p); }
void PcapWriter::CloseHandle::operator()(pcap* p) const { pcap_close(p); }
void PcapWriter::CloseDumper::operator()(pcap_dumper* p) const { pcap_dump_close(p); }

absl::StatusOr<PcapReader> PcapReader::Check(std::string name, Handle handle) {
  if (const int link = pcap_datalink(handle.get()); link != DLT_EN10MB) {
    const char* const known = pcap_datalink_val_to_description(link);
    return absl::InvalidArgumentError(absl::StrCat(name, ": packets are of link type ", link,
                                                   known ? absl::StrCat(" (", known, ")") : "", ", not Ethernet"));
  }
  return PcapReader(std::move(name), std::move(handle));
}

absl::StatusOr<PcapReader> PcapReader::Open(const std::string& path) {
  OVNLITE_ASSIGN_OR_RETURN(std::FILE* const file, OpenStreamToRead(path));
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t* const handle = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
  if (handle == nullptr) {
    std::fclose(file);
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", error));
  }
  return Check(path, Handle(handle));  // Owns the file too.
}

absl::StatusOr<PcapReader> PcapReader::FromBytes(absl::Span<const uint8_t> bytes) {
  const std::string name = "capture in memory";
  if (bytes.empty()) return absl::InvalidArgumentError(absl::StrCat(name, ": empty"));
  // fmemopen(3) only reads in mode "r".
  std::FILE* const file = fmemopen(const_cast<uint8_t*>(bytes.data()), bytes.size(), "r");
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", name));
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t* const handle = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
  if (handle == nullptr) {
    std::fclose(file);
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", error));
  }
  return Check(name, Handle(handle));
}

bool PcapReader::Next(CapturedFrame* frame) {
  if (!status_.ok()) return false;
  pcap_pkthdr* header;
  const u_char* data;
  const int result = pcap_next_ex(handle_.get(), &header, &data);
  if (result == PCAP_ERROR_BREAK) return false;  // The end.
  if (result != 1) {
    status_ = absl::DataLossError(absl::StrCat(name_, ": after packet ", count_, ": ", pcap_geterr(handle_.get())));
    return false;
  }
  ++count_;
  // With nanosecond precision, tv_usec holds nanoseconds. libpcap reads the 32-bit seconds of a classic file as signed;
  // they are not (2038 is no end). A damaged file may say anything here, hence the arithmetic that cannot overflow.
  const auto seconds = static_cast<uint64_t>(header->ts.tv_sec) + (header->ts.tv_sec < 0 ? uint64_t{1} << 32 : 0);
  frame->time = static_cast<Instant>(seconds * kSecond + static_cast<uint64_t>(header->ts.tv_usec));
  frame->original_size = header->len;
  frame->bytes = absl::MakeConstSpan(data, header->caplen);
  return true;
}

absl::StatusOr<PcapWriter> PcapWriter::Create(const std::string& path) {
  std::unique_ptr<pcap, CloseHandle> handle(
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kMaxFrame, PCAP_TSTAMP_PRECISION_NANO));
  if (handle == nullptr) return absl::ResourceExhaustedError("libpcap: out of memory");
  OVNLITE_ASSIGN_OR_RETURN(std::FILE* const file, OpenStreamToWrite(path));
  std::unique_ptr<pcap_dumper, CloseDumper> dumper(pcap_dump_fopen(handle.get(), file));
  if (dumper == nullptr) {
    std::fclose(file);
    return absl::UnknownError(absl::StrCat(path, ": ", pcap_geterr(handle.get())));
  }
  return PcapWriter(path, std::move(handle), std::move(dumper));
}

absl::Status PcapWriter::Write(Instant time, absl::Span<const uint8_t> frame) {
  if (frame.size() > kMaxFrame) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": a frame of ", frame.size(), " bytes is above ", kMaxFrame));
  }
  if (time < 0 || time / kSecond > 0xffff'ffff) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": time ", time, " ns is not between 1970 and 2106"));
  }
  pcap_pkthdr header{};
  header.ts.tv_sec = time / kSecond;
  header.ts.tv_usec = time % kSecond;
  header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
  pcap_dump(reinterpret_cast<u_char*>(dumper_.get()), &header, frame.data());
  if (std::ferror(pcap_dump_file(dumper_.get()))) {
    return absl::UnknownError(absl::StrCat("cannot write ", path_, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

absl::Status PcapWriter::Flush() {
  if (pcap_dump_flush(dumper_.get()) != 0) {
    return absl::UnknownError(absl::StrCat("cannot write ", path_, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace ovnlite
