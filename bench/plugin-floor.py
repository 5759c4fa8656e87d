# The least a plugin can cost: started, its output thrown away, waited for. Prints seconds of CPU, with the plugins'.
# Run: python3 plugin-floor.py COUNT PROGRAM [ARGUMENT …]

import os, resource, sys

count, argv = int(sys.argv[1]), sys.argv[2:]
environment = {"PATH": os.defpath, "LC_CTYPE": "C.UTF-8"}
silent = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]


def cpu():
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime


before = cpu()
for _ in range(count):
    os.waitpid(os.posix_spawn(argv[0], argv, environment, file_actions=silent, setpgroup=0), 0)
print(cpu() - before)
