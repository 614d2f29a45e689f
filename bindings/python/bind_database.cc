#include <google/protobuf/message.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "lib/schema/column_access.h"
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
  throw py::type_error(absl::StrCat(PlaceOf(column), " is ", wanted, ", not ", py::repr(value).cast<std::string>()));
}

std::string TextFrom(const ColumnSchema& column, py::handle value) {
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  if (const auto address = AddressText(value)) return *address;  // Objects of ipaddress.
  WrongType(column, "text", value);
}

Uuid UuidFrom(const ColumnSchema& column, py::handle value) {
  return Check(Uuid::Parse(py::str(value).cast<std::string>()), PlaceOf(column));
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

// -- Rows -------------------------------------------------------------------------------------------------------------

// A copy of a row as it was when it was asked for.
struct Row {
  const TableSchema* table;
  Uuid uuid;
  std::shared_ptr<const Message> message;

  py::object Get(const std::string& name) const {
    if (name == "_uuid") return ToStr(uuid.ToString());
    const ColumnSchema* column = table->FindColumn(name);
    if (column == nullptr) {
      Raise(absl::NotFoundError(absl::StrCat("table ", table->name(), " has no column \"", name, "\"")), "Row");
    }
    return ColumnToPython(*column, *message);
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
      absl::StrAppend(&text, " ", key, "=", py::repr(ColumnToPython(*column, *message)).cast<std::string>());
    }
    return text + ">";
  }
};

Row CopyRow(const TableSchema& table, const Uuid& uuid, const Message& row) {
  std::shared_ptr<Message> copy(row.New());
  copy->CopyFrom(row);
  return {&table, uuid, std::move(copy)};
}

const TableSchema& TableNamed(const PyDatabase& self, const std::string& name) {
  return *Check(self.db->schema().MatchTable(name), "Database");
}

std::vector<Row> Rows(const PyDatabase& self, const std::string& table_name) {
  const TableSchema& table = TableNamed(self, table_name);
  return self.session.Run([&] {
    std::vector<Row> rows;
    self.db->ForEach(table, [&](const Uuid& uuid, const Message& row) { rows.push_back(CopyRow(table, uuid, row)); });
    return rows;
  });
}

std::vector<Row> Find(const PyDatabase& self, const std::string& table_name, const std::string& column_name,
                      const std::string& value) {
  const TableSchema& table = TableNamed(self, table_name);
  // "options:router-port": the key behind the column's name is the caller's.
  const size_t colon = column_name.find(':');
  const ColumnSchema* column = Check(table.MatchColumn(column_name.substr(0, colon)), "Database.find");
  const bool is_map = column->shape() == ColumnShape::kMap;
  if (colon != std::string::npos && !is_map) {
    Raise(absl::InvalidArgumentError(absl::StrCat(column->name(), " is not a map")), "Database.find");
  }
  const std::string index = absl::StrCat(column->name(), colon == std::string::npos ? "" : column_name.substr(colon));
  return self.session.Run([&] {
    std::vector<Row> rows;
    for (const Uuid& uuid : self.db->IndexOn(table, index).Find(value)) {
      rows.push_back(CopyRow(table, uuid, *self.db->Get(table, uuid)));
    }
    return rows;
  });
}

PyDatabase FromLog(absl::StatusOr<LoadedLog> log, const std::string& place) {
  LoadedLog loaded = Check(std::move(log), place);
  Check(loaded.error, place);
  return {std::move(loaded.database), {}};
}

// -- Transactions -----------------------------------------------------------------------------------------------------

// with db.transaction() as t: …
class PyTransaction {
 public:
  explicit PyTransaction(PyDatabase database) : database_(std::move(database)) {}

  void Enter() {
    edits_ = database_.session.Run([this] { return std::make_unique<Transaction>(database_.db->Begin()); });
  }
  void Exit(bool failed) {
    std::unique_ptr<Transaction> edits = std::move(edits_);
    if (edits == nullptr || failed) return;
    Check(database_.session.Run([&] { return database_.db->Commit(std::move(*edits)).status(); }), "Transaction");
  }

  std::string Insert(const std::string& table_name, const py::kwargs& columns) {
    const TableSchema& table = TableNamed(database_, table_name);
    const Uuid uuid = Uuid::Generate(*database_.random);
    Transaction& t = edits();
    return Fill(table, uuid, database_.session.Run([&] { return t.Insert(table, uuid); }), columns);
  }
  void Update(const std::string& table_name, const std::string& text, const py::kwargs& columns) {
    const TableSchema& table = TableNamed(database_, table_name);
    const Uuid uuid = Check(Uuid::Parse(text), "Transaction.update");
    Transaction& t = edits();
    Message* row = database_.session.Run([&] { return t.Update(table, uuid); });  // The transaction's own copy.
    if (row == nullptr)
      Raise(absl::NotFoundError(absl::StrCat("no row ", text, " in ", table.name())), "Transaction.update");
    Fill(table, uuid, row, columns);
  }
  void Delete(const std::string& table_name, const std::string& text) {
    const TableSchema& table = TableNamed(database_, table_name);
    const Uuid uuid = Check(Uuid::Parse(text), "Transaction.delete");
    Transaction& t = edits();
    database_.session.Run([&] { t.Delete(table, uuid); });
  }

 private:
  Transaction& edits() {
    if (edits_ == nullptr) Raise(absl::FailedPreconditionError("use it in a with statement"), "Transaction");
    return *edits_;
  }
  static std::string Fill(const TableSchema& table, const Uuid& uuid, Message* row, const py::kwargs& columns) {
    for (const auto& [name, value] : columns) {
      const ColumnSchema* column = Check(table.MatchColumn(name.cast<std::string>()), "Transaction");
      ColumnFromPython(*column, value, *row);
    }
    return uuid.ToString();
  }

  PyDatabase database_;
  std::unique_ptr<Transaction> edits_;
};

}  // namespace

void BindDatabase(py::module_& m) {
  py::class_<Row>(m, "Row", "A row as it was when it was asked for: columns by name, as items or attributes.")
      .def_property_readonly("uuid", [](const Row& r) { return r.uuid.ToString(); })
      .def_property_readonly("table", [](const Row& r) { return r.table->name(); })
      .def("__getitem__", &Row::Get, py::arg("column"))
      .def(
          "__getattr__",
          [](const Row& r, const std::string& name) {
            if (r.table->FindColumn(name) == nullptr) {
              throw py::attribute_error(absl::StrCat("table ", r.table->name(), " has no column \"", name, "\""));
            }
            return r.Get(name);
          },
          py::arg("column"))
      .def("keys", &Row::Keys)
      .def("to_dict", &Row::ToDict)
      .def("__iter__", [](const Row& r) { return py::iter(py::cast(r.Keys())); })
      .def("__len__", [](const Row& r) { return r.table->columns().size(); })
      .def(
          "__eq__",
          [](const Row& a, const Row& b) {
            return a.table == b.table && a.uuid == b.uuid && a.ToDict().equal(b.ToDict());
          },
          py::is_operator())
      .def("__repr__", &Row::Repr);

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
            const std::string name = py::module_::import("os").attr("fspath")(path).cast<std::string>();
            return FromLog(
                [&] {
                  const py::gil_scoped_release release;
                  return LoadLog(name);
                }(),
                absl::StrCat("Database.load(", Quoted(name), ")"));
          },
          py::arg("path"), "From an OVSDB file, such as /var/lib/ovn/ovnsb_db.db.")
      .def_static(
          "parse", [](const Frame& data) { return FromLog(ParseLog(data.bytes), "Database.parse"); }, py::arg("data"),
          "From the bytes of such a file.")
      .def_static(
          "northbound",
          [] {
            return PyDatabase{std::make_shared<Database>(NorthboundSchema()), {}};
          },
          "An empty Northbound database.")
      .def_static(
          "southbound",
          [] {
            return PyDatabase{std::make_shared<Database>(SouthboundSchema()), {}};
          },
          "An empty Southbound database.")
      .def(
          "save",
          [](const PyDatabase& self, const py::object& path) {
            const std::string name = py::module_::import("os").attr("fspath")(path).cast<std::string>();
            Check(self.session.Run([&] { return SaveLog(*self.db, name); }),
                  absl::StrCat("Database.save(", Quoted(name), ")"));
          },
          py::arg("path"), "To an OVSDB file that ovsdb-server and ovsdb-tool can read.")
      .def_property_readonly("name", [](const PyDatabase& self) { return self.db->schema().name(); })
      .def_property_readonly("version", [](const PyDatabase& self) { return self.db->schema().version(); })
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
          [](const PyDatabase& self, const std::string& table_name, const std::string& text) -> std::optional<Row> {
            const TableSchema& table = TableNamed(self, table_name);
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
