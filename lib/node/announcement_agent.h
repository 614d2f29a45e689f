// File: announcement_agent.h
// Machines that have moved here and announce themselves (RARP): their ports, quiet so far, may be used, and the
// database is told so (ovn-nb(5), activation-strategy).

#ifndef OVNLITE_LIB_NODE_ANNOUNCEMENT_AGENT_H_
#define OVNLITE_LIB_NODE_ANNOUNCEMENT_AGENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/node/packet_in_agent.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class AnnouncementAgent final : public PacketInAgent {
 public:
  AnnouncementAgent(Database& sb, std::string chassis) : sb_(sb), chassis_(std::move(chassis)) {}

  bool Takes(uint32_t opcode) const override;
  void Take(PacketIn packet) override;
  void WriteRows() override;

 private:
  struct LogicalPort {
    uint32_t datapath;
    uint32_t port;
  };

  Database& sb_;
  const std::string chassis_;
  std::vector<LogicalPort> announced_;  // Since the last WriteRows().
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_ANNOUNCEMENT_AGENT_H_
