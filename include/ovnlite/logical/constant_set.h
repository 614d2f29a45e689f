// File: constant_set.h
// The constants that a field is compared with: {1, 2}, an address set, a port group. Kept as one object however many
// expressions refer to it; an address set of 10,000 addresses used by 1,000 ACLs exists once.

#ifndef OVNLITE_LOGICAL_CONSTANT_SET_H_
#define OVNLITE_LOGICAL_CONSTANT_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/logical/token.h"

namespace ovnlite {

// An integer constant as it was written.
struct Constant {
  u128 value = 0;
  u128 mask = ~u128{0};  // All ones for a constant without a mask.
  uint16_t width = 0;    // The bits it needs (token.h).
  ConstantFormat format = ConstantFormat::kHexadecimal;
  bool masked = false;
};

// Constants of one kind, in order, immutable.
class ConstantSet {
 public:
  // Reads each text as one constant, as OVN does with Address_Set.addresses, and sorts them by value. Texts that are no
  // constant are left out, as in OVN, and named in `ignored` if that is not null.
  static std::shared_ptr<const ConstantSet> OfAddresses(absl::Span<const std::string> texts,
                                                        std::vector<std::string>* ignored = nullptr);
  // Names of ports, in the order given: Port_Group.ports.
  static std::shared_ptr<const ConstantSet> OfPorts(absl::Span<const std::string> names);
  // What a parser has read.
  explicit ConstantSet(std::vector<Constant> integers);
  explicit ConstantSet(std::vector<std::string> strings);

  bool is_string() const { return is_string_; }
  size_t size() const { return is_string_ ? strings_.size() : integers_.size(); }
  absl::Span<const Constant> integers() const { return integers_; }
  absl::Span<const std::string> strings() const { return strings_; }
  // The bits that the widest constant needs.
  int width() const { return width_; }
  // The same for equal contents, in every process and run.
  uint64_t hash() const { return hash_; }
  bool SameAs(const ConstantSet& other) const;

 private:
  bool is_string_;
  int width_ = 0;
  uint64_t hash_ = 0;
  std::vector<Constant> integers_;
  std::vector<std::string> strings_;
};

// Where the parser looks up $name and @name. What was asked for is what the expression depends on.
class ConstantSets {
 public:
  virtual ~ConstantSets() = default;
  // nullptr when there is none of that name. The name is without its sigil; a port group's is the one in the Northbound
  // database, which the caller maps to the group of the flow's datapath.
  virtual std::shared_ptr<const ConstantSet> FindAddressSet(absl::string_view name) const = 0;
  virtual std::shared_ptr<const ConstantSet> FindPortGroup(absl::string_view name) const = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_CONSTANT_SET_H_
