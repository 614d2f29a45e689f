// File: narrative_build.h
// From what was recorded to what is told.

#ifndef OVNLITE_LIB_LAB_NARRATIVE_BUILD_H_
#define OVNLITE_LIB_LAB_NARRATIVE_BUILD_H_

#include <vector>

#include "lib/lab/lab_recorder.h"
#include "ovnlite/db/database.h"
#include "ovnlite/lab/narrative.h"

namespace ovnlite {

// One journey for each frame that a host sent. Events have their passages and, as causes, each other's indexes.
std::vector<Journey> BuildJourneys(const Database& sb, const std::vector<LabEvent>& events);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_NARRATIVE_BUILD_H_
