// File: standard_streams.h
// Standard input and output, of which nobody may be sure: a full disk, a reader that is gone, no stream at all.

#ifndef OVNLITE_TOOLS_STANDARD_STREAMS_H_
#define OVNLITE_TOOLS_STANDARD_STREAMS_H_

#include "absl/status/status.h"

namespace ovnlite::tools {

// Before anything else. Gives streams that were closed when the program began something that cannot be read or written,
// so that no file of ours is opened under their numbers; and std::cout a buffer that knows what became of what it wrote.
void HoldStandardStreams();

// Whether standard input could be read, as far as it was.
absl::Status InputStatus();
// Hands everything printed so far to the operating system. An error says that some of it was lost, now or before.
absl::Status FlushOutput();
// The same at the end: closes standard output, which some file systems need to notice that they are full.
absl::Status CloseOutput();

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_STANDARD_STREAMS_H_
