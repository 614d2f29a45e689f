#include "ovnlite/lab/lab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

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

TEST(LabTest, TheFirstPingIsAnswered) {
  Lab lab;
  Build(lab);
  const PingResult ping = lab.Ping("VM-A", "10.0.1.20");
  EXPECT_EQ(ping.ToString(),
            "VM-A pings 10.0.1.20\n"
            "  10.0.1.20: seq 1, ttl 63, 0.2 ms\n"
            "1 sent, 1 answered\n");
}

}  // namespace
}  // namespace ovnlite
