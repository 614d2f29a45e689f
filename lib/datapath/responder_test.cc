// The responders against what a real ovn-controller 23.03 answered (testdata/responder*.txt), the rules behind these
// answers one by one, and the laws that hold for any packet.
#include "ovnlite/datapath/responder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/datapath/responder_testutil.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/tcp.h"

namespace ovnlite {
namespace {

absl::StatusOr<Packet> Reply(uint32_t code, absl::Span<const uint8_t> frame) {
  ControllerOp op;
  op.opcode = code;
  return BuildReply(op, Packet(frame));
}

// The answer in hex, or the reason why there is none.
std::string Answer(uint32_t code, absl::string_view hex) {
  const absl::StatusOr<Packet> reply = Reply(code, FromHex(hex));
  return reply.ok() ? ToHex(reply->bytes()) : std::string(reply.status().message());
}

// -- Recordings -------------------------------------------------------------------------------------------------------

struct Recorded {
  uint32_t opcode = 0;
  std::string argument;
  Bytes frame;
  std::string answer;  // In hex; "-" for none.
};

std::vector<Recorded> ReadRecording(const std::string& name) {
  std::ifstream file(absl::StrCat("lib/datapath/testdata/", name));
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<Recorded> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    const std::vector<std::string> action = absl::StrSplit(words[0], ':');
    Recorded r;
    if (words.size() != 3 || !absl::SimpleAtoi(action[0], &r.opcode)) {
      ADD_FAILURE() << name << ": " << line;
      break;
    }
    if (action.size() > 1) r.argument = absl::HexStringToBytes(action[1]);
    r.frame = FromHex(words[1]);
    r.answer = words[2];
    all.push_back(std::move(r));
  }
  return all;
}

class Recording : public testing::TestWithParam<const char*> {};

TEST_P(Recording, AnswersAreOvnControllersByteForByte) {
  const std::vector<Recorded> recording = ReadRecording(GetParam());
  EXPECT_GT(recording.size(), 100u);
  std::map<uint32_t, int> answered;
  for (const Recorded& r : recording) {
    if (!r.argument.empty()) continue;
    const absl::StatusOr<Packet> reply = Reply(r.opcode, r.frame);
    const std::string got = reply.ok() ? ToHex(reply->bytes()) : "-";
    EXPECT_EQ(got, r.answer) << "opcode " << r.opcode << " on " << ToHex(r.frame) << "\n" << reply.status();
    if (reply.ok()) {
      ++answered[r.opcode];
    } else {
      EXPECT_TRUE(absl::IsInvalidArgument(reply.status())) << reply.status();
    }
    if (HasFailure()) break;
  }
  for (const uint32_t code : kReplyOpcodes) EXPECT_GT(answered[code], 0) << "opcode " << code << " was never answered";
}

INSTANTIATE_TEST_SUITE_P(Files, Recording, testing::Values("responder.txt", "responder_hypervisors.txt"));

absl::Status PutMtu(const ControllerOp& op, Packet& packet) {
  FlowKey key;
  return AnswerInPlace(op, packet, key);
}

TEST(FragMtu, DoesWhatOvnControllerDoes) {
  int changed = 0, unchanged = 0;
  for (const Recorded& r : ReadRecording("responder.txt")) {
    if (r.argument.empty()) continue;
    ControllerOp op;
    op.opcode = r.opcode;
    op.payload = r.argument;
    Packet packet(r.frame);
    const bool ok = PutMtu(op, packet).ok();
    // ovn-controller computes the checksums of these two kinds wrong: that of an IPv4 header as if it had no options,
    // that of ICMPv6 behind extension headers over too much. No ICMP error of its own has either.
    if (ok && (r.frame[14] == 0x46 || (r.frame[12] == 0x86 && r.frame[20] != 58))) continue;
    EXPECT_EQ(ToHex(packet.bytes()), r.answer) << "opcode " << r.opcode << " on " << ToHex(r.frame);
    EXPECT_TRUE(ok || ToHex(r.frame) == r.answer) << ToHex(r.frame);
    ++(ok ? changed : unchanged);
  }
  EXPECT_GT(changed, 50);
  EXPECT_GT(unchanged, 50);
}

TEST(FragMtu, ReachesTheOuterPacketOnly) {
  const std::string error =
      "00000000ff01 00000000000a 0800 4500003d 0000 4000 ff01 66a2 0a00000a 0a000114 0301 123b 00000000"
      "452e0021004d00000511a0340a00000a0a00011413880035000d932768656c6c6f";
  Packet packet(FromHex(error));
  ControllerOp op;
  op.opcode = opcode::kPutIcmp4FragMtu;
  op.payload = "\x05\x78";
  ASSERT_TRUE(PutMtu(op, packet).ok());
  EXPECT_EQ(ToHex(packet.bytes()),
            "00000000ff0100000000000a08004500003d00004000ff0166a20a00000a0a00011403010cc300000578"
            "452e0021004d00000511a0340a00000a0a00011413880035000d932768656c6c6f");
  op.payload = "\x05";
  EXPECT_TRUE(absl::IsInvalidArgument(PutMtu(op, packet)));
  op.opcode = opcode::kArp;
  EXPECT_TRUE(absl::IsInvalidArgument(PutMtu(op, packet)));
}

// -- One rule at a time, with the bytes ovn-controller sent -----------------------------------------------------------

// 10.0.0.10 > 10.0.1.20, UDP 5000 > 53 "hello", TTL 5, tos 0x2e, id 77; and the same in VLAN 7 with priority 3.
constexpr char kUdpDatagram[] = "452e0021004d00000511a0340a00000a0a00011413880035000d932768656c6c6f";
const std::string kUdp = absl::StrCat("00000000ff0100000000000a0800", kUdpDatagram);
const std::string kTaggedUdp = absl::StrCat("00000000ff0100000000000a810060070800", kUdpDatagram);
// SYN 4000 > 80, sequence 1000, with ten bytes of data.
constexpr char kSyn[] =
    "00000000ff0100000000000a0800452e0032004d00000506a02e0a00000a0a0001140fa00050000003e800001388500200096e480000"
    "30313233343536373839";

TEST(Responder, ArpAsksInTheNameOfTheSource) {
  EXPECT_EQ(Answer(opcode::kArp, kUdp),
            "00000000ff0100000000000a0806000108000604000100000000000a0a00000a0000000000000a000114");
  EXPECT_EQ(Answer(opcode::kArp, kTaggedUdp),
            "00000000ff0100000000000a810060070806000108000604000100000000000a0a00000a0000000000000a000114");
}

TEST(Responder, IcmpQuotesTheDatagramAndKeepsTheTag) {
  // Tos, id and TTL are fresh; UDP gets port unreachable.
  const std::string answer = absl::StrCat("4500003d00004000ff0166a20a00000a0a0001140303123900000000", kUdpDatagram);
  EXPECT_EQ(Answer(opcode::kIcmp, kUdp), absl::StrCat("00000000ff0100000000000a0800", answer));
  EXPECT_EQ(Answer(opcode::kIcmp, kTaggedUdp), absl::StrCat("00000000ff0100000000000a810060070800", answer));
  // Padding behind the datagram is not quoted.
  EXPECT_EQ(Answer(opcode::kIcmp, absl::StrCat(kUdp, "7070707070")), Answer(opcode::kIcmp, kUdp));
}

TEST(Responder, IcmpErrorDoesNotLookAtTheProtocol) {
  EXPECT_EQ(Answer(opcode::kIcmp4Error, kUdp),
            absl::StrCat("00000000ff0100000000000a08004500003d00004000ff0166a20a00000a0a0001140301123b00000000",
                         kUdpDatagram));
  EXPECT_EQ(Answer(opcode::kIcmp6Error, kUdp), Answer(opcode::kIcmp4Error, kUdp));
}

TEST(Responder, RejectTurnsTheAnswerRound) {
  EXPECT_EQ(Answer(opcode::kReject, kUdp),
            absl::StrCat("00000000000a00000000ff0108004500003d00004000ff0166a20a0001140a00000a0303123900000000",
                         kUdpDatagram));
  EXPECT_EQ(Answer(opcode::kReject, kSyn),
            "00000000000a00000000ff01080045000028000040003f0626b30a0001140a00000a"
            "00500fa000000000000003e95014000086da0000");
}

TEST(Responder, TcpResetAcknowledgesOneByteWhateverCame) {
  const std::string reset =
      "00000000ff0100000000000a080045000028000040003f0626b30a00000a0a000114"
      "00500fa000000000000003e95014000086da0000";
  EXPECT_EQ(Answer(opcode::kTcpReset, kSyn), reset);
  Bytes ack = FromHex(kSyn);
  ack[47] = kTcpAck;
  EXPECT_EQ(Answer(opcode::kTcpReset, ToHex(ack)), reset);
  // Even a reset, which reject{} leaves alone.
  ack[47] = kTcpRst;
  EXPECT_EQ(Answer(opcode::kTcpReset, ToHex(ack)), reset);
  EXPECT_EQ(Answer(opcode::kReject, ToHex(ack)), "reject: a TCP reset is not answered");
}

// 10.0.0.10 > 10.0.1.20, SCTP 4000 > 80 with one chunk.
std::string Sctp(absl::string_view tag, absl::string_view chunk) {
  const size_t size = 20 + 12 + chunk.size() / 2;
  return absl::StrCat("00000000ff0100000000000a0800452e", absl::Hex(size, absl::kZeroPad4),
                      "004d0000058400000a00000a0a0001140fa00050", tag, "00000000", chunk);
}

TEST(Responder, SctpAbortTakesTheTagOfAnInitThatHasNone) {
  constexpr char kHeaders[] = "00000000ff0100000000000a080045000024000040003f8426390a00000a0a00011400500fa0";
  const std::string init = "0103001400000005000000000000000000000000";
  EXPECT_EQ(Answer(opcode::kSctpAbort, Sctp("00000000", init)), absl::StrCat(kHeaders, "000000058c48a38406000004"));
  // Everything else reflects the packet's own tag, and says so in the T flag.
  EXPECT_EQ(Answer(opcode::kSctpAbort, Sctp("00000007", init)), absl::StrCat(kHeaders, "00000007930073cc06010004"));
  EXPECT_EQ(Answer(opcode::kSctpAbort, Sctp("00000007", "0a000004")),
            absl::StrCat(kHeaders, "00000007930073cc06010004"));
  EXPECT_EQ(Answer(opcode::kSctpAbort, Sctp("00000007", "06000004")), "sctp_abort: an ABORT is not answered");
  EXPECT_EQ(Answer(opcode::kSctpAbort, Sctp("00000007", "01000014")), "sctp_abort: INIT is cut short");
}

TEST(Responder, RejectLeavesUnreachableAloneAndNothingElseOfIcmp) {
  std::string error = absl::StrCat("00000000ff0100000000000a0800", "4500001c00000000400100000a00000a0a000114");
  EXPECT_EQ(Answer(opcode::kReject, absl::StrCat(error, "0303000000000000")), "reject: an ICMP error is not answered");
  for (const char* type : {"00", "04", "05", "08", "0b", "0c"}) {
    EXPECT_TRUE(Reply(opcode::kReject, FromHex(absl::StrCat(error, type, "00000000000000"))).ok()) << type;
  }
  // icmp4{} answers it.
  EXPECT_TRUE(Reply(opcode::kIcmp, FromHex(absl::StrCat(error, "0303000000000000"))).ok());
}

TEST(Responder, AdvertisementsAnswerFromTheTarget) {
  // From fd00::10, and from ::, which changes nothing but where the answer goes.
  constexpr char kFrom[] =
      "3333ff000001 00000000000a 86dd 6000000000183aff fd000000000000000000000000000010"
      "ff0200000000000000000001ff000001 8700809400000000 fd000000000000000000000000000001";
  constexpr char kFromNobody[] =
      "3333ff000001 00000000000a 86dd 6000000000183aff 00000000000000000000000000000000"
      "ff0200000000000000000001ff000001 87007da500000000 fd000000000000000000000000000001";
  EXPECT_EQ(
      Answer(opcode::kNdNa, kFrom),
      "00000000000a3333ff00000186dd6000000000203afffd000000000000000000000000000001fd000000000000000000000000000010"
      "8800ec5960000000fd00000000000000000000000000000102013333ff000001");
  EXPECT_EQ(
      Answer(opcode::kNdNaRouter, kFrom),
      "00000000000a3333ff00000186dd6000000000203afffd000000000000000000000000000001fd000000000000000000000000000010"
      "88006c59e0000000fd00000000000000000000000000000102013333ff000001");
  EXPECT_EQ(
      Answer(opcode::kNdNaRouter, kFromNobody),
      "00000000000a3333ff00000186dd6000000000203afffd00000000000000000000000000000100000000000000000000000000000000"
      "8800696ae0000000fd00000000000000000000000000000102013333ff000001");
}

TEST(Responder, SolicitationsComeFromTheLinkLocalAddressOfTheSource) {
  constexpr char kUdp6[] =
      "00000000ff01 00000000000a 86dd 62e1234500081105 fd000000000000000000000000000010"
      "fd010000000000000000000000000020 138800350008f1ee";
  EXPECT_EQ(Answer(opcode::kNdNs, kUdp6),
            "3333ff00002000000000000a86dd6000000000203afffe80000000000000020000fffe00000a"
            "ff0200000000000000000001ff00002087007cc800000000fd010000000000000000000000000020010100000000000a");
  EXPECT_EQ(Answer(opcode::kIcmp6Error, kUdp6).substr(108, 4), "0101");
  EXPECT_EQ(Answer(opcode::kIcmp, kUdp6).substr(108, 4), "0104");
}

TEST(Responder, AnswersOfOneFamilyAreNotForTheOther) {
  EXPECT_EQ(Answer(opcode::kArp, "00000000ff0100000000000a86dd"), "arp: the packet is not IPv4");
  EXPECT_EQ(Answer(opcode::kNdNs, kUdp), "nd_ns: the packet is not IPv6");
  EXPECT_EQ(Answer(opcode::kNdNa, kUdp), "nd_na: the packet is not a neighbor solicitation");
  EXPECT_EQ(Answer(opcode::kTcpReset, kUdp), "tcp_reset: the packet is not TCP");
  EXPECT_EQ(Answer(opcode::kSctpAbort, kUdp), "sctp_abort: the packet is not SCTP");
  EXPECT_EQ(Answer(opcode::kIcmp, "00000000ff0100000000000a0806"), "icmp: the packet is not IP");
  EXPECT_EQ(Answer(opcode::kIcmp, ""), "icmp: the packet is not IP");
}

TEST(Responder, NothingIsQuotedThatIsNotThere) {
  // ovn-controller would go on reading behind these packets.
  EXPECT_EQ(Answer(opcode::kIcmp, kUdp.substr(0, kUdp.size() - 2)), "icmp: the packet is cut short");
  EXPECT_EQ(Answer(opcode::kIcmp, kUdp.substr(0, 60)), "icmp: the IP header is cut off, or its length too small");
  const std::string syn = kSyn;
  EXPECT_EQ(Answer(opcode::kReject, syn.substr(0, 40)), "icmp: the IP header is cut off, or its length too small");
}

// A frame with a datagram of `size` bytes, protocol 253.
Bytes FrameOf(bool v6, bool tag, size_t size) {
  constexpr uint8_t kExperimental = 253;
  const size_t l2 = tag ? 18 : 14;
  Bytes frame(l2 + size, 0x5a);
  EthernetHeader{MacAddress(0xff01), MacAddress(10), tag ? kEthTypeVlan : kEthTypeIpv4}.Emit(frame.data());
  if (tag) Store16(&frame[14], 7);
  Store16(&frame[l2 - 2], v6 ? kEthTypeIpv6 : kEthTypeIpv4);
  if (v6) {
    const auto payload = static_cast<uint16_t>(size - Ipv6Layout::kSize);
    Ipv6Header{0, 0, payload, kExperimental, 64, Ipv6Address(1, 2), Ipv6Address(3, 4)}.Emit(&frame[l2]);
  } else {
    Ipv4Header ip;
    ip.total_length = static_cast<uint16_t>(size);
    ip.protocol = kExperimental;
    ip.EmitWithChecksum(&frame[l2]);
  }
  return frame;
}

TEST(Responder, FramesGrowTo576And1280BytesAndATag) {
  for (const bool v6 : {false, true}) {
    for (const bool tag : {false, true}) {
      const size_t limit = v6 ? 1280 : 576, headers = v6 ? 14 + 40 + 8 : 14 + 20 + 8;
      for (size_t size = limit - headers - 3; size < limit - headers + 4; ++size) {
        const absl::StatusOr<Packet> reply = Reply(opcode::kIcmp, FrameOf(v6, tag, size));
        ASSERT_TRUE(reply.ok()) << reply.status();
        EXPECT_EQ(reply->size(), std::min(size + headers, limit) + (tag ? 4 : 0));
        EXPECT_EQ(ReplyFault(*reply), "");
      }
    }
  }
}

TEST(Responder, OtherOpcodesAreNotAnswered) {
  for (uint32_t code = 0; code < 40; ++code) {
    const bool known = std::count(std::begin(kReplyOpcodes), std::end(kReplyOpcodes), code) > 0;
    EXPECT_EQ(OpcodeInfo(code).kind == ControllerOpcode::Kind::kReply, known) << code;
    EXPECT_TRUE(known || absl::IsInvalidArgument(Reply(code, FromHex(kUdp)).status())) << code;
  }
}

TEST(Responder, AnswersComeFromNowhereButNow) {
  Packet packet(FromHex(kUdp));
  packet.in_port = 7;
  packet.tunnel = 0x0000'0005'0001'0002;
  packet.time = 99;
  ControllerOp op;
  op.opcode = opcode::kIcmp;
  const absl::StatusOr<Packet> reply = BuildReply(op, packet);
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->in_port, 0u);
  EXPECT_EQ(reply->tunnel, 0u);
  EXPECT_EQ(reply->time, 99);
}

// -- Learning ---------------------------------------------------------------------------------------------------------

FlowKey LearningKey() {
  FlowKey key;
  key.Set(field::kMetadata, 2);
  key.Set(field::kLogicalInPort, 3);
  key.Set(field::kLogicalOutPort, 4);
  key.Set(field::kEthSrc, 0x0a0b0c0d0e0f);
  key.Set(field::kArpSha, 0x112233445566);
  return key;
}

std::optional<LearnedNeighbor> Learn(uint32_t code, const FlowKey& key) {
  ControllerOp op;
  op.opcode = code;
  return ReadLearned(op, key);
}

TEST(ReadLearned, TakesTheAddressOfTheRegistersAndTheSource) {
  FlowKey key = LearningKey();
  key.Set(XxregField(0), MakeU128(0x0a00'0005'0000'0001, 0x0000'0002'0000'0003));
  const std::optional<LearnedNeighbor> arp = Learn(opcode::kPutArp, key);
  ASSERT_TRUE(arp.has_value());
  EXPECT_EQ(arp->datapath, 2u);
  EXPECT_EQ(arp->port, 3u);
  EXPECT_EQ(arp->ip.ToString(), "10.0.0.5");
  EXPECT_EQ(arp->mac.ToString(), "0a:0b:0c:0d:0e:0f");
  EXPECT_FALSE(arp->is_fdb);
  const std::optional<LearnedNeighbor> nd = Learn(opcode::kPutNd, key);
  ASSERT_TRUE(nd.has_value());
  EXPECT_EQ(nd->ip.ToString(), "a00:5:0:1:0:2:0:3");
  EXPECT_EQ(nd->mac, arp->mac);
  const std::optional<LearnedNeighbor> fdb = Learn(opcode::kPutFdb, key);
  ASSERT_TRUE(fdb.has_value());
  EXPECT_TRUE(fdb->is_fdb);
  EXPECT_EQ(fdb->ip, IpAddress());
  EXPECT_EQ(fdb->port, 3u);
  EXPECT_EQ(fdb->mac, arp->mac);
}

// As ovn-controller wrote them into MAC_Binding.
TEST(ReadLearned, LearnsAnyAddress) {
  FlowKey key = LearningKey();
  EXPECT_EQ(Learn(opcode::kPutArp, key)->ip.ToString(), "0.0.0.0");
  EXPECT_EQ(Learn(opcode::kPutNd, key)->ip.ToString(), "::");
  key.set_reg(0, 0xe0000001);
  EXPECT_EQ(Learn(opcode::kPutArp, key)->ip.ToString(), "224.0.0.1");
  key.Set(XxregField(0), Ipv6Address::Parse("::ffff:10.0.0.1")->bits());
  EXPECT_EQ(Learn(opcode::kPutNd, key)->ip.ToString(), "10.0.0.1");
}

TEST(ReadLearned, KnowsNoOtherOpcode) {
  for (uint32_t code = 0; code < 40; ++code) {
    const bool known = code == opcode::kPutArp || code == opcode::kPutNd || code == opcode::kPutFdb;
    EXPECT_EQ(Learn(code, LearningKey()).has_value(), known) << code;
  }
}

// -- Laws -------------------------------------------------------------------------------------------------------------

// Any packet gives a valid answer or a reason; mutations of real packets, so that many are answered.
class AnyPacket : public testing::TestWithParam<uint64_t> {};

TEST_P(AnyPacket, GivesAValidAnswerOrAReason) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  Random random(GetParam());
  const std::vector<Recorded> recording = ReadRecording("responder.txt");
  ASSERT_FALSE(recording.empty());
  int answered = 0;
  for (int i = 0; i < 3000 && !HasFailure(); ++i) {
    const Bytes& real = recording[random.Below(recording.size())].frame;
    Bytes frame = Prefix(real, random.OneIn(8) ? random.Below(real.size() + 1) : real.size());
    for (uint64_t n = random.Below(4); n > 0 && !frame.empty(); --n) {
      frame[random.Below(std::min<size_t>(frame.size(), 100))] = static_cast<uint8_t>(random.Next());
    }
    for (const uint32_t code : kReplyOpcodes) {
      const absl::StatusOr<Packet> reply = Reply(code, frame);
      if (reply.ok()) {
        ++answered;
        EXPECT_EQ(ReplyFault(*reply), "") << "opcode " << code << " on " << ToHex(frame);
        EXPECT_LE(reply->size(), frame.size() + 100) << "opcode " << code << " on " << ToHex(frame);
      } else {
        EXPECT_TRUE(absl::IsInvalidArgument(reply.status())) << reply.status();
        EXPECT_FALSE(reply.status().message().empty());
      }
    }
  }
  EXPECT_GT(answered, 3000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyPacket, testing::Range<uint64_t>(1, 5));

// An error about an error about … does not grow without end, and each quotes the one before.
TEST(Responder, ErrorsOfErrorsStayBounded) {
  Packet packet(FromHex(kUdp));
  for (int i = 0; i < 100; ++i) {
    absl::StatusOr<Packet> next = Reply(opcode::kIcmp, packet.bytes());
    ASSERT_TRUE(next.ok());
    ASSERT_LE(next->size(), 576u);
    const absl::Span<const uint8_t> quote = next->bytes().subspan(14 + 20 + 8);
    ASSERT_EQ(ToHex(quote), ToHex(packet.bytes().subspan(14, quote.size())));
    packet = *std::move(next);
  }
}

}  // namespace
}  // namespace ovnlite
