"""Many threads and processes: nothing is held up, nothing is lost, and whoever ends ends alone."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest

import ovnlite

from sample_lab import MICROFLOW, make_lab


class ThreadTest(unittest.TestCase):
    def test_python_goes_on_while_a_lab_runs(self):
        lab = make_lab()
        lab.ping("VM-A", "VM-B")
        running = threading.Event()
        done = threading.Event()

        def work():
            running.set()
            lab.ping("VM-A", "VM-B", count=3_000, interval=0.001)
            done.set()

        thread = threading.Thread(target=work)
        thread.start()
        running.wait()
        turns = 0
        while not done.is_set():
            turns += 1
            time.sleep(0.001)
        thread.join()
        # With the GIL held there would be one or two.
        self.assertGreater(turns, 10)

    def test_one_lab_from_many_threads(self):
        lab = make_lab()
        results = []

        def work():
            for _ in range(5):
                results.append(bool(lab.ping("VM-A", "VM-B")))
                results.append(lab.trace(MICROFLOW).outputs == ["LSP2"])
                results.append(len(lab.sb.rows("Port_Binding")) == 6)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [True] * 60)

    def test_everything_at_once(self):
        """Traces whose tracers are dropped, moves, edits and pings, by two threads each, on one lab."""
        lab = make_lab()
        lab.sync()
        until = time.monotonic() + 5
        failures, rounds = [], [0] * 8

        def trace():
            tracer = ovnlite.Tracer(lab.sb)
            outputs = tracer.run(MICROFLOW, "LS1").outputs
            del tracer
            return outputs == ["LSP2"]

        def move():
            return all(lab.move_host("VM-B", chassis) is None for chassis in ("compute1", "compute2"))

        def edit():
            with lab.nb.transaction() as t:
                switch = t.insert("Logical_Switch", name=f"LS-{threading.get_ident()}")
            lab.sync()
            with lab.nb.transaction() as t:
                t.delete("Logical_Switch", switch)
            return lab.nb.get("Logical_Switch", switch) is None

        def ping():
            return bool(lab.ping("VM-A", "VM-B"))

        def work(number, step):
            while time.monotonic() < until:
                try:
                    if not step():
                        failures.append((step.__name__, "wrong"))
                except Exception as error:  # pylint: disable=broad-except
                    failures.append((step.__name__, repr(error)))
                rounds[number] += 1

        threads = [threading.Thread(target=work, args=(i, step)) for i, step in enumerate([trace, move, edit, ping] * 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures[:5], [])
        self.assertTrue(all(rounds), rounds)

    def test_objects_dropped_while_others_work(self):
        """The last owner of each kind of object that lives in a lab, and of the lab, in another thread than the one at work."""
        for make in (lambda lab: ovnlite.Tracer(lab.sb), lambda lab: lab.nb, lambda lab: lab.nb.transaction().__enter__(),
                     lambda lab: lab.trace(MICROFLOW).root, lambda lab: lab.sb.rows("Chassis"), lambda lab: None):
            lab = make_lab()
            lab.sync()
            thing = make(lab)
            if isinstance(thing, ovnlite.Tracer):
                thing.run(MICROFLOW, "LS1")
            held = [lab]
            del lab
            thread = threading.Thread(target=lambda h=held: h.pop().ping("VM-A", "VM-B", count=300, interval=0.001))
            thread.start()
            del thing
            thread.join()
            self.assertEqual(held, [])

    def test_a_transaction_of_many_threads(self):
        nb = ovnlite.Database.northbound()
        with nb.transaction() as t:
            def work():
                for _ in range(200):
                    uuid = t.insert("Logical_Switch", name="x")
                    t.update("Logical_Switch", uuid, name="y")
            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual([r.name for r in nb.rows("Logical_Switch")], ["y"] * 800)


def run_python(program):
    """Its exit status and what it says; a status below 0 is minus a signal's number."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=100, check=False,
                          cwd=os.path.dirname(os.path.abspath(__file__)))
    return done.returncode, done.stderr


class ExitTest(unittest.TestCase):
    """The interpreter ends while a daemon thread is inside a call."""

    CALLS = {
        "a ping": "lab.ping('VM-A', 'VM-B', count=20_000, interval=0.001)",
        "many pings": "[lab.ping('VM-A', 'VM-B') for _ in range(100_000)]",
        "many traces": "[lab.trace(MICROFLOW) for _ in range(100_000)]",
        "many tracers": "[ovnlite.Tracer(lab.sb).run(MICROFLOW, 'LS1') for _ in range(100_000)]",
        "many transactions": "[lab.nb.transaction().__enter__().insert('Logical_Switch', name='x') for _ in range(100_000)]",
        "many labs": "[make_lab() for _ in range(100_000)]",
        "many chassis": "[ovnlite.Chassis(sb, 'x').process() for _ in range(100_000)]",
        "many compilers": "[ovnlite.Northd(nb, ovnlite.Database.southbound()).update() for _ in range(100_000)]",
        "a wire": "[w.send(bytes(60)) for w in ovnlite.memory_ports('a', 'b') for _ in range(100_000)]",
        "a file": "[ovnlite.Database.parse(data) for _ in range(100_000)]",
        "a call back": "[ovnlite.describe(Slow()) for _ in range(100_000)]",
    }

    def test_daemon_threads(self):
        for name, call in self.CALLS.items():
            for delay in (0.0, 0.01, 0.05):
                status, said = run_python(f"""
                    import tempfile, threading, time
                    import ovnlite
                    from sample_lab import MICROFLOW, make_lab
                    class Slow:
                        def __bytes__(self):
                            time.sleep(0.001)
                            return bytes(60)
                    lab = make_lab()
                    lab.sync()
                    nb, sb, tracer = lab.nb, lab.sb, ovnlite.Tracer(lab.sb)
                    with tempfile.TemporaryDirectory() as folder:
                        lab.nb.save(folder + "/nb.db")
                        with open(folder + "/nb.db", "rb") as f:
                            data = f.read()
                    begun = threading.Event()
                    def work():
                        begun.set()
                        {call}
                    for _ in range(2):
                        threading.Thread(target=work, daemon=True).start()
                    begun.wait()
                    time.sleep({delay})
                    """)
                self.assertEqual((status, said), (0, ""), f"{name}, {delay} s")


class ForkTest(unittest.TestCase):
    def in_child(self, f):
        """What f() says in a forked process: its exit status, or None when it does not come back."""
        pid = os.fork()
        if pid == 0:
            status = 99
            try:
                status = f()
            finally:
                os._exit(status)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return None

    def test_while_nobody_works(self):
        lab = make_lab()
        lab.sync()
        tracer = ovnlite.Tracer(lab.sb)

        def child():
            good = lab.ping("VM-A", "VM-B") and lab.trace(MICROFLOW).outputs == ["LSP2"] and tracer.run(MICROFLOW, "LS1")
            return 7 if good else 8

        self.assertEqual(self.in_child(child), 7)
        self.assertTrue(lab.ping("VM-A", "VM-B"))

    def test_while_another_thread_works(self):
        lab = make_lab()
        lab.sync()
        nb, tracer, transaction = lab.nb, ovnlite.Tracer(lab.sb), lab.nb.transaction().__enter__()
        tracer.run(MICROFLOW, "LS1")
        things = [lab, nb, tracer, transaction]
        del nb, tracer, transaction
        running = threading.Event()

        def work():
            running.set()
            lab.ping("VM-A", "VM-B", count=30_000, interval=0.001)

        thread = threading.Thread(target=work)
        thread.start()
        running.wait()

        def child():
            calls = [lambda: things[0].ping("VM-A", "VM-B"), lambda: things[0].now, lambda: things[1].rows("Logical_Switch"),
                     lambda: things[2].run(MICROFLOW, "LS1"), lambda: things[3].insert("Logical_Switch", name="x")]
            for call in calls:
                try:
                    call()
                    return 1 if call is calls[0] else 4
                except ovnlite.FailedPreconditionError as error:
                    if "forked while another thread was at work" not in str(error) or error.place != "fork":
                        return 2
            things.clear()  # They end, as far as they may.
            return 7 if make_lab().ping("VM-A", "VM-B") else 3  # What is new works.

        status = 1
        while status == 1 and thread.is_alive():  # Until it is at work.
            status = self.in_child(child)
        self.assertEqual(status, 7)
        thread.join()
        self.assertTrue(lab.ping("VM-A", "VM-B"))


if __name__ == "__main__":
    unittest.main()
