#include "ovnlite/lab/lab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// The laboratory of two hypervisors.
void Build(Lab& lab) {
  lab.AddChassis("compute1", "192.168.56.11");
  lab.AddChassis("compute2", "192.168.56.12");
  lab.AddSwitch("LS1");
  lab.AddSwitch("LS2");
  lab.AddRouter("LR1");
  lab.Connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24");
  lab.Connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24");
  lab.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
  lab.AddHost("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1");
  ASSERT_TRUE(lab.status().ok()) << lab.status();
}

class LabTest : public testing::Test {
 protected:
  void SetUp() override { Build(lab_); }
  Lab lab_;
};

TEST_F(LabTest, TheFirstPingIsAnswered) {
  EXPECT_EQ(lab_.Ping("VM-A", "10.0.1.20").ToString(),
            "VM-A pings 10.0.1.20\n"
            "  10.0.1.20: seq 1, ttl 63, 0.2 ms\n"
            "1 sent, 1 answered\n");
  EXPECT_THAT(*lab_.Neighbors("VM-A"),
              ElementsAre(HostNeighbor{*IpAddress::Parse("10.0.0.1"), *MacAddress::Parse("00:00:00:00:ff:01")}));
}

TEST_F(LabTest, AThousandPingsAndNoneLost) {
  const PingResult there = lab_.Ping("VM-A", "VM-B", {.count = 1000, .interval = 10 * kMillisecond});
  EXPECT_EQ(there.received(), 1000);
  const PingResult back = lab_.Ping("VM-B", "VM-A", {.count = 100, .interval = 30 * kSecond});
  EXPECT_EQ(back.received(), 100) << "with everything that can expire expiring in between";
}

TEST_F(LabTest, PingsOfEverySizeAndByName) {
  for (const size_t size : {0, 1, 1300, 9000, 60'000}) {
    EXPECT_TRUE(lab_.Ping("VM-A", "VM-B", {.size = size}).answered()) << size;
  }
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-A").answered()) << "itself";
  EXPECT_TRUE(lab_.Ping("VM-A", "10.0.0.1").answered()) << "its gateway";
  EXPECT_TRUE(lab_.Ping("VM-A", "10.0.1.1").answered()) << "the router's other side";
  EXPECT_EQ(lab_.Ping("VM-A", "10.0.0.1").replies[0].ttl, 254) << "as OVN's router answers";
}

TEST_F(LabTest, WhoIsNotThereDoesNotAnswer) {
  const PingResult absent = lab_.Ping("VM-A", "10.0.1.99", {.count = 2});
  EXPECT_EQ(
      absent.ToString(),
      "VM-A pings 10.0.1.99\n"
      "  seq 1, no answer: nobody answered the ARP request for 10.0.1.99 that compute1 made of it: it reached LSP2, "
      "and nobody there has the address\n"
      "  seq 2, no answer: nobody answered the ARP request for 10.0.1.99 that compute1 made of it: it reached LSP2, "
      "and nobody there has the address\n"
      "2 sent, 0 answered\n");
  EXPECT_TRUE(absent.lost());
  const PingResult alone = lab_.Ping("VM-A", "10.0.0.77");
  EXPECT_TRUE(alone.lost());
  EXPECT_THAT(alone.reason(),
              HasSubstr("VM-A got no answer to its ARP request for 10.0.0.77, and sent nothing else: "));
}

TEST_F(LabTest, ALossSaysWhichRowDroppedThePacket) {
  const PingResult unrouted = lab_.Ping("VM-A", "172.16.0.1");
  EXPECT_TRUE(unrouted.lost());
  EXPECT_THAT(unrouted.reason(), HasSubstr("on compute1: dropped by the lack of a route (lr_in_ip_routing: "));
  Topology topology(lab_.nb());
  ASSERT_TRUE(topology.FindSwitch("LS2")->AddAcl("to-lport", 1000, "outport == \"LSP2\" && icmp4", "drop").ok());
  Uuid acl;
  for (const auto& [uuid, row] : lab_.nb().Rows<nb::ACL>()) acl = uuid;
  const PingResult filtered = lab_.Ping("VM-A", "VM-B");
  EXPECT_EQ(filtered.reason(),
            absl::StrCat("on compute2: dropped by ACL ", acl.ToString(),
                         " (to-lport 1000, outport == \"LSP2\" && icmp4, drop) (ls_out_acl: outport == \"LSP2\" && "
                         "icmp4, priority 2000)"));
  EXPECT_THAT(lab_.Ping("VM-B", "VM-A").reason(),
              StartsWith("VM-A answered; the answer: on compute2: dropped by ACL "));
  EXPECT_THAT(lab_.Trace("VM-A", "VM-B").value(), HasSubstr("dropped by ACL ")) << "the words are a trace's";
  EXPECT_THAT(lab_.Explain("VM-A", "VM-B")->ToJson(), HasSubstr("dropped by ACL "));
}

// Why an answer does not come may be the answerer's affair.
TEST_F(LabTest, ALossSaysWhoDidNotFindItsNeighbour) {
  LogicalSwitchPort port = *lab_.topology().FindSwitchPort("LSP2");
  ASSERT_TRUE(port.SetPortSecurity({"00:00:00:00:00:0b 10.0.1.99"}).ok());
  EXPECT_THAT(lab_.SendUdp("VM-A", "10.0.1.20", 7, "x").reason(), HasSubstr("port security of \"LSP2\""));
}

TEST_F(LabTest, WhatMeetsAMissingPartWasNotTried) {
  Topology topology(lab_.nb());
  ASSERT_TRUE(
      topology.FindSwitch("LS2")->AddAcl("to-lport", 1000, "outport == \"LSP2\" && icmp4", "allow-related").ok());
  const PingResult ping = lab_.Ping("VM-A", "VM-B");
  EXPECT_EQ(ping.outcome(), Outcome::kNotTried);
  EXPECT_EQ(ping.status.code(), StatusCode::kUnimplemented);
  EXPECT_THAT(ping.reason(), HasSubstr("it met connection tracking, which ovnlite does not have"));
  EXPECT_EQ(lab_.SendUdp("VM-A", "VM-B", 7, "x").outcome(), Outcome::kNotTried);
  EXPECT_THAT(lab_.Explain("VM-A", "VM-B")->ToText(), HasSubstr("it met connection tracking"));
}

// A test that expects a loss must not pass because a name is wrong.
TEST_F(LabTest, NobodyKnowsWhetherWhatWasNotTriedWasLost) {
  const PingResult misspelt = lab_.Ping("VM-X", "VM-B");
  EXPECT_EQ(misspelt.outcome(), Outcome::kNotTried);
  EXPECT_DEATH(misspelt.lost(), "not known, as it was not tried: there is no host \"VM-X\"");
  EXPECT_DEATH(misspelt.answered(), "not tried");
  EXPECT_DEATH(lab_.SendUdp("VM-X", "VM-B", 7, "").lost(), "not tried");
}

TEST_F(LabTest, TtlExceeded) {
  const PingResult ping = lab_.Ping("VM-A", "VM-B", {.ttl = 1});
  ASSERT_EQ(ping.replies.size(), 1u);
  EXPECT_TRUE(ping.lost());
  EXPECT_EQ(ping.replies[0].kind, PingReply::Kind::kError);
  EXPECT_EQ(ping.replies[0].ToString(), "10.0.0.1: seq 1, time exceeded");
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-B", {.ttl = 2}).answered());
}

TEST_F(LabTest, Udp) {
  const UdpResult echo = lab_.SendUdp("VM-A", "VM-B", 7, "hello");
  EXPECT_TRUE(echo.answered());
  EXPECT_EQ(echo.payload, "hello");
  EXPECT_EQ(echo.ToString(), "answer from 10.0.1.20: 5 bytes");
  const UdpResult refused = lab_.SendUdp("VM-A", "VM-B", 9, "hello");
  EXPECT_TRUE(refused.refused);
  EXPECT_EQ(refused.ToString(), "10.0.1.20: port unreachable");
  const UdpResult lost = lab_.SendUdp("VM-A", "10.0.1.99", 7, "hello");
  EXPECT_TRUE(lost.lost());
  EXPECT_THAT(lost.ToString(), StartsWith("no answer: nobody answered the ARP request for 10.0.1.99 "));
}

TEST_F(LabTest, WhatCannotBeginSaysWhy) {
  EXPECT_EQ(lab_.Ping("VM-C", "VM-B").status.message(), "there is no host \"VM-C\"");
  EXPECT_EQ(lab_.Ping("VM-A", "VM-B", {.size = 65'001}).status.message(),
            "size: 65001 bytes are more than the 65000 that can be sent");
  EXPECT_EQ(lab_.Ping("VM-A", "VM-C").status.message(), "\"VM-C\" is neither a host nor an address");
  EXPECT_EQ(lab_.Ping("VM-A", "fd00::1").status.code(), StatusCode::kNotFound) << "no IPv6 address";
  EXPECT_EQ(lab_.SendUdp("VM-C", "VM-B", 7, "").status.code(), StatusCode::kNotFound);
  EXPECT_EQ(lab_.Neighbors("VM-C").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(lab_.Explain("VM-C", "VM-B").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(lab_.Diagnose("compute3").status().message(), "there is no chassis \"compute3\"");
  EXPECT_EQ(lab_.host("VM-C"), nullptr);
}

TEST_F(LabTest, CheckFindsWhatMakesNoSense) {
  EXPECT_TRUE(lab_.Check().empty());
  ASSERT_TRUE(lab_.topology().FindSwitchPort("LSP1")->SetType("router").ok());
  ASSERT_FALSE(lab_.Check().empty());
  EXPECT_EQ(lab_.Check()[0].row, "LSP1");
}

TEST_F(LabTest, ErrorsOfBuilding) {
  const auto expect = [](const absl::Status& status, StatusCode code, absl::string_view message) {
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(status.message(), message);
  };
  expect(lab_.AddChassis("compute1", "192.168.56.13"), StatusCode::kAlreadyExists,
         "AddChassis compute1: a chassis with this name already exists");
  expect(lab_.AddChassis("compute3", "192.168.56.11"), StatusCode::kAlreadyExists,
         "AddChassis compute3: chassis compute1 has the address 192.168.56.11 already");
  EXPECT_EQ(lab_.AddChassis("compute3", "there").code(), StatusCode::kInvalidArgument);
  expect(lab_.AddSwitch("LS1"), StatusCode::kAlreadyExists,
         "AddSwitch LS1: LS1: a switch with this name already exists");
  expect(lab_.Connect("LR1", "LS3", "00:00:00:00:ff:03", "10.0.2.1/24"), StatusCode::kNotFound,
         "Connect LR1 LS3: LS3: switch name not found");
  expect(lab_.AddHost("VM-A", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", "10.0.0.11/24"),
         StatusCode::kAlreadyExists, "AddHost VM-A: a host with this name already exists");
  expect(lab_.AddHost("VM-C", "LS1", "LSP3", "compute9", "00:00:00:00:00:0c", "10.0.0.11/24"), StatusCode::kNotFound,
         "AddHost VM-C: there is no chassis \"compute9\"");
  expect(lab_.AddHost("VM-C", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", "10.0.0.10/24"),
         StatusCode::kAlreadyExists,
         "AddHost VM-C: Error on switch LS1: duplicate IPv4 address '10.0.0.10' found on logical switch port 'LSP1'");
  expect(lab_.AddHost("VM-C", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", "10.0.0.11/24", "10.0.1.1"),
         StatusCode::kInvalidArgument, "AddHost VM-C: gateways: 10.0.1.1 is in none of the host's subnets");
  EXPECT_FALSE(lab_.topology().FindSwitchPort("LSP3").ok()) << "nothing is left of what failed";
  EXPECT_FALSE(lab_.MoveHost("VM-C", "compute1").ok());
  EXPECT_FALSE(lab_.MoveHost("VM-A", "compute9").ok());
  EXPECT_EQ(lab_.status().message(), "AddChassis compute1: a chassis with this name already exists") << "the first";
  EXPECT_EQ(lab_.Ping("VM-C", "VM-B").status.message(), "there is no host \"VM-C\"")
      << "an error of building belongs to the call that made it";
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-B").answered()) << "what was built before works";
  EXPECT_TRUE(lab_.AddHost("VM-C", "LS1", "LSP3", "compute2", "00:00:00:00:00:0c", "10.0.0.11/24", "10.0.0.1").ok());
  EXPECT_TRUE(lab_.Ping("VM-C", "VM-A").answered());
}

TEST_F(LabTest, AddressesOfOneStation) {
  const auto refused = [](const absl::Status& status, absl::string_view argument, absl::string_view address) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::EndsWith(status.message(),
                               absl::StrCat(": ", argument, ": ", address, " is not the address of one station")))
        << status;
  };
  for (const char* const address : {"0.0.0.0", "224.0.0.1", "239.1.2.3", "255.255.255.255", "::", "ff02::1"}) {
    refused(lab_.AddChassis("compute3", address), "encap_ip", address);
    const std::string host = absl::StrCat(address, "/24");
    refused(lab_.AddHost("VM-C", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", host), "addresses", host);
    refused(lab_.AddHost("VM-C", "LS1", "LSP3", "compute1", "00:00:00:00:00:0c", "10.0.0.12/0", address), "gateways",
            address);
    refused(lab_.Connect("LR1", "LS1", "00:00:00:00:ff:03", absl::StrCat("10.0.7.1/24 ", host)), "networks", host);
  }
  for (const char* const mac : {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"}) {
    refused(lab_.AddHost("VM-C", "LS1", "LSP3", "compute1", mac, "10.0.0.12/24"), "mac", mac);
    refused(lab_.Connect("LR1", "LS1", mac, "10.0.7.1/24"), "mac", mac);
  }
  EXPECT_EQ(lab_.sb().RowCount<sb::Chassis>(), 2u);
  EXPECT_TRUE(lab_.AddChassis("compute3", "127.0.0.1").ok()) << "as where all chassis are on one machine";
  EXPECT_TRUE(lab_.AddChassis("compute4", "fe80::1").ok());
}

TEST_F(LabTest, ArgumentsThatMakeNoSense) {
  const auto host = [this](absl::string_view mac, absl::string_view addresses, absl::string_view gateways = "") {
    return std::string(lab_.AddHost("VM-C", "LS1", "LSP3", "compute1", mac, addresses, gateways).message());
  };
  const std::string mac = "00:00:00:00:00:0c";
  EXPECT_EQ(host("00:00:00:00:00:0a", "10.0.0.11/24"),
            "AddHost VM-C: mac: host VM-A on LS1 has 00:00:00:00:00:0a already");
  EXPECT_EQ(host("00:00:00:00:ff:01", "10.0.0.11/24"),
            "AddHost VM-C: mac: router LR1 on LS1 has 00:00:00:00:ff:01 already");
  EXPECT_EQ(host("ff:ff:ff:ff:ff:ff", "10.0.0.11/24"),
            "AddHost VM-C: mac: ff:ff:ff:ff:ff:ff is not the address of one station");
  EXPECT_EQ(host(mac, "10.0.0.1/24"), "AddHost VM-C: addresses: router LR1 on LS1 has 10.0.0.1 already");
  EXPECT_EQ(host(mac, "10.0.0.0/24"), "AddHost VM-C: addresses: 10.0.0.0/24 is the address of the network itself");
  EXPECT_EQ(host(mac, "10.0.0.255/24"),
            "AddHost VM-C: addresses: 10.0.0.255/24 is the broadcast address of its network");
  EXPECT_EQ(host(mac, "10.0.0.11"),
            "AddHost VM-C: addresses: 10.0.0.11 has no prefix length: it should be like 10.0.0.11/24");
  EXPECT_EQ(host(mac, "10.0.0.11/24", "10.0.0.1 10.0.0.2"),
            "AddHost VM-C: gateways: 10.0.0.2 is a second gateway of its family, beside 10.0.0.1");
  EXPECT_EQ(host(mac, "10.0.0.11/24", "10.0.0.11"), "AddHost VM-C: gateways: 10.0.0.11 is the host's own address");
  EXPECT_EQ(host(mac, "10.0.0.11/24", "10.0.1.1"), "AddHost VM-C: gateways: 10.0.1.1 is in none of the host's subnets");
  EXPECT_EQ(lab_.Connect("LR1", "LS1", "00:00:00:00:ff:09", "10.0.0.10/24").message(),
            "Connect LR1 LS1: networks: host VM-A on LS1 has 10.0.0.10 already");
  EXPECT_EQ(lab_.Connect("LR1", "LS1", "00:00:00:00:ff:09", "10.0.5.1").message(),
            "Connect LR1 LS1: networks: 10.0.5.1 has no prefix length: it should be like 10.0.5.1/24");
  // Two ends of a link of two addresses; an address whose port is gone is free.
  EXPECT_EQ(host(mac, "10.9.0.0/31"), "");
  ASSERT_TRUE(lab_.topology().FindSwitchPort("LSP1")->Delete().ok());
  EXPECT_TRUE(lab_.AddHost("VM-D", "LS1", "LSP4", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24").ok());
}

TEST_F(LabTest, RowsAsTheRestOfOvnWantsThem) {
  ASSERT_TRUE(lab_.Sync().ok());
  EXPECT_EQ(lab_.sb().RowCount<sb::Chassis>(), 2u);
  EXPECT_EQ(lab_.sb().RowCount<sb::Chassis_Private>(), 2u);
  for (const auto& [uuid, row] : lab_.sb().Rows<sb::Encap>()) EXPECT_EQ(row.type(), "geneve");
  int bound = 0;
  for (const auto& [uuid, row] : lab_.sb().Rows<sb::Port_Binding>()) bound += row.has_chassis() && row.up();
  EXPECT_EQ(bound, 2);
  int up = 0;
  for (const auto& [uuid, row] : lab_.nb().Rows<nb::Logical_Switch_Port>()) up += row.type().empty() && row.up();
  EXPECT_EQ(up, 2) << "northd tells the Northbound";
}

TEST_F(LabTest, EditsTakeEffectAtOnce) {
  ASSERT_TRUE(lab_.Ping("VM-A", "VM-B").answered());
  LogicalSwitchPort port = *lab_.topology().FindSwitchPort("LSP2");
  ASSERT_TRUE(port.SetEnabled(false).ok());
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-B").lost());
  ASSERT_TRUE(port.SetEnabled(true).ok());
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-B").answered());
  for (const char* chassis : {"compute1", "compute2", "compute1"}) {
    ASSERT_TRUE(lab_.MoveHost("VM-B", chassis).ok());
    EXPECT_TRUE(lab_.Ping("VM-A", "VM-B").answered()) << chassis;
    EXPECT_TRUE(lab_.Ping("VM-B", "VM-A").answered()) << chassis;
  }
  ASSERT_TRUE(port.Delete().ok());
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-B").lost());
  EXPECT_TRUE(lab_.Ping("VM-B", "VM-A").lost()) << "its port is gone";
}

TEST(LabOptionsTest, TheUnderlayLosesWhatItIsToldToLose) {
  Lab lossy({.seed = 7, .underlay_loss = 0.3});
  Build(lossy);
  const int received = lossy.Ping("VM-A", "VM-B", {.count = 200}).received();
  EXPECT_GT(received, 50) << "0.7 * 0.7 of 200 are 98";
  EXPECT_LT(received, 150);
  Lab narrow({.underlay_mtu = 1500});
  Build(narrow);
  // 14 Ethernet, 20 IP, 8 ICMP inside; 20 IP, 8 UDP, 8 Geneve and 8 of option outside.
  EXPECT_TRUE(narrow.Ping("VM-A", "VM-B", {.size = 1500 - 86}).answered());
  EXPECT_EQ(narrow.Ping("VM-A", "VM-B", {.size = 1500 - 85}).reason(),
            "lost on the underlay between compute1 and compute2");
  Lab slow({.underlay_delay = 10 * kMillisecond});
  Build(slow);
  EXPECT_EQ(slow.Ping("VM-A", "VM-B").replies[0].round_trip, 20 * kMillisecond);
}

// Everything a lab can be asked for, in one string.
std::string RunSomething(uint64_t seed) {
  Lab lab({.seed = seed, .underlay_loss = 0.2});
  Build(lab);
  std::string out = lab.Ping("VM-A", "VM-B", {.count = 20}).ToString();
  absl::StrAppend(&out, lab.SendUdp("VM-B", "VM-A", 7, "x").ToString(), lab.Explain("VM-B", "VM-A")->ToJson());
  absl::StrAppend(&out, DiagnosticsToText(*lab.Diagnose("compute1")), lab.Pcapng());
  return out;
}

TEST(LabOptionsTest, TheSeedDecidesEveryByte) {
  EXPECT_EQ(RunSomething(1), RunSomething(1));
  EXPECT_EQ(RunSomething(2), RunSomething(2));
  EXPECT_NE(RunSomething(1), RunSomething(2));
}

TEST_F(LabTest, TheCaptureIsReadable) {
  ASSERT_TRUE(lab_.Ping("VM-A", "VM-B").answered());
  const std::string path = absl::StrCat(testing::TempDir(), "/lab_test.pcapng");
  ASSERT_TRUE(lab_.WritePcapng(path).ok());
  absl::StatusOr<PcapReader> reader = PcapReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  // ARP and its answer at both ends; request and reply at VM-A, on the underlay, at VM-B.
  CapturedFrame frame;
  while (reader->Next(&frame)) continue;
  EXPECT_TRUE(reader->status().ok()) << reader->status();
  EXPECT_EQ(reader->count(), 10u);
  std::remove(path.c_str());
  EXPECT_FALSE(lab_.WritePcapng("/nonexistent/x.pcapng").ok());

  Lab limited({.capture_limit = 3});
  Build(limited);
  ASSERT_TRUE(limited.Ping("VM-A", "VM-B", {.count = 50}).answered());
  Lab none({.capture_limit = 0});
  Build(none);
  ASSERT_TRUE(none.Ping("VM-A", "VM-B", {.count = 50}).answered());
  EXPECT_LT(none.Pcapng().size(), limited.Pcapng().size());
  EXPECT_LT(limited.Pcapng().size(), lab_.Pcapng().size());
  EXPECT_EQ(none.Explain("VM-A", "VM-B")->journeys.size(), 2u) << "stories need no capture";
}

TEST(LabOptionsTest, BothFamilies) {
  Lab lab;
  lab.AddChassis("hv1", "2001:db8::1");
  lab.AddChassis("hv2", "2001:db8::2");
  lab.AddSwitch("a");
  lab.AddSwitch("b");
  lab.AddRouter("r");
  lab.Connect("r", "a", "00:00:00:00:01:01", "10.1.0.1/24 fd00:1::1/64");
  lab.Connect("r", "b", "00:00:00:00:01:02", "10.2.0.1/24 fd00:2::1/64");
  lab.AddHost("x", "a", "x", "hv1", "00:00:00:00:00:01", "fd00:1::11/64 10.1.0.11/24", "10.1.0.1 fd00:1::1");
  lab.AddHost("y", "a", "y", "hv2", "00:00:00:00:00:02", "fd00:1::12/64 10.1.0.12/24", "10.1.0.1 fd00:1::1");
  lab.AddHost("z", "b", "z", "hv2", "00:00:00:00:00:03", "fd00:2::10/64 10.2.0.10/24", "10.2.0.1 fd00:2::1");
  ASSERT_TRUE(lab.status().ok()) << lab.status();
  for (const char* from : {"x", "y", "z"}) {
    for (const char* to : {"x", "y", "z", "10.1.0.11", "10.1.0.12", "10.2.0.10", "fd00:1::1", "10.2.0.1"}) {
      const PingResult ping = lab.Ping(from, to);
      EXPECT_TRUE(ping.answered()) << ping.ToString();
    }
  }
  EXPECT_EQ(lab.Ping("x", "z", {.ttl = 1}).replies[0].ToString(), "fd00:1::1: seq 1, time exceeded");
  EXPECT_TRUE(lab.SendUdp("x", "z", 7, "six").answered());
}

TEST_F(LabTest, WhatAnAclDropsDoesNotArrive) {
  EXPECT_TRUE(lab_.Ping("VM-A", "VM-B").answered());
  Topology topology(lab_.nb());
  ASSERT_TRUE(topology.FindSwitch("LS2")->AddAcl("to-lport", 1000, "outport == \"LSP2\" && icmp4", "drop").ok());
  EXPECT_EQ(lab_.Ping("VM-A", "VM-B").received(), 0);
  EXPECT_TRUE(lab_.SendUdp("VM-A", "VM-B", 7, "not ICMP").answered());
}

TEST(LabOptionsTest, RefusesWhatItCannotPlay) {
  Lab lab;
  lab.AddChassis("compute1", "192.168.56.11");
  lab.AddSwitch("LS1");
  Transaction t = lab.nb().Begin();
  auto* acl = t.Insert<nb::ACL>(Uuid(1, 1));
  acl->set_direction("to-lport");
  acl->set_action("drop");
  acl->set_match("ip4");
  acl->set_log(true);
  const Uuid ls = lab.nb().Rows<nb::Logical_Switch>()[0].uuid;
  auto* member = t.Update<nb::Logical_Switch>(ls)->add_acls();
  member->set_high(1);
  member->set_low(1);
  ASSERT_TRUE(lab.nb().Commit(std::move(t)).ok());
  EXPECT_EQ(lab.Sync().message(),
            absl::StrCat("Sync: northd does not compile ACL ", Uuid(1, 1).ToString(), ", log, yet"))
      << lab.Sync();
}

}  // namespace
}  // namespace ovnlite
