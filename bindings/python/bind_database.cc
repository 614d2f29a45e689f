#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "lib/schema/constraints.h"
#include "ovnlite/base/status.h"
#include "ovnlite/check/check.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

// -- Columns ----------------------------------------------------------------------------------------------------------

py::object AtomToPython(const AtomRef& atom) {
  switch (atom.type) {
    case AtomType::kInteger:
      return py::int_(static_cast<int64_t>(atom.high));
    case AtomType::kBoolean:
      return py::bool_(atom.high != 0);
    case AtomType::kString:
      return ToStr(atom.text);
    default:
      return ToStr(atom.ToAtom().ToString());
  }
}

py::object ColumnToPython(const ColumnSchema& column, const Row& row) {
  const Datum value = row.Get(column);
  if (column.shape() == ColumnShape::kMap) {
    py::dict dict;
    value.ForEach([&](const AtomRef& key, const AtomRef* v) { dict[AtomToPython(key)] = AtomToPython(*v); });
    return dict;
  }
  if (column.shape() == ColumnShape::kSet) {
    py::list list;
    value.ForEach([&](const AtomRef& member, const AtomRef*) { list.append(AtomToPython(member)); });
    return list;
  }
  return value.empty() ? py::none() : AtomToPython(value.atom());
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

// OVN's columns hold no real numbers.
Atom AtomFromPython(const ColumnSchema& column, AtomType type, py::handle value) {
  if (type == AtomType::kInteger) return Atom::Integer(IntegerFrom(column, value));
  if (type == AtomType::kUuid) return Atom::Of(UuidFrom(column, value));
  if (type == AtomType::kString) return Atom::String(TextFrom(column, value));
  if (!PyBool_Check(value.ptr())) WrongType(column, "True or False", value);
  return Atom::Boolean(value.cast<bool>());
}

// What stands in a set twice is put into `twice`.
Datum ColumnFromPython(const ColumnSchema& column, py::handle value, std::optional<Atom>* twice) {
  const AtomType type = column.key().type;
  if (column.shape() == ColumnShape::kScalar) return AtomFromPython(column, type, value);
  if (value.is_none()) return Datum();
  if (column.shape() == ColumnShape::kOptional) return AtomFromPython(column, type, value);
  if (column.shape() == ColumnShape::kSet) {
    std::vector<Atom> members;
    for (const py::object& v : Elements(value)) members.push_back(AtomFromPython(column, type, v));
    return Members::Of(type, std::move(members), twice);
  }
  if (!py::isinstance<py::dict>(value)) WrongType(column, "a dict", value);
  std::vector<std::pair<Atom, Atom>> pairs;
  for (const auto& [key, v] : py::reinterpret_borrow<py::dict>(value)) {
    Atom k = AtomFromPython(column, type, key);
    pairs.emplace_back(std::move(k), AtomFromPython(column, column.value().type, v));
  }
  return Members::Of(type, column.value().type, std::move(pairs));
}

// The atom that is written as this text, or none.
std::optional<Atom> AtomWritten(AtomType type, const std::string& text) {
  if (type == AtomType::kString) return Atom::String(text);
  std::optional<Atom> atom;
  if (type == AtomType::kInteger) {
    if (int64_t number; absl::SimpleAtoi(text, &number)) atom = Atom::Integer(number);
  } else if (type == AtomType::kBoolean) {
    atom = Atom::Boolean(text == "true");
  } else if (const absl::StatusOr<Uuid> uuid = Uuid::Parse(text); uuid.ok()) {
    atom = Atom::Of(*uuid);
  }
  return atom.has_value() && atom->ToString() == text ? atom : std::nullopt;
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

// A row as it was when it was asked for.
struct PyRow {
  Uuid uuid;
  Row row;

  const TableSchema& table() const { return row.table(); }
  py::object Get(const std::string& name) const {
    if (name == "_uuid") return ToStr(uuid.ToString());
    return ColumnToPython(ColumnNamed(table(), name, "Row"), row);
  }
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const ColumnSchema& column : table().columns()) keys.push_back(column.name());
    return keys;
  }
  py::dict ToDict() const {
    py::dict dict;
    for (const ColumnSchema& column : table().columns()) dict[ToStr(column.name())] = ColumnToPython(column, row);
    return dict;
  }
  std::string Repr() const {
    std::string text = absl::StrCat("<", table().name(), " ", uuid.ToString().substr(0, 8));
    for (const char* const key : {"name", "logical_port", "ip"}) {
      const ColumnSchema* column = table().FindColumn(key);
      if (column == nullptr) continue;
      absl::StrAppend(&text, " ", key, "=", TextOf(py::repr(ColumnToPython(*column, row))));
    }
    return text + ">";
  }
};

std::vector<PyRow> Rows(const PyDatabase& self, const Text& table_name) {
  const TableSchema& table = TableNamed(self, table_name, "Database.rows");
  return self.session.Run([&] {
    std::vector<PyRow> rows;
    self.db->ForEach(table, [&](const Uuid& uuid, const Row& row) { rows.push_back({uuid, row}); });
    return rows;
  });
}

std::vector<PyRow> Find(const PyDatabase& self, const Text& table_name, const Text& column_name, const Text& value) {
  const TableSchema& table = TableNamed(self, table_name, "Database.find");
  // "options:router-port": the key behind the column's name is the caller's.
  const size_t colon = column_name.find(':');
  const ColumnSchema& column = ColumnNamed(table, column_name.substr(0, colon), "Database.find");
  const bool under_key = colon != std::string::npos;
  if (under_key && column.shape() != ColumnShape::kMap) {
    Raise(absl::InvalidArgumentError(absl::StrCat(column.name(), " is not a map")), "Database.find");
  }
  const std::optional<Atom> atom = AtomWritten((under_key ? column.value() : column.key()).type, value);
  if (!atom.has_value()) return {};
  return self.session.Run([&] {
    const Index& index = under_key ? self.db->IndexOn(column, absl::string_view(column_name).substr(colon + 1))
                                   : self.db->IndexOn(column);
    std::vector<PyRow> rows;
    for (const Uuid uuid : index.Find(*atom)) rows.push_back({uuid, *self.db->Find(table, uuid)});
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
      mistake_ = absl::OkStatus();
      return absl::OkStatus();
    });
  }
  void Exit(bool failed) {
    std::shared_ptr<Transaction> edits;
    Run([&]() -> absl::Status {
      edits = std::move(edits_);
      if (edits == nullptr || failed) return absl::OkStatus();
      OVNLITE_RETURN_IF_ERROR(mistake_);
      return database_.db->Commit(std::move(*edits)).status();
    });
  }

  std::string Insert(const Text& table_name, const py::kwargs& columns) {
    const TableSchema& table = TableNamed(database_, table_name, "Transaction.insert");
    Columns given(table, columns, "Transaction.insert");
    Uuid uuid;
    Run([&]() -> absl::Status {
      OVNLITE_RETURN_IF_ERROR(CheckEntered());
      uuid = NewUuid();
      edits_->InsertRow(table, uuid);
      // Sets that must not be empty have a default, but must be given here.
      for (const ColumnSchema* column : table.sets()) edits_->Set(*column, uuid, Datum());
      mistake_.Update(given.MoveTo(*edits_, uuid));
      return absl::OkStatus();
    });
    return uuid.ToString();
  }
  void Update(const Text& table_name, const Text& text, const py::kwargs& columns) {
    const TableSchema& table = TableNamed(database_, table_name, "Transaction.update");
    const Uuid uuid = Check(Uuid::Parse(text), "Transaction.update");
    Columns given(table, columns, "Transaction.update");
    Run([&]() -> absl::Status {
      OVNLITE_RETURN_IF_ERROR(CheckEntered());
      if (!edits_->Get(table, uuid)) return absl::NotFoundError(absl::StrCat("no row ", text, " in ", table.name()));
      mistake_.Update(given.MoveTo(*edits_, uuid));
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
  // Columns as Python has them.
  class Columns {
   public:
    Columns(const TableSchema& table, const py::kwargs& columns, absl::string_view place) {
      for (const auto& [name, value] : columns) {
        const ColumnSchema& column = ColumnNamed(table, TextOf(name), place);
        Column& given = columns_.emplace_back(Column{&column, {}, {}});
        given.value = ColumnFromPython(column, value, &given.twice);
      }
    }
    // What is wrong with them becomes the error of the transaction, as other values that a column does not take.
    absl::Status MoveTo(Transaction& edits, const Uuid& row) {
      absl::Status mistake;
      for (Column& c : columns_) {
        edits.Set(*c.schema, row, std::move(c.value));
        if (!c.twice.has_value()) continue;
        mistake.Update(absl::InvalidArgumentError(
            absl::StrCat("ovsdb error: ", c.schema->table().name(), " row ", row.ToString(), " column ",
                         c.schema->name(), ": ", absl::StripPrefix(TwiceError(*c.twice).message(), "ovsdb error: "))));
      }
      return mistake;
    }

   private:
    struct Column {
      const ColumnSchema* schema;
      Datum value;
      std::optional<Atom> twice;
    };
    std::vector<Column> columns_;
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
        taken = taken || database_.db->Find(*table, uuid) != nullptr || edits_->Get(*table, uuid);
      }
      if (!taken) return uuid;
    }
  }

  const PyDatabase database_;
  std::shared_ptr<Transaction> edits_;  // Of the session. Null outside of the with statement.
  absl::Status mistake_;                // The first in what was written, to be told when it ends.
};

}  // namespace

const PyDatabase& RequireNorthbound(const PyDatabase& db, absl::string_view place) {
  if (db.db->schema().name() == NorthboundSchema().name()) return db;
  Raise(absl::InvalidArgumentError("it takes a Northbound database"), place);
}

const PyDatabase& RequireSouthbound(const PyDatabase& db, absl::string_view place) {
  if (db.db->schema().name() == SouthboundSchema().name()) return db;
  Raise(absl::InvalidArgumentError("it takes a Southbound database"), place);
}

void BindDatabase(py::module_& m) {
  py::class_<PyRow>(m, "Row", "A row as it was when it was asked for: columns by name, as items or attributes.")
      .def_property_readonly("uuid", [](const PyRow& r) { return r.uuid.ToString(); })
      .def_property_readonly("table", [](const PyRow& r) { return r.table().name(); })
      .def(
          "__getitem__", [](const PyRow& r, const Text& name) { return r.Get(name); }, py::arg("column"))
      .def(
          "__getattr__",
          [](const PyRow& r, const Text& name) {
            if (r.table().FindColumn(name) == nullptr) throw py::attribute_error(UnknownColumn(r.table(), name));
            return r.Get(name);
          },
          py::arg("column"))
      .def("keys", Method<PyRow>(&PyRow::Keys))
      .def("to_dict", Method<PyRow>(&PyRow::ToDict))
      .def("__iter__", [](const PyRow& r) { return py::iter(py::cast(r.Keys())); })
      .def("__len__", [](const PyRow& r) { return r.table().columns().size(); })
      .def(
          "__eq__",
          [](const PyRow& a, const PyRow& b) { return &a.table() == &b.table() && a.uuid == b.uuid && a.row == b.row; },
          py::is_operator())
      .def("__repr__", Method<PyRow>(&PyRow::Repr));

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
          [](const PyDatabase& self, const Text& table_name, const Text& text) -> std::optional<PyRow> {
            const TableSchema& table = TableNamed(self, table_name, "Database.get");
            const Uuid uuid = Check(Uuid::Parse(text), "Database.get");
            return self.session.Run([&]() -> std::optional<PyRow> {
              const Row* row = self.db->Find(table, uuid);
              return row == nullptr ? std::nullopt : std::optional<PyRow>({uuid, *row});
            });
          },
          py::arg("table"), py::arg("uuid"), "The row, or None.")
      .def(
          "check",
          [](const PyDatabase& self) {
            return Check(self.session.Run([&]() -> absl::StatusOr<std::vector<Finding>> {
              if (&self.db->schema() != &NorthboundSchema()) {
                return absl::FailedPreconditionError("only Northbound databases are checked");
              }
              return CheckNorthbound(*self.db);
            }),
                         "Database.check");
          },
          "What makes no sense in a Northbound database, and what OVN does with it.")
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
