// File: address_scan.h
// Addresses read from the front of a longer text, as OVN's daemons read the columns of their databases. ip.h and mac.h
// take the text forms of inet_pton(3) and nothing else; the scanner of Open vSwitch takes more, and what it takes
// counts, because it decides which flows there are:
//
//   - space before any number: " 02: 00:00:00:00:01", "10.0.0.1/ 24";
//   - signs, leading zeros and, in MAC addresses, "0x"; as many digits as there are, of which the low eight bits count:
//     "010.0.0.+1" is 10.0.0.1, "10.0.0.256" is 10.0.0.0, "10.0.0.-1" is 10.0.0.255;
//   - anything behind the address: it is the next thing to be read, or it is not.
//
//   absl::string_view text = "02:00:00:00:00:01 10.0.0.1/24, 10.0.0.2";
//   ScanMac(text);        // 02:00:00:00:00:01; text is now " 10.0.0.1/24, 10.0.0.2"
//   ScanIpPrefix(text);   // 10.0.0.1/24;       text is now ", 10.0.0.2"
//   ScanIpPrefix(text);   // nothing, and text stays as it is

#ifndef OVNLITE_BASE_ADDRESS_SCAN_H_
#define OVNLITE_BASE_ADDRESS_SCAN_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

// Each takes what it reads off the front of `text`; nothing where there is no such thing in front.

std::optional<MacAddress> ScanMac(absl::string_view& text);

// Four octets, without a mask.
std::optional<Ipv4Address> ScanIpv4(absl::string_view& text);

// An address with or without a length or mask ("10.0.0.1", "10.0.0.1/24", "10.0.0.1/255.255.255.0", "fd00::1/64",
// "fd00::1/ffff::"). Nothing when the length is out of range or the mask is not contiguous; but an IPv4 address for which
// that holds is passed over where an IPv6 address stands right behind it ("10.0.0.1/33 fd00::1" is fd00::1).
std::optional<IpPrefix> ScanIpPrefix(absl::string_view& text);

// Space (of the C locale), however much; also none.
void ScanSpace(absl::string_view& text);

// The same, where nothing may stand behind.
std::optional<MacAddress> ReadMac(absl::string_view text);
std::optional<IpPrefix> ReadIpPrefix(absl::string_view text);

}  // namespace ovnlite

#endif  // OVNLITE_BASE_ADDRESS_SCAN_H_
