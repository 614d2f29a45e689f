#include "lib/port/vnet_header.h"

#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {

bool CompleteChecksum(const VnetHeader& notes, absl::Span<uint8_t> frame) {
  const size_t start = notes.checksum_start;
  const size_t at = start + notes.checksum_offset;
  if (at + 2 > frame.size()) return false;
  const absl::Span<const uint8_t> covered = frame.subspan(start);
  if (notes.checksum_offset == SctpLayout::kChecksum) {  // The one protocol with a field there; it has a CRC.
    if (covered.size() < SctpLayout::kSize) return false;
    Store32(&frame[at], SctpChecksum(covered));
    return true;
  }
  const uint16_t checksum = Checksum(covered);
  Store16(&frame[at], notes.checksum_offset == UdpLayout::kChecksum ? UdpChecksumNonZero(checksum) : checksum);
  return true;
}

}  // namespace ovnlite
