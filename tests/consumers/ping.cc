// What a program that has only just met ovnlite does: two hypervisors, a router between two switches, a ping across.
#include <iostream>

#include "ovnlite/ovnlite.h"

int main() {
  ovnlite::Lab lab;
  lab.AddChassis("compute1", "192.168.56.11");
  lab.AddChassis("compute2", "192.168.56.12");
  lab.AddSwitch("LS1");
  lab.AddSwitch("LS2");
  lab.AddRouter("LR1");
  lab.Connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24");
  lab.Connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24");
  lab.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
  lab.AddHost("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1");
  const ovnlite::PingResult ping = lab.Ping("VM-A", "VM-B");
  // Typed rows are there too.
  size_t ports = 0;
  for (const auto& [uuid, row] : lab.sb().Rows<ovnlite::sb::Port_Binding>()) ports += !row.logical_port().empty();
  std::cout << "ovnlite " << OVNLITE_VERSION << ", " << ports << " ports: " << ping.ToString();
  return ping.outcome() == ovnlite::Outcome::kAnswered && ports == 6 ? 0 : 1;
}
