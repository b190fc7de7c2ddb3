"""Runs a program under the seccomp profile of a container: PROFILE.json [-NAME…] PROGRAM ARGUMENT…

The profile is loaded as Docker and Podman load it, by libseccomp. Names after a hyphen are left out
of it. Exits with 77 if libseccomp is not there.
"""

import ctypes
import json
import os
import sys

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
MASKED_EQUAL = 7
UNKNOWN = -1
SKIPPED = 77


class Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


def library():
    try:
        c = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        sys.exit(SKIPPED)
    c.seccomp_init.restype = ctypes.c_void_p
    c.seccomp_load.argtypes = [ctypes.c_void_p]
    c.seccomp_rule_add_array.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(Comparison),
    ]
    return c


def comparisons(rule):
    found = rule.get("args", [])
    assert all(one["op"] == "SCMP_CMP_MASKED_EQ" for one in found)
    return [Comparison(one["index"], MASKED_EQUAL, one["value"], one["valueTwo"]) for one in found]


def load(profile, left_out):
    c = library()
    context = c.seccomp_init(ERRNO | profile["defaultErrnoRet"])
    for rule in profile["syscalls"]:
        assert rule["action"] == "SCMP_ACT_ALLOW", rule
        conditions = comparisons(rule)
        array = (Comparison * len(conditions))(*conditions)
        for name in set(rule["names"]) - left_out:
            number = c.seccomp_syscall_resolve_name(name.encode())
            assert number != UNKNOWN, name
            added = c.seccomp_rule_add_array(context, ALLOW, number, len(conditions), array)
            assert added == 0, (name, added)
    assert c.seccomp_load(context) == 0


def main():
    file, *arguments = sys.argv[1:]
    left_out = set()
    while arguments[0].startswith("-"):
        left_out.add(arguments.pop(0)[1:])
    with open(file, encoding="utf-8") as profile:
        load(json.load(profile), left_out)
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    main()
