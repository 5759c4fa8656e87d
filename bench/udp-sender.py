# Sends prepared datagrams over loopback at a steady rate, 64 to a system call, so that the
# sender is not what a bench measures. Prints how many it sent and in how many seconds.
# Run: python3 udp-sender.py PORT PACKETS_PER_SEC SECONDS FILE   (FILE: u32 length, bytes, …)

import ctypes
import socket
import struct
import sys
import time

BATCH = 64
libc = ctypes.CDLL(None, use_errno=True)


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class MsgHdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32), ("iov", ctypes.POINTER(IoVec)),
        ("iovlen", ctypes.c_size_t), ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class MMsgHdr(ctypes.Structure):
    _fields_ = [("header", MsgHdr), ("length", ctypes.c_uint)]


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    datagrams, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        datagrams.append(data[at + 4:at + 4 + length])
        at += 4 + length
    return datagrams


def batches_of(datagrams):
    batches = []
    for start in range(0, len(datagrams), BATCH):
        chunk = datagrams[start:start + BATCH]
        vectors, headers = (IoVec * len(chunk))(), (MMsgHdr * len(chunk))()
        for i, datagram in enumerate(chunk):
            vectors[i].base = ctypes.cast(ctypes.c_char_p(datagram), ctypes.c_void_p)
            vectors[i].length = len(datagram)
            headers[i].header.iov = ctypes.pointer(vectors[i])
            headers[i].header.iovlen = 1
        batches.append((headers, len(chunk), vectors, chunk))
    return batches


def main():
    port, per_sec, seconds, path = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    batches = batches_of(load(path))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", port))
    fd, sent, i = sender.fileno(), 0, 0
    start = time.monotonic()
    # 0 seconds: each datagram once.
    limit = per_sec * seconds if seconds > 0 else sum(count for _, count, _, _ in batches)
    while sent < limit:
        ahead = sent / per_sec - (time.monotonic() - start)
        if ahead > 0.001:
            time.sleep(ahead)
        headers, count, _, _ = batches[i]
        taken = libc.sendmmsg(fd, headers, count, 0)
        if taken < 0:
            raise OSError(ctypes.get_errno(), "sendmmsg")
        sent += taken
        i = (i + 1) % len(batches)
        if time.monotonic() - start > seconds * 1.2 + 10:
            break
    print(sent, time.monotonic() - start)


main()
