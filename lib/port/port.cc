#include "ovnlite/port/port.h"

#include "absl/strings/str_cat.h"

namespace ovnlite {

absl::string_view PortDropText(PortDrop reason) {
  switch (reason) {
    case PortDrop::kRxOverrun:
      return "receive overrun";
    case PortDrop::kRxTooLong:
      return "received frame too long";
    case PortDrop::kRxMalformed:
      return "received frame contradicts its offload notes";
    case PortDrop::kRxClosed:
      return "waiting when the port was closed";
    case PortDrop::kRxFault:
      return "receive fault injected";
    case PortDrop::kTxQueueFull:
      return "send queue full";
    case PortDrop::kTxTooShort:
      return "frame too short to send";
    case PortDrop::kTxTooLong:
      return "frame too long to send";
    case PortDrop::kTxLinkDown:
      return "link down";
    case PortDrop::kTxClosed:
      return "port closed";
    case PortDrop::kTxError:
      return "send error";
    case PortDrop::kTxFault:
      return "send fault injected";
  }
  return "";
}

namespace {

uint64_t Sum(const PortCounters& counters, PortDrop first, PortDrop last) {
  uint64_t sum = 0;
  for (auto i = static_cast<size_t>(first); i <= static_cast<size_t>(last); ++i) sum += counters.drops[i];
  return sum;
}

}  // namespace

uint64_t PortCounters::rx_dropped() const { return Sum(*this, PortDrop::kRxOverrun, PortDrop::kRxFault); }
uint64_t PortCounters::tx_dropped() const { return Sum(*this, PortDrop::kTxQueueFull, PortDrop::kTxFault); }

std::string PortCounters::ToString() const {
  std::string text = absl::StrCat("rx ", rx_packets, " packets ", rx_bytes, " bytes, tx ", tx_packets, " packets ",
                                  tx_bytes, " bytes");
  for (int i = 0; i < kPortDropCount; ++i) {
    if (drops[i] != 0) absl::StrAppend(&text, ", ", drops[i], " dropped: ", PortDropText(static_cast<PortDrop>(i)));
  }
  return text;
}

}  // namespace ovnlite
