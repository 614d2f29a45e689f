#include "ovnlite/logical/action.h"

namespace ovnlite {
namespace {

bool Same(const Constant& a, const Constant& b) {
  return a.value == b.value && a.masked == b.masked && (!a.masked || a.mask == b.mask) && a.format == b.format;
}

bool Same(const std::vector<Constant>& a, const std::vector<Constant>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!Same(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace

absl::string_view ActionName(ActionKind kind) {
  switch (kind) {
#define OVNLITE_ACTION_NAME(kind, name, body, form, parse) \
  case ActionKind::kind:                                   \
    return name;
    OVNLITE_ACTIONS(OVNLITE_ACTION_NAME)
#undef OVNLITE_ACTION_NAME
  }
  return "";
}

ActionForm FormOf(ActionKind kind) {
  switch (kind) {
#define OVNLITE_ACTION_FORM(kind, name, body, form, parse) \
  case ActionKind::kind:                                   \
    return ActionForm::form;
    OVNLITE_ACTIONS(OVNLITE_ACTION_FORM)
#undef OVNLITE_ACTION_FORM
  }
  return ActionForm::kOperator;
}

bool operator==(const ActionConstant& a, const ActionConstant& b) {
  return a.is_string == b.is_string && a.string == b.string && Same(a.integer, b.integer);
}

bool operator==(const ActionOption& a, const ActionOption& b) {
  return a.def == b.def && a.in_curlies == b.in_curlies && a.is_string == b.is_string && a.strings == b.strings &&
         Same(a.integers, b.integers);
}

bool operator==(const NestedBody& a, const NestedBody& b) { return a.actions == b.actions; }

int CountActions(absl::Span<const Action> actions) {
  int n = 0;
  for (const Action& action : actions) {
    ++n;
    if (action.nested() != nullptr) n += CountActions(*action.nested());
  }
  return n;
}

}  // namespace ovnlite
