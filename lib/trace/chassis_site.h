// File: chassis_site.h
// One chassis of a database: its flow tables, compiled as packets come to them, and what its OpenFlow ports are.

#ifndef OVNLITE_LIB_TRACE_CHASSIS_SITE_H_
#define OVNLITE_LIB_TRACE_CHASSIS_SITE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/db/database.h"
#include "ovnlite/flow/flow_tables.h"

namespace ovnlite {

struct ChassisSite {
  ChassisSite(Database& database, const std::string& name);

  // All chassis, by name.
  static std::vector<std::string> Names(const Database& sb);
  // Where a port is bound; empty when it is not.
  static std::string NameOf(const Database& sb, sb::Port_Binding_View port);

  // 0 when there is none.
  uint32_t PortNumber(const std::string& logical_port) const;
  uint32_t TunnelNumber(const std::string& other) const;
  // What a number stands for.
  std::string PortOf(uint32_t number) const;
  std::optional<std::string> TunnelTo(uint32_t number) const;
  // The Geneve endpoint of a chassis that there is a tunnel to, or its own.
  IpAddress AddressOf(const std::string& other) const;
  // The row whose UUID begins with a flow's cookie, among those that flows are made from besides Logical_Flow.
  static std::pair<std::string, Uuid> RowOfCookie(const Database& sb, uint32_t cookie);

  const Database& sb;
  std::string chassis;
  FlowTables tables;
  Controller controller;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_CHASSIS_SITE_H_
