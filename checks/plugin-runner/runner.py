# Runs programs for one server: frames in on stdin, frames out on stdout (frames.ts says how they look).
# Python, because os.posix_spawn is vfork: a program costs 0.1 ms more than itself, a fork three times that.

import errno, gc, os, select, signal, struct, sys, time

KEPT_BYTES = 64 * 1024 + 1
FLOOD_BYTES = 4 * 1024 * 1024
# How long the output may stay open after the exit: a child that was left behind can hold it for ever.
HELD_SEC = 0.1
READ_BYTES = 64 * 1024

RUN, KILL = 1, 2
READY, END = 1, 2
EXITED, SIGNALLED, FLOODED, NOT_STARTED = range(4)
NO_CPU = 0xFFFFFFFF
HEADER = struct.Struct(">IB")
RUN_HEAD = struct.Struct(">IH")
END_HEAD = struct.Struct(">IBBII")

# Programs inherit descriptors 0 to 2 only: what leaked into this process is closed, the server moved out of the way.
os.closerange(3, os.sysconf("SC_OPEN_MAX"))
server_in, server_out = os.dup(0), os.dup(1)
nothing = os.open("/dev/null", os.O_RDONLY)
os.dup2(nothing, 0)
os.close(nothing)
os.chdir("/")

# What a program gets beside what its request adds: the small environment the server gave to this process.
base_environment = dict(os.environb)

wake_in, wake_out = os.pipe()
os.set_blocking(wake_in, False)
os.set_blocking(wake_out, False)
signal.signal(signal.SIGCHLD, lambda *_: None)
signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)

poll = select.epoll()
poll.register(server_in, select.EPOLLIN)
poll.register(wake_in, select.EPOLLIN)

runs = {}  # by the server's id
by_pid = {}  # those that have not exited
by_fd = {}  # descriptor → (run, 0 for stdout or 1 for stderr)
held = []  # (due, run), in order: exited or killed, the output still open
inbox = bytearray()
outbox = []


class Run:
    __slots__ = ("id", "pid", "fds", "chunks", "kept", "written", "flooded", "status", "cpu_us")

    def __init__(self, run_id, pid, fds):
        self.id, self.pid, self.fds = run_id, pid, fds
        self.chunks, self.kept, self.written = ([], []), [0, 0], 0
        self.flooded, self.status, self.cpu_us = False, None, NO_CPU


def start(run_id, argv, environment):
    fds = []
    try:
        fds += os.pipe()
        fds += os.pipe()
        pid = spawn(argv, environment, fds[1], fds[3])
    except (OSError, ValueError) as error:
        for fd in fds:
            os.close(fd)
        # ValueError: words that Python does not let through to the kernel.
        return answer(run_id, NOT_STARTED, getattr(error, "errno", errno.EINVAL), NO_CPU, b"", b"")
    os.close(fds[1])
    os.close(fds[3])
    run = runs[run_id] = by_pid[pid] = Run(run_id, pid, [fds[0], fds[2]])
    for stream, fd in enumerate(run.fds):
        by_fd[fd] = (run, stream)
        poll.register(fd, select.EPOLLIN)


def spawn(argv, environment, stdout, stderr):
    actions = [(os.POSIX_SPAWN_DUP2, stdout, 1), (os.POSIX_SPAWN_DUP2, stderr, 2)]
    # Python ignores these two, and what is ignored stays so across exec.
    options = {"file_actions": actions, "setpgroup": 0, "setsigdef": (signal.SIGPIPE, signal.SIGXFSZ)}
    try:
        return os.posix_spawnp(argv[0], argv, environment, **options)
    except OSError as error:
        # A script without "#!" goes to the shell, as execvp does it.
        if error.errno != errno.ENOEXEC:
            raise
        return os.posix_spawn(b"/bin/sh", [b"/bin/sh", *argv], environment, **options)


def read_output(fd, event):
    run, stream = by_fd[fd]
    if event & select.EPOLLIN:
        data = os.read(fd, READ_BYTES)
        run.written += len(data)
        room = KEPT_BYTES - run.kept[stream]
        if data and room > 0:
            run.chunks[stream].append(data[:room])
            run.kept[stream] += len(data)
        if run.written > FLOOD_BYTES and not run.flooded:
            run.flooded = True
            kill(run)
        # A short read of a pipe that nobody can write to any more was the last one.
        if data and (not event & select.EPOLLHUP or len(data) == READ_BYTES):
            return
    close(run, fd)
    if run.status is not None and not run.fds:
        finish(run)


def close(run, fd):
    # Before closing: a program that is just being started may share the pipe, and would keep it registered.
    poll.unregister(fd)
    os.close(fd)
    del by_fd[fd]
    run.fds.remove(fd)


def reap():
    while by_pid:
        try:
            pid, status, usage = os.wait3(os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        run = by_pid.pop(pid, None)
        if run is None or run.id not in runs:
            continue
        run.status = status
        run.cpu_us = int((usage.ru_utime + usage.ru_stime) * 1e6)
        if run.fds:
            hold(run)
        else:
            finish(run)


def kill(run):
    kill_group(run.pid)
    # Even a program that cannot die (its disk is gone) is answered for.
    hold(run)


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def hold(run):
    held.append((time.monotonic() + HELD_SEC, run))


def answer_held():
    now = time.monotonic()
    while held and held[0][0] <= now:
        run = held.pop(0)[1]
        if runs.get(run.id) is run:
            kill_group(run.pid)
            finish(run)


def finish(run):
    del runs[run.id]
    for fd in list(run.fds):
        close(run, fd)
    stdout, stderr = (b"".join(chunks) for chunks in run.chunks)
    how, code = verdict(run)
    answer(run.id, how, code, run.cpu_us, stdout, stderr)


def verdict(run):
    status = signal.SIGKILL if run.status is None else run.status
    code = os.waitstatus_to_exitcode(status)
    if run.flooded:
        return FLOODED, 0
    return (EXITED, code) if code >= 0 else (SIGNALLED, -code)


def answer(run_id, how, code, cpu_us, stdout, stderr):
    body = END_HEAD.pack(run_id, how, code & 255, min(cpu_us, NO_CPU), len(stdout)) + stdout + stderr
    outbox.append(HEADER.pack(len(body) + 1, END) + body)


def flush():
    data = memoryview(b"".join(outbox))
    outbox.clear()
    while data:
        data = data[os.write(server_out, data) :]


def receive():
    data = os.read(server_in, 256 * 1024)
    if not data:
        raise EOFError
    inbox.extend(data)
    at = 0
    while len(inbox) - at >= HEADER.size:
        length, kind = HEADER.unpack_from(inbox, at)
        end = at + 4 + length
        if len(inbox) < end:
            break
        take(kind, bytes(inbox[at + HEADER.size : end]))
        at = end
    del inbox[:at]


def take(kind, body):
    if kind == RUN:
        run_id, count = RUN_HEAD.unpack_from(body)
        words = body[RUN_HEAD.size :].split(b"\0")
        environment = base_environment
        if len(words) > count:
            environment = environment | dict(word.partition(b"=")[::2] for word in words[count:])
        start(run_id, words[:count], environment)
    elif kind == KILL:
        run = runs.get(int.from_bytes(body, "big"))
        if run:
            kill(run)


def serve():
    outbox.append(HEADER.pack(1, READY))
    while True:
        flush()
        woken = False
        for fd, event in poll.poll(max(0, held[0][0] - time.monotonic()) if held else None):
            if fd == server_in:
                receive()
            elif fd == wake_in:
                os.read(wake_in, 4096)
                woken = True
            elif fd in by_fd:
                read_output(fd, event)
        # After the output: most programs are then answered for in the same turn.
        if woken:
            reap()
        if held:
            answer_held()


gc.disable()
try:
    serve()
except (EOFError, BrokenPipeError, ConnectionResetError):
    # The server has gone; nobody waits for these any more.
    for run in runs.values():
        kill_group(run.pid)
