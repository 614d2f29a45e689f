#include "ovnlite/packet/pcapng_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

// Types of blocks and options: sections 4.1 to 4.3 and 3.5 of the draft.
constexpr uint32_t kSectionHeaderBlock = 0x0a0d0d0a;
constexpr uint32_t kInterfaceBlock = 1;
constexpr uint32_t kEnhancedPacketBlock = 6;
constexpr uint16_t kOptionEnd = 0;
constexpr uint16_t kOptionComment = 1;
constexpr uint16_t kOptionPacketFlags = 2;
constexpr uint16_t kOptionInterfaceName = 2;
constexpr uint16_t kOptionApplication = 4;
constexpr uint16_t kOptionTimeResolution = 9;

constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr uint32_t kEthernet = 1;
constexpr size_t kMaxFrame = 262'144;
constexpr size_t kMaxOption = 65'535;
constexpr size_t kBuffer = 65'536;

void PutLittle(char* p, uint64_t v, size_t n) {
  for (size_t i = 0; i < n; ++i) p[i] = static_cast<char>(v >> 8 * i);
}

// Appends to a block and closes it: the total length stands at its beginning and at its end.
class Block {
 public:
  // `words` are what the block says before its data and options, 32 bits each.
  Block(std::string* out, uint32_t type, std::initializer_list<uint32_t> words) : out_(out), start_(out->size()) {
    char head[4 * 8];  // The longest has seven words.
    char* p = head;
    PutLittle(p, type, 4);
    PutLittle(p + 4, 0, 4);  // Set by Close().
    p += 8;
    for (const uint32_t word : words) {
      PutLittle(p, word, 4);
      p += 4;
    }
    out_->append(head, static_cast<size_t>(p - head));
  }
  // Padded to four bytes.
  void Bytes(absl::string_view bytes) {
    out_->append(bytes.data(), bytes.size());
    out_->append((4 - bytes.size() % 4) % 4, '\0');
  }
  void Option(uint16_t code, absl::string_view value) {
    char head[4];
    PutLittle(head, code, 2);
    PutLittle(head + 2, value.size(), 2);
    out_->append(head, sizeof head);
    Bytes(value);
    has_options_ = true;
  }
  void Close() {
    if (has_options_) Option(kOptionEnd, "");
    char total[4];
    PutLittle(total, out_->size() - start_ + 4, 4);
    out_->replace(start_ + 4, 4, total, 4);
    out_->append(total, 4);
  }

 private:
  std::string* out_;
  size_t start_;
  bool has_options_ = false;
};

// The text as an option may hold it: what is not UTF-8 becomes U+FFFD, and whole characters fit the length field.
std::string OptionText(absl::string_view text) {
  std::string result;
  result.reserve(std::min(text.size(), kMaxOption));
  while (!text.empty()) {
    const size_t n = CharacterLength(text);
    const absl::string_view character = n == 0 ? kReplacementCharacter : text.substr(0, n);
    if (result.size() + character.size() > kMaxOption) break;
    result.append(character.data(), character.size());
    text.remove_prefix(std::max<size_t>(n, 1));
  }
  return result;
}

}  // namespace

absl::StatusOr<PcapngWriter> PcapngWriter::Create(const std::string& path) {
  PcapngWriter writer;
  writer.path_ = path;
  OVNLITE_ASSIGN_OR_RETURN(std::FILE* const file, OpenStreamToWrite(path));
  writer.file_.reset(file);
  std::setvbuf(writer.file_.get(), nullptr, _IONBF, 0);  // We have a buffer.
  writer.own_.reserve(kBuffer + 4096);
  writer.WriteSectionHeader();
  return writer;
}

PcapngWriter PcapngWriter::ToMemory(std::string* out) {
  PcapngWriter writer;
  writer.out_ = out;
  writer.WriteSectionHeader();
  return writer;
}

PcapngWriter& PcapngWriter::operator=(PcapngWriter&& other) noexcept {
  Flush().IgnoreError();
  path_ = std::move(other.path_);
  file_ = std::move(other.file_);
  out_ = other.out_;
  own_ = std::move(other.own_);
  interfaces_ = other.interfaces_;
  status_ = std::move(other.status_);
  return *this;
}

PcapngWriter::~PcapngWriter() {
  if (file_ != nullptr) Flush().IgnoreError();
}

void PcapngWriter::WriteSectionHeader() {
  // Version 1.0; length of the section, 64 bits: not said.
  Block block(&buffer(), kSectionHeaderBlock, {kByteOrderMagic, 1, 0xffff'ffff, 0xffff'ffff});
  block.Option(kOptionApplication, "ovnlite");
  block.Close();
}

uint32_t PcapngWriter::AddInterface(absl::string_view name) {
  Block block(&buffer(), kInterfaceBlock, {kEthernet, 0});  // 0: frames are not cut.
  block.Option(kOptionInterfaceName, OptionText(name));
  block.Option(kOptionTimeResolution, "\x09");  // 10^-9 s.
  block.Close();
  FlushIfLarge();
  return interfaces_++;
}

absl::Status PcapngWriter::Write(uint32_t interface, Instant time, absl::Span<const uint8_t> frame,
                                 const Notes& notes) {
  if (interface >= interfaces_) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": interface ", interface, " was not announced; there are ", interfaces_));
  }
  if (time < 0) return absl::InvalidArgumentError(absl::StrCat(path_, ": time ", time, " ns is before 1970"));
  if (frame.size() > kMaxFrame) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": a frame of ", frame.size(), " bytes is above ", kMaxFrame));
  }
  const auto size = static_cast<uint32_t>(frame.size());  // In the file and on the wire.
  const auto instant = static_cast<uint64_t>(time);
  Block block(&buffer(), kEnhancedPacketBlock,
              {interface, static_cast<uint32_t>(instant >> 32), static_cast<uint32_t>(instant), size, size});
  block.Bytes(absl::string_view(reinterpret_cast<const char*>(frame.data()), frame.size()));
  if (!notes.comment.empty()) block.Option(kOptionComment, OptionText(notes.comment));
  if (notes.direction != Direction::kUnknown) {
    const char flags[4] = {static_cast<char>(notes.direction), 0, 0, 0};
    block.Option(kOptionPacketFlags, absl::string_view(flags, sizeof flags));
  }
  block.Close();
  FlushIfLarge();
  return status_;
}

void PcapngWriter::FlushIfLarge() {
  if (file_ != nullptr && own_.size() >= kBuffer) Flush().IgnoreError();  // Kept in status_.
}

absl::Status PcapngWriter::Flush() {
  if (file_ == nullptr || !status_.ok()) return status_;
  if (std::fwrite(own_.data(), 1, own_.size(), file_.get()) != own_.size()) {
    status_ = absl::UnknownError(absl::StrCat("cannot write ", path_, ": ", std::strerror(errno)));
  }
  own_.clear();
  return status_;
}

}  // namespace ovnlite
