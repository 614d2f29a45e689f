#include "lib/lab/narrative_build.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/lab/known_frames.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

constexpr char kGeneve[] = "OVS / Geneve";

class Builder {
 public:
  Builder(const Database& sb, const std::vector<LabEvent>& events) : sb_(sb), events_(events) {}

  std::vector<Journey> Build() {
    std::vector<Journey> journeys;
    for (size_t i = 0; i < events_.size(); ++i) {
      if (events_[i].kind == LabEvent::Kind::kSent) journeys.push_back(Tell(i));
    }
    return journeys;
  }

 private:
  Journey Tell(size_t at) {
    const LabEvent& sent = events_[at];
    const FlowKey key = KeyOf(sent.frame);
    journey_ = Journey();
    path_ = {sent.host};
    Through(at, sent.passage, /*first_leg=*/0);
    for (size_t i = 0; i < journey_.steps.size(); ++i) journey_.steps[i].number = static_cast<int>(i) + 1;
    journey_.path = absl::StrJoin(path_, " -> ");
    journey_.minor = IsArp(key) || IsNd(key);
    journey_.title = journey_.minor ? Neighbour(at, key) : Title(sent);
    return std::move(journey_);
  }

  std::string Title(const LabEvent& sent) const {
    const std::string text = Describe(sent.frame);
    // "…: ICMP echo request, id 1, …" without what comes before and after.
    const size_t begin = text.find(": ", text.find(" > ", 40));
    const size_t end = text.find(", ", begin == std::string::npos ? 0 : begin);
    const std::string what = begin == std::string::npos ? text : text.substr(begin + 2, end - begin - 2);
    return absl::StrCat(sent.host, " to ", path_.back(), ": ", what);
  }

  // One line about a question for a neighbour, or about a host's answer.
  std::string Neighbour(size_t at, const FlowKey& key) const {
    const LabEvent& sent = events_[at];
    if (!IsQuestion(key)) {
      return absl::StrCat(
          sent.host, " answers: ",
          IsArp(key) ? Ipv4Address(static_cast<uint32_t>(key.Get64(field::kArpSpa))).ToString() : Wanted(key),
          " is at ", AnswerOf(key).ToString());
    }
    std::string line = absl::StrCat(sent.host, " asks who has ", Wanted(key));
    for (size_t i = at + 1; i < events_.size(); ++i) {
      const LabEvent& event = events_[i];
      if (event.kind != LabEvent::Kind::kDelivered || event.host != sent.host) continue;
      const FlowKey answer = KeyOf(event.frame);
      if (!IsAnswer(answer)) continue;
      absl::StrAppend(&line, ": ", AnswerOf(answer).ToString());
      if (event.cause == static_cast<int>(at)) {
        absl::StrAppend(&line, ", answered by ", Answerer(sent.passage), " on ", sent.chassis);
      }
      return line;
    }
    return absl::StrCat(line, ": no answer");
  }

  // The logical network that turned the question into its answer.
  static std::string Answerer(const Passage& passage) {
    for (const PassageLeg& leg : passage.legs) {
      if (IsAnswer(leg.key)) return leg.datapath;
    }
    return "its switch";
  }

  void Through(size_t event, const Passage& passage, size_t first_leg) {
    size_t end = 0;
    for (size_t i = first_leg; i < passage.legs.size(); ++i) {
      const PassageLeg& leg = passage.legs[i];
      const bool last = i + 1 == passage.legs.size();
      const bool ends_here = end < passage.ends.size() && passage.ends[end].leg == i;
      // The switch behind a router that only finds out that the port is elsewhere: told with the encapsulation.
      const bool folded = last && ends_here && i > 0 && !leg.router &&
                          passage.ends[end].kind == PassageEnd::Kind::kTunnel && !leg.egress_only;
      if (!folded) {
        Step(leg.router ? "L3" : "L2", leg.datapath, passage.chassis, "");
        NarrativeStep& step = journey_.steps.back();
        step.action = leg.egress_only       ? absl::StrCat("out by ", leg.outport)
                      : leg.outport.empty() ? absl::StrCat("in by ", leg.inport)
                                            : absl::StrCat("in by ", leg.inport, ", out by ", leg.outport);
        step.packet = Describe(passage.PacketOf(leg));
        step.flows = leg.flows;
        path_.push_back(leg.datapath);
      }
      for (; end < passage.ends.size() && passage.ends[end].leg == i; ++end)
        End(event, passage, passage.ends[end], folded ? &leg : nullptr);
    }
    for (; end < passage.ends.size(); ++end) End(event, passage, passage.ends[end], nullptr);
  }

  void End(size_t event, const Passage& passage, const PassageEnd& end, const PassageLeg* folded) {
    switch (end.kind) {
      case PassageEnd::Kind::kPort:
      case PassageEnd::Kind::kProvider: {
        const std::string who =
            end.kind == PassageEnd::Kind::kProvider ? "the provider network" : HostOn(event, end.name);
        Append(absl::StrCat(", delivered to ", who));
        path_.push_back(who);
        return;
      }
      case PassageEnd::Kind::kTunnel:
        return Tunnel(event, passage, end, folded);
      case PassageEnd::Kind::kDropped:
        Append(absl::StrCat(", ", end.name));
        path_.push_back("dropped");
        return;
      case PassageEnd::Kind::kMissing:
        Append(absl::StrCat(", lost: it met ", end.name, ", which ovnlite does not have"));
        path_.push_back("lost");
        return;
      case PassageEnd::Kind::kUntraced:
        Append(absl::StrCat(", handed to ", end.name));
        return;
      case PassageEnd::Kind::kLearned:
        return Append(absl::StrCat(", learned ", end.name));
    }
  }

  void Tunnel(size_t event, const Passage& passage, const PassageEnd& end, const PassageLeg* folded) {
    size_t at = event + 1;
    while (at < events_.size() && !(events_[at].kind == LabEvent::Kind::kTunnel &&
                                    events_[at].cause == static_cast<int>(event) && events_[at].port == end.name)) {
      ++at;
    }
    if (at == events_.size()) return Append(absl::StrCat(", lost on the way to ", end.name));
    const LabEvent& outer = events_[at];
    GeneveArrival arrival;
    if (ReceiveGeneve(outer.frame, GeneveEndpoint(), &arrival) != GeneveVerdict::kDeliver) {
      return Append(absl::StrCat(", not encapsulated for ", end.name));
    }
    const OvnGeneveOption option = arrival.option.value_or(OvnGeneveOption());
    const std::string datapath = DatapathName(sb_, arrival.vni), in = PortName(sb_, arrival.vni, option.ingress_port()),
                      out = PortName(sb_, arrival.vni, option.egress_port());

    Step("L3/L2", kGeneve, passage.chassis,
         absl::StrCat(folded == nullptr ? "" : absl::StrCat(folded->datapath, ": "), out, " is on ", end.name));
    NarrativeStep& encapsulation = journey_.steps.back();
    if (folded != nullptr) encapsulation.flows = folded->flows;
    encapsulation.packet = Describe(outer.frame);
    encapsulation.added = {
        {"outer IP", "",
         absl::StrCat(arrival.source.ToString(), " > ", arrival.destination.ToString(), ", ttl ", arrival.ttl)},
        {"outer UDP", "", absl::StrCat(arrival.source_port, " > ", kGenevePort)},
        {"Geneve", "", absl::StrCat("VNI ", arrival.vni, " (", datapath, ")")},
        {"OVN option", "",
         absl::StrFormat("class 0x%04x, type 0x%02x: from port %d (%s) to port %d (%s)", OvnGeneveOption::kClass,
                         OvnGeneveOption::kType, option.ingress_port(), in, option.egress_port(), out)},
    };
    path_.push_back("Geneve encapsulation");

    Step("physical", "underlay", "",
         absl::StrCat(arrival.source.ToString(), " to ", arrival.destination.ToString(), ", UDP ", kGenevePort, ", ",
                      outer.frame.size(), " bytes"));
    journey_.steps.back().packet = Describe(outer.frame);
    path_.push_back("underlay");

    if (outer.passage.legs.empty()) return Append(", lost");
    Step("L3/L2", kGeneve, end.name,
         absl::StrCat("VNI ", arrival.vni, " is ", datapath, ", port ", option.egress_port(), " is ", out));
    journey_.steps.back().packet =
        Describe(absl::MakeConstSpan(outer.frame).subspan(arrival.inner_offset, arrival.inner_size));
    path_.push_back("Geneve decapsulation");
    Through(at, outer.passage, 0);
  }

  // Who is behind a logical port: the host, if one of this story's.
  std::string HostOn(size_t event, const std::string& port) const {
    for (size_t i = event; i < events_.size(); ++i) {
      const LabEvent& e = events_[i];
      if (e.kind == LabEvent::Kind::kDelivered && e.port == port && !e.host.empty()) return e.host;
    }
    return port;
  }

  void Step(absl::string_view layer, absl::string_view component, absl::string_view chassis, std::string action) {
    NarrativeStep step;
    step.layer = std::string(layer);
    step.component = std::string(component);
    step.chassis = std::string(chassis);
    step.action = std::move(action);
    journey_.steps.push_back(std::move(step));
  }

  void Append(absl::string_view text) {
    if (journey_.steps.empty())
      Step("", "", "", std::string(text.substr(2)));
    else
      absl::StrAppend(&journey_.steps.back().action, text);
  }

  const Database& sb_;
  const std::vector<LabEvent>& events_;
  Journey journey_;
  std::vector<std::string> path_;
};

}  // namespace

std::vector<Journey> BuildJourneys(const Database& sb, const std::vector<LabEvent>& events) {
  return Builder(sb, events).Build();
}

}  // namespace ovnlite
