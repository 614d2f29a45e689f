// File: ovnlite.h
// Everything that programs use of ovnlite: laboratories, networks, the compiler, hypervisors with their ports, traces, and
// the formats on the wire. What only engine builders need (classifier, clauses, megaflows, incremental engine) is left to
// its own headers.

#ifndef OVNLITE_OVNLITE_H_
#define OVNLITE_OVNLITE_H_

#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/check/check.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/node/chassis.h"
#include "ovnlite/node/replay.h"
#include "ovnlite/node/show.h"
#include "ovnlite/northbound.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/capture_port.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/port/pcap_replay_port.h"
#include "ovnlite/port/raw_tunnel.h"
#include "ovnlite/port/tap_port.h"
#include "ovnlite/port/udp_tunnel.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/southbound.h"
#include "ovnlite/topology/show.h"
#include "ovnlite/topology/topology.h"
#include "ovnlite/trace/trace.h"
#include "ovnlite/version.h"
#include "ovnlite/wire/geneve.h"

#endif  // OVNLITE_OVNLITE_H_
