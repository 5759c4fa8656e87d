# Reads XML as a client would, and prints for each time: bytes, and milliseconds from the
# connection to the end. Without a REQUEST it sends nothing.
# Run: python3 xml-reader.py PORT COUNT [REQUEST]

import socket
import sys
import time

port, count = int(sys.argv[1]), int(sys.argv[2])
request = (sys.argv[3] + "\n").encode() if len(sys.argv) > 3 else b""
for _ in range(count):
    start = time.monotonic()
    client = socket.create_connection(("127.0.0.1", port))
    if request:
        client.sendall(request)
    size = 0
    while True:
        part = client.recv(1 << 20)
        if not part:
            break
        size += len(part)
    client.close()
    print(size, (time.monotonic() - start) * 1000)
