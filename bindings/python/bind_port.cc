#include <unistd.h>

#include <algorithm>
#include <vector>

#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/errors.h"
#include "bindings/python/port.h"
#include "ovnlite/base/status.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/port/pcap_replay_port.h"
#include "ovnlite/port/raw_tunnel.h"
#include "ovnlite/port/tap_port.h"
#include "ovnlite/port/udp_tunnel.h"

namespace py = pybind11;

namespace ovnlite::python {

const Session& Wires() {
  static pid_t process = 0;
  static const Session* wires = nullptr;
  if (process != getpid()) {
    process = getpid();
    wires = new Session;  // For as long as the process lives.
  }
  return *wires;
}

const Clock& TheClock() {
  static const Clock& clock = *new SystemClock;
  return clock;
}

std::optional<double> SecondsUntil(Instant deadline) {
  if (deadline == kNever) return std::nullopt;
  return ToSeconds(std::max<Nanoseconds>(deadline - TheClock().Now(), 0));
}

PyCounters CountersOf(const PortCounters& c) {
  PyCounters counters = {c.rx_packets, c.rx_bytes, c.tx_packets, c.tx_bytes, {}, c.ToString()};
  for (int i = 0; i < kPortDropCount; ++i) {
    const auto reason = static_cast<PortDrop>(i);
    if (c.dropped(reason) != 0) counters.dropped[std::string(PortDropText(reason))] = c.dropped(reason);
  }
  return counters;
}

PyCounters CountersOf(const TunnelCounters& c) {
  PyCounters counters = {c.rx_packets, c.rx_bytes, c.tx_packets, c.tx_bytes, {}, c.ToString()};
  for (int i = 0; i < kTunnelDropCount; ++i) {
    const auto reason = static_cast<TunnelDrop>(i);
    if (c.dropped(reason) != 0) counters.dropped[std::string(TunnelDropText(reason))] = c.dropped(reason);
  }
  return counters;
}

namespace {

// The kinds differ in how they are made.
struct PyMemoryPort : PyPort {
  using PyPort::PyPort;
};
struct PyTapPort : PyPort {
  using PyPort::PyPort;
};
struct PyAfPacketPort : PyPort {
  using PyPort::PyPort;
};
struct PyPcapReplayPort : PyPort {
  using PyPort::PyPort;
};
struct PyUdpTunnel : PyTransport {
  using PyTransport::PyTransport;
};
struct PyRawTunnel : PyTransport {
  using PyTransport::PyTransport;
};

// What f(*object) says, if Python still has it.
template <typename T, typename F>
auto Use(const Given<T>& given, absl::string_view place, F&& f) {
  using Result = decltype(f(*given.slot->object));
  return Check(given.session.Run([&]() -> absl::StatusOr<Result> {
    OVNLITE_RETURN_IF_ERROR(given.Check());
    return f(*given.slot->object);
  }),
               place);
}

template <typename Kind>
std::unique_ptr<Kind> MakePort(absl::StatusOr<std::unique_ptr<Port>> opened, const char* place) {
  std::unique_ptr<Port> port = Check(std::move(opened), place);
  std::string name = port->name();
  return std::make_unique<Kind>("port", std::move(name), std::move(port));
}

void RequireMtu(size_t mtu, absl::string_view place) {
  if (mtu < 68 || mtu > Port::kMaxMtu) Raise(absl::OutOfRangeError("mtu is between 68 and 65535"), place);
}

py::tuple MakeMemory(const Text& first, const Text& second, size_t mtu, size_t queue) {
  RequireMtu(mtu, "memory_ports");
  if (queue < 1 || queue > 1'000'000) Raise(absl::OutOfRangeError("queue is between 1 and 1000000"), "memory_ports");
  MemoryPorts ports = MakeMemoryPorts({.name = first}, {.name = second}, &TheClock(), {.mtu = mtu, .queue = queue});
  return py::make_tuple(std::make_unique<PyMemoryPort>("port", first, std::move(ports.first)),
                        std::make_unique<PyMemoryPort>("port", second, std::move(ports.second)));
}

std::unique_ptr<PyTapPort> MakeTap(const Text& name, size_t mtu, const std::optional<Mac>& mac, bool offloads, bool up,
                                   bool persistent) {
  RequireMtu(mtu, "TapPort");
  TapPortOptions options = {.name = name, .mtu = mtu, .offloads = offloads, .up = up, .persistent = persistent};
  if (mac) options.mac = Check(MacAddress::Parse(mac->text), "TapPort(mac=…)");
  return MakePort<PyTapPort>(Wires().Run([&] { return OpenTapPort(options, &TheClock()); }), "TapPort");
}

std::unique_ptr<PyAfPacketPort> MakeAfPacket(const Text& device, bool offloads, bool promiscuous) {
  const AfPacketPortOptions options = {.device = device, .offloads = offloads, .promiscuous = promiscuous};
  return MakePort<PyAfPacketPort>(Wires().Run([&] { return OpenAfPacketPort(options, &TheClock()); }), "AfPacketPort");
}

std::unique_ptr<PyPcapReplayPort> MakeReplay(const Text& name, const py::object& path, const py::object& output_path,
                                             uint64_t rounds, bool paced) {
  PcapReplayOptions options = {.name = name, .rounds = rounds, .paced = paced};
  if (!path.is_none()) options.path = PathOf(path, "PcapReplayPort");
  if (!output_path.is_none()) options.output_path = PathOf(output_path, "PcapReplayPort");
  return MakePort<PyPcapReplayPort>(Wires().Run([&] { return OpenPcapReplayPort(options, &TheClock()); }),
                                    "PcapReplayPort");
}

bool SendFrame(const PyPort& self, const Frame& frame) {
  if (frame.bytes.size() > Port::kMaxMtu) Raise(absl::OutOfRangeError("a frame has at most 65535 bytes"), "Port.send");
  Packet packet(frame.span());
  return Use(self, "Port.send", [&](Port& port) {
    const uint64_t before = port.counters().tx_packets;
    PacketBatch batch;
    batch.Add(&packet);
    port.Send(batch);
    return port.counters().tx_packets != before;
  });
}

std::vector<py::bytes> ReceiveFrames(const PyPort& self, int limit) {
  if (limit < 1 || limit > 1'000'000) Raise(absl::OutOfRangeError("limit is between 1 and 1000000"), "Port.receive");
  const auto frames = Use(self, "Port.receive", [&](Port& port) {
    std::vector<std::string> all;
    std::vector<Packet> storage(kBatchSize);
    while (all.size() < static_cast<size_t>(limit)) {
      const size_t room = std::min(storage.size(), static_cast<size_t>(limit) - all.size());
      const int n = port.Receive(absl::MakeSpan(storage).first(room));
      if (n == 0) break;
      for (int i = 0; i < n; ++i) {
        const absl::Span<const uint8_t> bytes = storage[static_cast<size_t>(i)].bytes();
        all.emplace_back(bytes.begin(), bytes.end());
      }
    }
    return all;
  });
  std::vector<py::bytes> result;
  for (const std::string& frame : frames) result.push_back(ToBytes(absl::string_view(frame)));
  return result;
}

TunnelOptions MakeTunnelOptions(const Address& local, uint16_t port, bool checksum, uint8_t dscp, uint8_t ttl,
                                absl::string_view place) {
  TunnelOptions options = {.local = Check(IpAddress::Parse(local.text), place), .port = port, .checksum = checksum};
  if (dscp > 63) Raise(absl::OutOfRangeError("dscp is between 0 and 63"), place);
  options.dscp = dscp;
  options.ttl = ttl;
  return options;
}

std::unique_ptr<PyUdpTunnel> MakeUdp(const Address& local, uint16_t port, bool checksum, uint8_t dscp, uint8_t ttl,
                                     bool offloads) {
  const TunnelOptions options = MakeTunnelOptions(local, port, checksum, dscp, ttl, "UdpTunnel");
  auto opened = Wires().Run([&] { return OpenUdpTunnel(options, {.offloads = offloads}, &TheClock()); });
  return std::make_unique<PyUdpTunnel>("transport", options.local.ToString(), Check(std::move(opened), "UdpTunnel"));
}

std::unique_ptr<PyRawTunnel> MakeRaw(const PyPort& underlay, const Address& local, const Mac& mac, uint16_t port,
                                     int prefix_length, const std::optional<Address>& gateway, bool checksum,
                                     uint8_t dscp, uint8_t ttl) {
  const TunnelOptions options = MakeTunnelOptions(local, port, checksum, dscp, ttl, "RawTunnel");
  RawTunnelOptions raw = {.mac = Check(MacAddress::Parse(mac.text), "RawTunnel(mac=…)")};
  if (prefix_length < 0 || prefix_length > options.local.width()) {
    Raise(absl::OutOfRangeError("prefix_length is longer than the address"), "RawTunnel");
  }
  raw.prefix_length = prefix_length;
  if (gateway) {
    raw.gateway = Check(IpAddress::Parse(gateway->text), "RawTunnel(gateway=…)");
    if (raw.gateway->is_v6() != options.local.is_v6()) {
      Raise(absl::InvalidArgumentError("gateway is of another family than local"), "RawTunnel");
    }
  }
  const std::string name = options.local.ToString();
  auto made = underlay.session.Run([&]() -> absl::StatusOr<std::unique_ptr<TunnelTransport>> {
    OVNLITE_RETURN_IF_ERROR(underlay.Check());
    return std::make_unique<RawTunnel>(options, raw, underlay.Give(absl::StrCat("the transport of ", name)),
                                       &TheClock());
  });
  auto transport = std::make_unique<PyRawTunnel>("transport", name, Check(std::move(made), "RawTunnel"));
  return transport;
}

template <typename Kind>
void AddRepr(py::class_<Kind, PyPort>& kind, const char* name) {
  kind.def("__repr__", [name](const Kind& self) {
    const auto [owner, counters] = self.session.Run([&] {
      const Port* const port = self.slot->object.get();
      return std::pair(self.slot->owner, port == nullptr ? std::string() : port->counters().ToString());
    });
    if (!owner.empty()) return absl::StrCat("<", name, " ", Quoted(self.name), " of ", owner, ">");
    return absl::StrCat("<", name, " ", Quoted(self.name), ": ", counters, ">");
  });
}

void BindPorts(py::module_& m) {
  py::class_<PyPort>(m, "Port",
                     "Where frames enter and leave. A chassis or a transport that is given a port has it for good.")
      .def_property_readonly("name", [](const PyPort& self) { return self.name; })
      .def(
          "fileno", [](const PyPort& self) { return Use(self, "Port.fileno", [](Port& port) { return port.fd(); }); },
          "A descriptor that is readable when frames wait; -1 for a port without one.")
      .def_property_readonly(
          "next_deadline",
          [](const PyPort& self) {
            return SecondsUntil(Use(self, "Port.next_deadline", [](Port& port) { return port.next_deadline(); }));
          },
          "Seconds until there may be frames though fileno() is not readable, or None.")
      .def("send", &SendFrame, py::arg("packet"), "False when it was dropped: `counters` tell why.")
      .def("receive", &ReceiveFrames, py::arg("limit") = 1024, "The frames that wait; no more than `limit`.")
      .def(
          "close", [](const PyPort& self) { Use(self, "Port.close", [](Port& port) { return port.Close(), true; }); },
          "Frames that wait are lost. A second time it does nothing.")
      .def(
          "refresh",
          [](const PyPort& self) { Use(self, "Port.refresh", [](Port& port) { return port.Refresh(), true; }); },
          "Asks the operating system what changed: mtu, link_up, frames it dropped.")
      .def_property_readonly(
          "mtu", [](const PyPort& self) { return Use(self, "Port.mtu", [](Port& port) { return port.mtu(); }); })
      .def_property_readonly(
          "link_up",
          [](const PyPort& self) { return Use(self, "Port.link_up", [](Port& port) { return port.link_up(); }); },
          "Whether frames have anywhere to go.")
      .def_property_readonly("counters", [](const PyPort& self) {
        return Use(self, "Port.counters", [](Port& port) { return CountersOf(port.counters()); });
      });

  auto memory = py::class_<PyMemoryPort, PyPort>(m, "MemoryPort", "An end of a wire in memory: see memory_ports().");
  AddRepr(memory, "MemoryPort");
  auto tap = py::class_<PyTapPort, PyPort>(m, "TapPort", "A TAP interface of Linux, which it creates.");
  tap.def(py::init(&MakeTap), py::arg("name") = "", py::kw_only(), py::arg("mtu") = Port::kDefaultMtu,
          py::arg("mac") = py::none(), py::arg("offloads") = true, py::arg("up") = true, py::arg("persistent") = false,
          "`mac` is of the kernel's side.");
  AddRepr(tap, "TapPort");
  auto af_packet = py::class_<PyAfPacketPort, PyPort>(
      m, "AfPacketPort", "An interface of Linux that exists: an end of a veth pair, or a network card.");
  af_packet.def(py::init(&MakeAfPacket), py::arg("device"), py::kw_only(), py::arg("offloads") = true,
                py::arg("promiscuous") = true);
  AddRepr(af_packet, "AfPacketPort");
  auto replay = py::class_<PyPcapReplayPort, PyPort>(
      m, "PcapReplayPort", "Receives what a capture file holds, and writes what it sends into another.");
  replay.def(py::init(&MakeReplay), py::arg("name"), py::arg("path") = py::none(), py::arg("output_path") = py::none(),
             py::kw_only(), py::arg("rounds") = 1, py::arg("paced") = false,
             "`rounds` 0 plays it without end; `paced` in the time of the capture.");
  AddRepr(replay, "PcapReplayPort");

  m.def("memory_ports", &MakeMemory, py::arg("first"), py::arg("second"), py::kw_only(),
        py::arg("mtu") = Port::kDefaultMtu, py::arg("queue") = 1024,
        "Two ports with these names, joined by a wire in memory on which `queue` frames wait in each direction.");
}

void BindTransports(py::module_& m) {
  py::class_<PyTransport>(m, "Transport", "What carries Geneve to other chassis; Chassis.set_transport() takes it.")
      .def("__repr__", [](const PyTransport& self) {
        const std::string owner = self.session.Run([&] { return self.slot->owner; });
        return absl::StrCat("<Transport of ", self.name, owner.empty() ? "" : ", with ", owner, ">");
      });
  py::class_<PyUdpTunnel, PyTransport>(m, "UdpTunnel", "Geneve by the kernel's UDP sockets; needs no privilege.")
      .def(py::init(&MakeUdp), py::arg("local"), py::kw_only(), py::arg("port") = kGenevePort,
           py::arg("checksum") = true, py::arg("dscp") = 0, py::arg("ttl") = 64, py::arg("offloads") = true);
  py::class_<PyRawTunnel, PyTransport>(m, "RawTunnel", "Geneve as whole frames over a port, which it then has.")
      .def(py::init(&MakeRaw), py::arg("underlay"), py::kw_only(), py::arg("local"), py::arg("mac"),
           py::arg("port") = kGenevePort, py::arg("prefix_length") = 0, py::arg("gateway") = py::none(),
           py::arg("checksum") = true, py::arg("dscp") = 0, py::arg("ttl") = 64,
           "`mac` is ours on the underlay; with `prefix_length` 0 everybody is on its segment.");
}

}  // namespace

void BindPort(py::module_& m) {
  py::class_<PyCounters>(m, "Counters", "What a port or a transport has moved, and what it lost.")
      .def_readonly("rx_packets", &PyCounters::rx_packets)
      .def_readonly("rx_bytes", &PyCounters::rx_bytes)
      .def_readonly("tx_packets", &PyCounters::tx_packets)
      .def_readonly("tx_bytes", &PyCounters::tx_bytes)
      .def_readonly("dropped", &PyCounters::dropped, "Packets by reason.")
      .def("__str__", [](const PyCounters& c) { return c.text; })
      .def("__repr__", [](const PyCounters& c) { return absl::StrCat("<Counters: ", c.text, ">"); });
  BindPorts(m);
  BindTransports(m);
}

}  // namespace ovnlite::python
