// File: describe.h
// A frame as one line of text, in the manner of tcpdump: for the lab's output, for traces, and for failing tests.
//
//   00:00:00:00:00:0a > 00:00:00:00:ff:01, 10.0.0.10 > 10.0.1.20: ICMP echo request, id 7, seq 1, ttl 64, length 98
//
// A Geneve packet shows its tunnel and then the frame inside; an ICMP error what it is about. What cannot be read is
// said in the words of the codec that refused it.
//
// Total: any bytes have a text, of a few kilobytes at most. Cost: a microsecond or so; not for the fast path.

#ifndef OVNLITE_PACKET_DESCRIBE_H_
#define OVNLITE_PACKET_DESCRIBE_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"

namespace ovnlite {

// `frame` begins with an Ethernet header. "length" is the frame's own.
std::string Describe(absl::Span<const uint8_t> frame);

// `datagram` begins with an IPv4 or IPv6 header, which eth_type (0x0800, 0x86dd) says: the part between the MAC
// addresses and ", length" above.
std::string DescribeIp(uint16_t eth_type, absl::Span<const uint8_t> datagram);

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_DESCRIBE_H_
