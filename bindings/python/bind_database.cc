#include <google/protobuf/message.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "lib/schema/column_access.h"
#include "ovnlite/base/status.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

using Message = google::protobuf::Message;

// -- Columns ----------------------------------------------------------------------------------------------------------

py::object ColumnToPython(const ColumnSchema& column, const Message& row) {
  const ColumnAccess& a = column.access();
  if (column.shape() == ColumnShape::kOptional && !a.Has(row)) return py::none();
  switch (a.kind) {
    case ColumnKind::kInteger:
      return py::int_(a.read_number(row));
    case ColumnKind::kBoolean:
      return py::bool_(a.read_number(row) != 0);
    case ColumnKind::kString:
      return ToStr(a.Get<std::string>(row));
    case ColumnKind::kUuid:
      return ToStr(FromProto(a.Get<ovsdb::Uuid>(row)).ToString());
    case ColumnKind::kStringSet: {
      py::list list;
      for (const std::string& s : a.Get<StringSet>(row)) list.append(ToStr(s));
      return list;
    }
    case ColumnKind::kUuidSet: {
      py::list list;
      for (const ovsdb::Uuid& u : a.Get<UuidSet>(row)) list.append(ToStr(FromProto(u).ToString()));
      return list;
    }
    case ColumnKind::kStringToString:
    case ColumnKind::kStringToInteger:
    case ColumnKind::kStringToUuid:
      break;
  }
  // Sorted by key, because maps have no order of their own.
  std::map<std::string, py::object> sorted;
  if (a.kind == ColumnKind::kStringToString) {
    for (const auto& [k, v] : a.Get<StringToString>(row)) sorted[k] = ToStr(v);
  } else if (a.kind == ColumnKind::kStringToInteger) {
    for (const auto& [k, v] : a.Get<StringToInteger>(row)) sorted[k] = py::int_(v);
  } else {
    for (const auto& [k, v] : a.Get<StringToUuid>(row)) sorted[k] = ToStr(FromProto(v).ToString());
  }
  py::dict dict;
  for (const auto& [k, v] : sorted) dict[ToStr(k)] = v;
  return dict;
}

std::string PlaceOf(const ColumnSchema& column) { return absl::StrCat(column.table().name(), ".", column.name()); }

[[noreturn]] void WrongType(const ColumnSchema& column, const char* wanted, py::handle value) {
  throw py::type_error(absl::StrCat(PlaceOf(column), " is ", wanted, ", not ", TypeName(value)));
}

// An object of a class of one of the standard library's modules.
bool IsOf(py::handle value, const char* module) {
  const py::handle type = py::type::handle_of(value);
  return py::hasattr(type, "__module__") && py::str(type.attr("__module__")).equal(py::str(module));
}

std::string TextFrom(const ColumnSchema& column, py::handle value) {
  if (py::isinstance<py::str>(value)) return TextOf(value);
  if (IsOf(value, "ipaddress")) return TextOf(py::str(value));
  WrongType(column, "text", value);
}

Uuid UuidFrom(const ColumnSchema& column, py::handle value) {
  if (!py::isinstance<py::str>(value) && !IsOf(value, "uuid")) WrongType(column, "a UUID", value);
  return Check(Uuid::Parse(TextOf(py::str(value))), PlaceOf(column));
}

int64_t IntegerFrom(const ColumnSchema& column, py::handle value) {
  if (!PyLong_Check(value.ptr())) WrongType(column, "an integer", value);
  int overflow = 0;
  const int64_t number = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow != 0) Raise(absl::OutOfRangeError("more than 64 bits"), PlaceOf(column));
  return number;
}

// Elements of what is written for a set: one alone counts as a set of one.
std::vector<py::object> Elements(py::handle value) {
  if (value.is_none()) return {};
  const bool is_text = py::isinstance<py::str>(value) || PyObject_CheckBuffer(value.ptr()) != 0;
  if (is_text || !py::hasattr(value, "__iter__")) return {py::reinterpret_borrow<py::object>(value)};
  std::vector<py::object> all;
  for (const py::handle item : py::reinterpret_borrow<py::iterable>(value)) {
    all.push_back(py::reinterpret_borrow<py::object>(item));
  }
  return all;
}

void ColumnFromPython(const ColumnSchema& column, py::handle value, Message& row) {
  const ColumnAccess& a = column.access();
  a.clear(row);
  if (value.is_none() && column.shape() != ColumnShape::kScalar) return;
  switch (a.kind) {
    case ColumnKind::kInteger:
      return a.write_number(row, IntegerFrom(column, value));
    case ColumnKind::kBoolean:
      if (!PyBool_Check(value.ptr())) WrongType(column, "True or False", value);
      return a.write_number(row, value.cast<bool>());
    case ColumnKind::kString:
      a.Mutable<std::string>(row) = TextFrom(column, value);
      return;
    case ColumnKind::kUuid:
      ToProto(UuidFrom(column, value), &a.Mutable<ovsdb::Uuid>(row));
      return;
    case ColumnKind::kStringSet:
      for (const py::object& v : Elements(value)) *a.Mutable<StringSet>(row).Add() = TextFrom(column, v);
      return;
    case ColumnKind::kUuidSet:
      for (const py::object& v : Elements(value)) ToProto(UuidFrom(column, v), a.Mutable<UuidSet>(row).Add());
      return;
    case ColumnKind::kStringToString:
    case ColumnKind::kStringToInteger:
    case ColumnKind::kStringToUuid:
      break;
  }
  if (!py::isinstance<py::dict>(value)) WrongType(column, "a dict", value);
  for (const auto& [key, v] : py::reinterpret_borrow<py::dict>(value)) {
    const std::string k = TextFrom(column, key);
    if (a.kind == ColumnKind::kStringToString) {
      a.Mutable<StringToString>(row)[k] = TextFrom(column, v);
    } else if (a.kind == ColumnKind::kStringToInteger) {
      a.Mutable<StringToInteger>(row)[k] = IntegerFrom(column, v);
    } else {
      ToProto(UuidFrom(column, v), &a.Mutable<StringToUuid>(row)[k]);
    }
  }
}

// -- Names ------------------------------------------------------------------------------------------------------------

std::string UnknownColumn(const TableSchema& table, absl::string_view name) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : table.columns()) names.push_back(column.name());
  return absl::StrCat("table ", table.name(), " has no column \"", name, "\"", DidYouMean(name, names));
}

const ColumnSchema& ColumnNamed(const TableSchema& table, absl::string_view name, absl::string_view place) {
  const ColumnSchema* column = table.FindColumn(name);
  if (column == nullptr) Raise(absl::NotFoundError(UnknownColumn(table, name)), place);
  return *column;
}

const TableSchema& TableNamed(const PyDatabase& self, absl::string_view name, absl::string_view place) {
  const TableSchema* table = self.db->schema().FindTable(name);
  if (table != nullptr) return *table;
  std::vector<std::string> names;
  for (const auto& one : self.db->schema().tables()) names.push_back(one->name());
  Raise(absl::NotFoundError(
            absl::StrCat(self.db->schema().name(), " has no table \"", name, "\"", DidYouMean(name, names))),
        place);
}

// -- Rows -------------------------------------------------------------------------------------------------------------

// A copy of a row as it was when it was asked for.
struct Row {
  const TableSchema* table;
  Uuid uuid;
  std::shared_ptr<const Message> message;

  py::object Get(const std::string& name) const {
    if (name == "_uuid") return ToStr(uuid.ToString());
    return ColumnToPython(ColumnNamed(*table, name, "Row"), *message);
  }
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const ColumnSchema& column : table->columns()) keys.push_back(column.name());
    return keys;
  }
  py::dict ToDict() const {
    py::dict dict;
    for (const ColumnSchema& column : table->columns()) dict[ToStr(column.name())] = ColumnToPython(column, *message);
    return dict;
  }
  std::string Repr() const {
    std::string text = absl::StrCat("<", table->name(), " ", uuid.ToString().substr(0, 8));
    for (const char* const key : {"name", "logical_port", "ip"}) {
      const ColumnSchema* column = table->FindColumn(key);
      if (column == nullptr) continue;
      absl::StrAppend(&text, " ", key, "=", TextOf(py::repr(ColumnToPython(*column, *message))));
    }
    return text + ">";
  }
};

Row CopyRow(const TableSchema& table, const Uuid& uuid, const Message& row) {
  std::shared_ptr<Message> copy(row.New());
  copy->CopyFrom(row);
  return {&table, uuid, std::move(copy)};
}

std::vector<Row> Rows(const PyDatabase& self, const Text& table_name) {
  const TableSchema& table = TableNamed(self, table_name, "Database.rows");
  return self.session.Run([&] {
    std::vector<Row> rows;
    self.db->ForEach(table, [&](const Uuid& uuid, const Message& row) { rows.push_back(CopyRow(table, uuid, row)); });
    return rows;
  });
}

std::vector<Row> Find(const PyDatabase& self, const Text& table_name, const Text& column_name, const Text& value) {
  const TableSchema& table = TableNamed(self, table_name, "Database.find");
  // "options:router-port": the key behind the column's name is the caller's.
  const size_t colon = column_name.find(':');
  const ColumnSchema& column = ColumnNamed(table, column_name.substr(0, colon), "Database.find");
  if (colon != std::string::npos && column.shape() != ColumnShape::kMap) {
    Raise(absl::InvalidArgumentError(absl::StrCat(column.name(), " is not a map")), "Database.find");
  }
  return self.session.Run([&] {
    std::vector<Row> rows;
    for (const Uuid& uuid : self.db->IndexOn(table, column_name).Find(value)) {
      rows.push_back(CopyRow(table, uuid, *self.db->Get(table, uuid)));
    }
    return rows;
  });
}

PyDatabase Own(std::unique_ptr<Database> database) {
  const Session session;
  return {session.Keep(std::move(database)), session, std::make_shared<Random>(1)};
}

PyDatabase FromLog(absl::StatusOr<LoadedLog> log, const std::string& place) {
  LoadedLog loaded = Check(std::move(log), place);
  Check(loaded.error, place);
  PyDatabase database = Own(std::move(loaded.database));
  database.warnings = std::move(loaded.warnings);
  for (const std::string& warning : database.warnings) Warn(absl::StrCat(place, ": ", warning));
  return database;
}

// -- Transactions -----------------------------------------------------------------------------------------------------

// with db.transaction() as t: …
// Python's values are read before the lock is taken; who holds the lock gives up no edits, since that takes it too.
class PyTransaction {
 public:
  explicit PyTransaction(PyDatabase database) : database_(std::move(database)) {}

  void Enter() {
    std::shared_ptr<Transaction> edits;  // Afterwards those that were begun before, if any.
    Run([&]() -> absl::Status {
      edits = database_.session.Keep(std::make_unique<Transaction>(database_.db->Begin()));
      edits_.swap(edits);
      return absl::OkStatus();
    });
  }
  void Exit(bool failed) {
    std::shared_ptr<Transaction> edits;
    Run([&]() -> absl::Status {
      edits = std::move(edits_);
      if (edits == nullptr || failed) return absl::OkStatus();
      return database_.db->Commit(std::move(*edits)).status();
    });
  }

  std::string Insert(const Text& table_name, const py::kwargs& columns) {
    const TableSchema& table = TableNamed(database_, table_name, "Transaction.insert");
    const Columns given(table, columns, "Transaction.insert");
    Uuid uuid;
    Run([&]() -> absl::Status {
      OVNLITE_RETURN_IF_ERROR(CheckEntered());
      uuid = NewUuid();
      given.MoveTo(*edits_->Insert(table, uuid));
      return absl::OkStatus();
    });
    return uuid.ToString();
  }
  void Update(const Text& table_name, const Text& text, const py::kwargs& columns) {
    const TableSchema& table = TableNamed(database_, table_name, "Transaction.update");
    const Uuid uuid = Check(Uuid::Parse(text), "Transaction.update");
    const Columns given(table, columns, "Transaction.update");
    Run([&]() -> absl::Status {
      OVNLITE_RETURN_IF_ERROR(CheckEntered());
      Message* row = edits_->Update(table, uuid);
      if (row == nullptr) return absl::NotFoundError(absl::StrCat("no row ", text, " in ", table.name()));
      given.MoveTo(*row);
      return absl::OkStatus();
    });
  }
  void Delete(const Text& table_name, const Text& text) {
    const TableSchema& table = TableNamed(database_, table_name, "Transaction.delete");
    const Uuid uuid = Check(Uuid::Parse(text), "Transaction.delete");
    Run([&]() -> absl::Status {
      OVNLITE_RETURN_IF_ERROR(CheckEntered());
      edits_->Delete(table, uuid);
      return absl::OkStatus();
    });
  }

 private:
  // Columns as Python has them, in a row of their own.
  class Columns {
   public:
    Columns(const TableSchema& table, const py::kwargs& columns, absl::string_view place)
        : row_(table.default_row().New()) {
      for (const auto& [name, value] : columns) {
        const ColumnSchema& column = ColumnNamed(table, TextOf(name), place);
        ColumnFromPython(column, value, *row_);
        fields_.push_back(table.descriptor()->field(column.index()));
      }
    }
    void MoveTo(Message& row) const { row.GetReflection()->SwapFields(&row, row_.get(), fields_); }

   private:
    const std::unique_ptr<Message> row_;
    std::vector<const google::protobuf::FieldDescriptor*> fields_;
  };

  template <typename F>
  void Run(F&& f) {
    Check(database_.session.Run(f), "Transaction");
  }
  absl::Status CheckEntered() const {
    return edits_ != nullptr ? absl::OkStatus() : absl::FailedPreconditionError("use it in a with statement");
  }
  // One that no row of the database has, nor any of this transaction.
  Uuid NewUuid() const {
    while (true) {
      const Uuid uuid = Uuid::Generate(*database_.random);
      bool taken = false;
      for (const auto& table : database_.db->schema().tables()) {
        taken = taken || database_.db->Get(*table, uuid) != nullptr || edits_->Get(*table, uuid) != nullptr;
      }
      if (!taken) return uuid;
    }
  }

  const PyDatabase database_;
  std::shared_ptr<Transaction> edits_;  // Of the session. Null outside of the with statement.
};

}  // namespace

void BindDatabase(py::module_& m) {
  py::class_<Row>(m, "Row", "A row as it was when it was asked for: columns by name, as items or attributes.")
      .def_property_readonly("uuid", [](const Row& r) { return r.uuid.ToString(); })
      .def_property_readonly("table", [](const Row& r) { return r.table->name(); })
      .def(
          "__getitem__", [](const Row& r, const Text& name) { return r.Get(name); }, py::arg("column"))
      .def(
          "__getattr__",
          [](const Row& r, const Text& name) {
            if (r.table->FindColumn(name) == nullptr) throw py::attribute_error(UnknownColumn(*r.table, name));
            return r.Get(name);
          },
          py::arg("column"))
      .def("keys", Method<Row>(&Row::Keys))
      .def("to_dict", Method<Row>(&Row::ToDict))
      .def("__iter__", [](const Row& r) { return py::iter(py::cast(r.Keys())); })
      .def("__len__", [](const Row& r) { return r.table->columns().size(); })
      .def(
          "__eq__",
          [](const Row& a, const Row& b) {
            return a.table == b.table && a.uuid == b.uuid && a.ToDict().equal(b.ToDict());
          },
          py::is_operator())
      .def("__repr__", Method<Row>(&Row::Repr));

  py::class_<PyTransaction>(m, "Transaction",
                            "Edits that become visible together when the with statement ends, or not at all.")
      .def(
          "__enter__",
          [](PyTransaction& t) -> PyTransaction& {
            t.Enter();
            return t;
          },
          py::return_value_policy::reference_internal)
      .def(
          "__exit__",
          [](PyTransaction& t, const py::object& type, const py::object&, const py::object&) {
            t.Exit(!type.is_none());
          },
          py::arg("type"), py::arg("value"), py::arg("traceback"))
      .def("insert", &PyTransaction::Insert, py::arg("table"), "A new row with these columns; its UUID.")
      .def("update", &PyTransaction::Update, py::arg("table"), py::arg("uuid"), "Replaces these columns.")
      .def("delete", &PyTransaction::Delete, py::arg("table"), py::arg("uuid"));

  py::class_<PyDatabase>(m, "Database", "A Northbound or Southbound database in memory.")
      .def_static(
          "load",
          [](const py::object& path) {
            const std::string name = PathOf(path, "Database.load");
            return FromLog(
                [&] {
                  const WithoutGil free;
                  return LoadLog(name);
                }(),
                absl::StrCat("Database.load(", Quoted(name), ")"));
          },
          py::arg("path"), "From an OVSDB file, such as /var/lib/ovn/ovnsb_db.db.")
      .def_static(
          "parse",
          [](const Frame& data) {
            return FromLog(
                [&] {
                  const WithoutGil free;
                  return ParseLog(data.bytes);
                }(),
                "Database.parse");
          },
          py::arg("data"), "From the bytes of such a file.")
      .def_static(
          "northbound", [] { return Own(std::make_unique<Database>(NorthboundSchema())); },
          "An empty Northbound database.")
      .def_static(
          "southbound", [] { return Own(std::make_unique<Database>(SouthboundSchema())); },
          "An empty Southbound database.")
      .def(
          "save",
          [](const PyDatabase& self, const py::object& path) {
            const std::string name = PathOf(path, "Database.save");
            Check(self.session.Run([&] { return SaveLog(*self.db, name); }),
                  absl::StrCat("Database.save(", Quoted(name), ")"));
          },
          py::arg("path"), "To an OVSDB file that ovsdb-server and ovsdb-tool can read.")
      .def_property_readonly("name", [](const PyDatabase& self) { return self.db->schema().name(); })
      .def_property_readonly("version", [](const PyDatabase& self) { return self.db->schema().version(); })
      .def_readonly("warnings", &PyDatabase::warnings, "What was left out when it was loaded.")
      .def_property_readonly("tables",
                             [](const PyDatabase& self) {
                               std::vector<std::string> names;
                               for (const auto& table : self.db->schema().tables()) names.push_back(table->name());
                               return names;
                             })
      .def("rows", &Rows, py::arg("table"), "All rows of a table, by UUID.")
      .def("find", &Find, py::arg("table"), py::arg("column"), py::arg("value"),
           "Rows whose column holds the value: db.find('Port_Binding', 'logical_port', 'LSP1'). For one key of a map:\n"
           "'options:router-port'.")
      .def(
          "get",
          [](const PyDatabase& self, const Text& table_name, const Text& text) -> std::optional<Row> {
            const TableSchema& table = TableNamed(self, table_name, "Database.get");
            const Uuid uuid = Check(Uuid::Parse(text), "Database.get");
            return self.session.Run([&]() -> std::optional<Row> {
              const Message* row = self.db->Get(table, uuid);
              return row == nullptr ? std::nullopt : std::optional<Row>(CopyRow(table, uuid, *row));
            });
          },
          py::arg("table"), py::arg("uuid"), "The row, or None.")
      .def(
          "transaction", [](const PyDatabase& self) { return std::make_unique<PyTransaction>(self); },
          "with db.transaction() as t: t.insert('Address_Set', name='web', addresses=['10.0.0.10'])")
      .def("__repr__", [](const PyDatabase& self) {
        const size_t rows = self.session.Run([&] {
          size_t sum = 0;
          for (const auto& table : self.db->schema().tables()) sum += self.db->RowCount(*table);
          return sum;
        });
        return absl::StrCat("<", self.db->schema().name(), " database, ", rows, " rows>");
      });
}

}  // namespace ovnlite::python
