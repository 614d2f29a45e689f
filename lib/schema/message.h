// File: message.h
// Rows as Protocol Buffers messages, the typed form in which programs read and write them. Both ways cost the row's size.

#ifndef OVNLITE_LIB_SCHEMA_MESSAGE_H_
#define OVNLITE_LIB_SCHEMA_MESSAGE_H_

#include <google/protobuf/message.h>

#include "ovnlite/schema/row.h"

namespace ovnlite {

// Puts a row's values into a message of its table that has default values.
void FillMessage(const Row& row, google::protobuf::Message& message);

// The column's value as the message has it. Of a set, elements that stand there twice count once, and the first such is
// put into `twice` if that is given.
Datum ReadColumn(const ColumnSchema& column, const google::protobuf::Message& message,
                 std::optional<Atom>* twice = nullptr);

// Whether the message has the very value that the row has; costs less than reading it.
bool ColumnIs(const ColumnSchema& column, const google::protobuf::Message& message, const Row& row);

// A row of the table with the message's values.
Row RowFrom(const TableSchema& table, const google::protobuf::Message& message);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_SCHEMA_MESSAGE_H_
