#include "lib/lab/loss.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/lab/known_frames.h"

namespace ovnlite {
namespace {

// Answers to answers that are followed.
constexpr int kMaxTurns = 4;

std::string NameOfQuestion(const FlowKey& key) {
  return absl::StrCat(IsArp(key) ? "ARP request" : "neighbour solicitation", " for ", Wanted(key));
}

class LossReader {
 public:
  explicit LossReader(const std::vector<LabEvent>& story) : story_(story) {}

  Loss Read(absl::string_view host, absl::FunctionRef<bool(const FlowKey&)> is_request) {
    if (const int request = LastSent(host, is_request); request >= 0) return Fate(request);
    const int question = LastSent(host, IsQuestion);
    if (question < 0) return {false, absl::StrCat(host, " sent nothing")};
    return Unresolved(host, question);
  }

 private:
  using Kind = LabEvent::Kind;

  const LabEvent& At(int i) const { return story_[static_cast<size_t>(i)]; }

  int LastSent(absl::string_view host, absl::FunctionRef<bool(const FlowKey&)> is_wanted, int after = -1) const {
    for (int i = static_cast<int>(story_.size()) - 1; i > after; --i) {
      if (At(i).kind == Kind::kSent && At(i).host == host && is_wanted(KeyOf(At(i).frame))) return i;
    }
    return -1;
  }

  // The frame that left by this end of event `at`; -1 when none was seen.
  int SeenOf(int at, Kind kind, const std::string& port) const {
    for (int i = at + 1; i < static_cast<int>(story_.size()); ++i) {
      if (At(i).kind == kind && At(i).cause == at && At(i).port == port) return i;
    }
    return -1;
  }

  // A host does not get to sending what it wants to.
  Loss Unresolved(absl::string_view host, int question) {
    const Loss fate = Fate(question);
    return {fate.is_missing, absl::StrCat(host, " got no answer to its ", NameOfQuestion(KeyOf(At(question).frame)),
                                          ", and sent nothing else: ", fate.why)};
  }

  // What became of a frame that a host sent, or that came out of a tunnel.
  Loss Fate(int at) {
    const LabEvent& event = At(at);
    const Passage& passage = event.passage;
    const std::string& here = passage.chassis;
    for (const PassageEnd& end : passage.ends) {
      if (end.kind == PassageEnd::Kind::kMissing) {
        return {true, absl::StrCat("on ", here, " it met ", end.name, ", which ovnlite does not have")};
      }
    }
    // A router may have put its own question in the packet's place.
    const bool is_question = !passage.frames.empty() && IsQuestion(passage.frames.back().key);
    std::string asks;
    if (is_question && !IsQuestion(passage.frames.front().key)) {
      asks = absl::StrCat("nobody answered the ", NameOfQuestion(passage.frames.back().key), " that ", here,
                          " made of it: ");
    }
    Loss loss = is_question ? FateOfQuestion(at) : FateOfPacket(at);
    loss.why = absl::StrCat(asks, loss.why);
    return loss;
  }

  Loss FateOfPacket(int at) {
    const Passage& passage = At(at).passage;
    for (const PassageEnd& end : passage.ends) {
      if (end.kind == PassageEnd::Kind::kPort) return Delivered(at, end.name);
      if (end.kind == PassageEnd::Kind::kTunnel) return Tunnelled(at, end.name);
      if (end.kind == PassageEnd::Kind::kProvider) {
        return {false,
                absl::StrCat("it left for the provider network at ", passage.chassis, ", and nothing came back")};
      }
    }
    return Ended(passage);
  }

  // A question goes to many; what matters is whether anybody heard it.
  Loss FateOfQuestion(int at) {
    const Passage& passage = At(at).passage;
    std::vector<std::string> asked;
    std::optional<Loss> far;
    for (const PassageEnd& end : passage.ends) {
      if (end.kind == PassageEnd::Kind::kPort || end.kind == PassageEnd::Kind::kProvider) asked.push_back(end.name);
      if (end.kind != PassageEnd::Kind::kTunnel) continue;
      Loss there = Tunnelled(at, end.name);
      if (there.is_missing) return there;
      if (!far.has_value()) far = std::move(there);
    }
    if (!asked.empty()) {
      const std::string more = asked.size() == 1 ? "" : absl::StrCat(" and ", asked.size() - 1, " more");
      return {false, absl::StrCat("it reached ", asked[0], more, ", and nobody there has the address")};
    }
    return far.has_value() ? *far : Ended(passage);
  }

  // What left the chassis nowhere.
  static Loss Ended(const Passage& passage) {
    for (const PassageEnd& end : passage.ends) {
      if (end.kind != PassageEnd::Kind::kDropped && end.kind != PassageEnd::Kind::kUntraced) continue;
      return {false, absl::StrCat("on ", passage.chassis, ": ", end.name)};
    }
    return {false, absl::StrCat("on ", passage.chassis, ": nothing came of it")};
  }

  Loss Tunnelled(int at, const std::string& far) {
    const int sent = SeenOf(at, Kind::kTunnel, far);
    if (sent < 0) return {false, absl::StrCat(At(at).passage.chassis, " could not send it to ", far)};
    const Passage& passage = At(sent).passage;
    // What the far chassis would deliver and nobody got has not come there.
    const bool should = std::any_of(passage.ends.begin(), passage.ends.end(), [](const PassageEnd& end) {
      return end.kind == PassageEnd::Kind::kPort || end.kind == PassageEnd::Kind::kTunnel;
    });
    const bool seen =
        std::any_of(story_.begin() + sent, story_.end(), [sent](const LabEvent& e) { return e.cause == sent; });
    if (should && !seen) return {false, absl::StrCat("lost on the underlay between ", At(sent).chassis, " and ", far)};
    return Fate(sent);
  }

  Loss Delivered(int at, const std::string& port) {
    const int got = SeenOf(at, Kind::kDelivered, port);
    const std::string host = got < 0 ? std::string() : At(got).host;
    if (host.empty()) return {false, absl::StrCat("it was delivered to ", port, ", behind which there is no host")};
    const auto any = [](const FlowKey&) { return true; };
    const int said = turns_++ < kMaxTurns ? LastSent(host, any, got) : -1;
    if (said < 0) return {false, absl::StrCat("it was delivered to ", host, ", which did not answer")};
    if (IsQuestion(KeyOf(At(said).frame))) {
      const Loss fate = Unresolved(host, said);
      return {fate.is_missing, absl::StrCat("it was delivered; ", fate.why)};
    }
    const Loss fate = Fate(said);
    return {fate.is_missing, absl::StrCat(host, " answered; the answer: ", fate.why)};
  }

  const std::vector<LabEvent>& story_;
  int turns_ = 0;
};

}  // namespace

Loss ReadLoss(const std::vector<LabEvent>& story, absl::string_view host,
              absl::FunctionRef<bool(const FlowKey&)> is_request) {
  return LossReader(story).Read(host, is_request);
}

}  // namespace ovnlite
