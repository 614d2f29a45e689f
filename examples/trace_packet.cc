// What would happen to a packet? A Southbound database, of this library or of a running OVN, answers.
//
//   trace_packet ovnsb_db.db 'inport == "LSP1" && eth.src == … && eth.dst == … && ip4.src == … && …'
//
// Printed are ovn-trace's summary, and below it the way over the hypervisors, with what each puts into its tunnels.
#include <iostream>

#include "ovnlite/db/log_file.h"
#include "ovnlite/trace/trace.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: trace_packet SOUTHBOUND_FILE MICROFLOW\n";
    return 2;
  }
  const absl::StatusOr<ovnlite::LoadedLog> file = ovnlite::LoadLog(argv[1]);
  if (!file.ok() || !file->error.ok()) {
    std::cerr << "trace_packet: " << (file.ok() ? file->error : file.status()).message() << "\n";
    return 1;
  }
  ovnlite::Tracer tracer(*file->database);
  ovnlite::TraceOptions options;
  options.physical = true;
  const absl::StatusOr<ovnlite::Trace> trace = tracer.Run(/*datapath=*/"", argv[2], options);
  if (!trace.ok()) {
    std::cerr << "trace_packet: " << trace.status().message() << "\n";
    return 1;
  }
  for (const std::string& warning : trace->warnings) std::cerr << "trace_packet: " << warning << "\n";
  std::cout << trace->ToText(ovnlite::TraceForm::kSummary) << "\n" << ovnlite::FormatPhysicalPath(trace->physical);
  return 0;
}
