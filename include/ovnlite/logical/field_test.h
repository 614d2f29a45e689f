// File: field_test.h
// The simplest thing that can be asked of a FlowKey: are these bits of this field so?

#ifndef OVNLITE_LOGICAL_FIELD_TEST_H_
#define OVNLITE_LOGICAL_FIELD_TEST_H_

#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// key.Get(field) & mask == value. `value` has no bits outside `mask`, `mask` none outside the field.
struct FieldTest {
  FieldRef field;
  u128 value = 0;
  u128 mask = 0;

  bool Matches(const FlowKey& key) const { return (key.Get(field) & mask) == value; }
  friend bool operator==(const FieldTest&, const FieldTest&) = default;
};

// Fields in the order of where they lie.
constexpr bool FieldLess(const FieldRef& a, const FieldRef& b) {
  if (a.word != b.word) return a.word < b.word;
  return a.shift != b.shift ? a.shift > b.shift : a.width > b.width;
}

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_FIELD_TEST_H_
