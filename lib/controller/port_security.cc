// Port security: tables 73 to 75, from Port_Binding.port_security of the ports that are here (ovn-nb(5),
// Logical_Switch_Port, "port_security"). A flow that passes a packet clears flag 12, one that fails it sets it.
#include "lib/controller/emit.h"
#include "ovnlite/logical/lport_addresses.h"

namespace ovnlite {
namespace {

constexpr uint16_t kIpv4 = 0x0800, kArp = 0x0806, kIpv6 = 0x86dd;
constexpr uint8_t kUdp = 17, kIcmpv6 = 58;
constexpr uint8_t kSolicitation = 135, kAdvertisement = 136;
// Meant to be 255; a real ovn-controller 23.03 says 225, and flows are compared.
constexpr uint8_t kNdTtl = 225;

class Builder {
 public:
  Builder(const ControllerContext& context, const PortInfo& port, uint32_t cookie, Output& out)
      : context_(context), port_(port), cookie_(cookie), out_(out) {}

  void Emit(const std::vector<LportAddresses>& allowed) {
    Put(In(80), kFail);
    Put(Arp(In(95)), kCheckNd);
    for (const LportAddresses& a : allowed) {
      InIp(a);
      InNd(a);
    }
    Put(Arp(Nd(80)), kFail);
    Put(Icmp(Nd(80), kSolicitation).Match(field::kIpTtl, 255), kPass);
    Put(Icmp(Nd(80), kAdvertisement).Match(field::kIpTtl, 255), kFail);
    Put(OutFlow(80), kFail);
    for (const LportAddresses& a : allowed) OutIp(a);
  }

 private:
  enum Verdict { kPass, kFail, kCheckNd };

  void Put(FlowBuilder builder, Verdict verdict) {
    OpList ops = {verdict == kCheckNd ? Op::Resubmit(table::kInPortSecurityNd)
                                      : SetFlag(flag::kCheckPortSecurity, verdict == kFail)};
    context_.Emit(out_, std::move(builder).Do(std::move(ops)));
  }

  FlowBuilder At(uint8_t table, uint16_t priority) const {
    return std::move(FlowBuilder(table, priority, cookie_).Datapath(port_.datapath_key));
  }
  FlowBuilder In(uint16_t priority) const { return std::move(At(table::kInPortSecurity, priority).InPort(port_.key)); }
  FlowBuilder Nd(uint16_t priority) const {
    return std::move(At(table::kInPortSecurityNd, priority).InPort(port_.key));
  }
  FlowBuilder OutFlow(uint16_t priority) const {
    return std::move(At(table::kOutPortSecurity, priority).OutPort(port_.key));
  }
  static FlowBuilder Arp(FlowBuilder b) { return std::move(b.Match(field::kEthType, kArp)); }
  static FlowBuilder Icmp(FlowBuilder b, uint8_t type) {
    return std::move(b.Match(field::kEthType, kIpv6).Match(field::kIpProto, kIcmpv6).Match(field::kL4Src, type));
  }
  static FlowBuilder From(FlowBuilder b, MacAddress mac) { return std::move(b.Match(field::kEthSrc, mac.bits())); }
  static FlowBuilder To(FlowBuilder b, MacAddress mac) { return std::move(b.Match(field::kEthDst, mac.bits())); }
  static FlowBuilder Type(FlowBuilder b, uint16_t type) { return std::move(b.Match(field::kEthType, type)); }

  // An address with host bits stands for itself, one without for its whole prefix.
  static u128 MaskOf(const IpPrefix& p) { return p.address() == p.network_address() ? p.mask() : LowMask(p.width()); }
  static FlowBuilder Address(FlowBuilder b, FieldRef f, const IpPrefix& p) {
    return std::move(b.Match(f, p.address().bits(), MaskOf(p)));
  }

  void InIp(const LportAddresses& a) {
    if (a.v4.empty() && a.v6.empty()) return Put(From(In(90), a.mac), kCheckNd);
    if (!a.v4.empty()) {
      // A client may ask for its address by DHCP.
      Put(std::move(From(Type(In(90), kIpv4), a.mac)
                        .Match(field::kIp4Src, 0)
                        .Match(field::kIp4Dst, 0xffffffff)
                        .Match(field::kIpProto, kUdp)
                        .Match(field::kL4Src, 68)
                        .Match(field::kL4Dst, 67)),
          kPass);
      for (const IpPrefix& p : a.v4) Put(Address(From(Type(In(90), kIpv4), a.mac), field::kIp4Src, p), kPass);
    }
    if (!a.v6.empty()) {
      // Before it has an address it reports groups (MLDv1, MLDv2) and asks whether the address is taken.
      for (uint8_t type : {uint8_t{131}, uint8_t{143}, kSolicitation}) {
        Put(std::move(Icmp(From(In(90), a.mac), type)
                          .Match(field::kL4Dst, 0)
                          .Match(field::kIp6Src, 0)
                          .Match(field::kIp6Dst, u128{0xff02} << 112, u128{0xffff} << 112)),
            type == kSolicitation ? kCheckNd : kPass);
      }
      for (const IpPrefix& p : WithLinkLocal(a))
        Put(Address(From(Type(In(90), kIpv6), a.mac), field::kIp6Src, p), kCheckNd);
    }
  }

  void InNd(const LportAddresses& a) {
    const auto arp = [&] { return std::move(Arp(From(Nd(90), a.mac)).Match(field::kArpSha, a.mac.bits())); };
    for (const IpPrefix& p : a.v4) Put(Address(arp(), field::kArpSpa, p), kPass);
    if (a.v4.empty() && a.v6.empty()) Put(arp(), kPass);
    const auto nd = [&](uint8_t type) { return std::move(Icmp(Nd(90), type).Match(field::kL4Dst, 0)); };
    const auto ttl = [](FlowBuilder b) { return std::move(b.Match(field::kIpTtl, kNdTtl)); };
    for (uint64_t mac : {uint64_t{0}, a.mac.bits()}) {
      Put(std::move(ttl(nd(kSolicitation)).Match(field::kNdSll, mac)), kPass);
      const auto advertised = [&](FlowBuilder b) { return std::move(b.Match(field::kNdTll, mac)); };
      if (a.v6.empty()) {
        Put(advertised(ttl(nd(kAdvertisement))), kPass);
        continue;
      }
      Put(advertised(
              std::move(ttl(nd(kAdvertisement)).Match(field::kNdTarget, Ipv6Address::LinkLocalOf(a.mac).bits()))),
          kPass);
      for (const IpPrefix& p : a.v6)
        Put(advertised(Address(From(nd(kAdvertisement), a.mac), field::kNdTarget, p)), kPass);
    }
  }

  void OutIp(const LportAddresses& a) {
    Put(To(OutFlow(85), a.mac), kPass);
    if (a.v4.empty() && a.v6.empty()) return;
    for (uint16_t type : {kIpv4, kIpv6}) Put(To(Type(OutFlow(90), type), a.mac), kFail);
    const auto v4 = [&] { return To(Type(OutFlow(95), kIpv4), a.mac); };
    const auto v6 = [&] { return To(Type(OutFlow(95), kIpv6), a.mac); };
    for (const IpPrefix& p : a.v4) {
      Put(Address(v4(), field::kIp4Dst, p), kPass);
      // An address with a prefix length hears its subnet's broadcasts.
      if (p.length() < 32 && p.address() != p.network_address())
        Put(std::move(v4().Match(field::kIp4Dst, p.last_address().bits())), kPass);
    }
    if (!a.v4.empty()) {
      Put(std::move(v4().Match(field::kIp4Dst, 0xffffffff)), kPass);
      Put(std::move(v4().Match(field::kIp4Dst, 0xe0000000, 0xf0000000)), kPass);
    }
    if (!a.v6.empty()) {
      for (const IpPrefix& p : WithLinkLocal(a)) Put(Address(v6(), field::kIp6Dst, p), kPass);
      Put(std::move(v6().Match(field::kIp6Dst, u128{0xff} << 120, u128{0xff} << 120)), kPass);
    }
  }

  static std::vector<IpPrefix> WithLinkLocal(const LportAddresses& a) {
    std::vector<IpPrefix> all = a.v6;
    all.push_back(IpPrefix(Ipv6Address::LinkLocalOf(a.mac), 128));
    return all;
  }

  const ControllerContext& context_;
  const PortInfo& port_;
  uint32_t cookie_;
  Output& out_;
};

}  // namespace

void EmitPortSecurityFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const PortInfo& port = reader.Ask(context.port, row);
  if (!port.exists || !port.type.empty()) return;
  if (context.NumberOf(reader, port) == 0 || !reader.Ask(context.is_local, port.datapath)) return;
  // A machine that is on its way here is trusted, as in OVN.
  if (port.moves_to(context.chassis)) return;
  std::vector<LportAddresses> allowed;
  for (const absl::string_view text : reader.Get<sb::Port_Binding>(row)->port_security()) {
    std::optional<LportAddresses> addresses = ReadLportAddresses(text);
    if (addresses.has_value()) allowed.push_back(*std::move(addresses));
  }
  if (!allowed.empty()) Builder(context, port, row.prefix(), out).Emit(allowed);
}

}  // namespace ovnlite
