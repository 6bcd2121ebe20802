"""What the blob-like file system allows and refuses, one function a rule: `selftest.py RULE MOUNT [MOUNT2] [FAULTS]`."""

import errno
import fcntl
import mmap
import os
import subprocess
import sys
import time


def refused(expected, action):
    try:
        action()
    except OSError as problem:
        assert problem.errno in expected, f"got {errno.errorcode[problem.errno]}"
        return
    raise AssertionError("was allowed")


def put(path, content=b"content"):
    with open(path, "wb", buffering=0) as file:
        file.write(content)


def get(path):
    with open(path, "rb") as file:
        return file.read()


def rule_visible_once_closed(mount):
    os.mkdir(f"{mount}/v")
    file = open(f"{mount}/v/a", "wb", buffering=0)
    file.write(b"12345")
    assert os.fstat(file.fileno()).st_size == 5
    assert os.listdir(f"{mount}/v") == []
    refused([errno.ENOENT], lambda: get(f"{mount}/v/a"))
    assert subprocess.run(["test", "-e", f"{mount}/v/a"]).returncode == 1
    file.close()
    assert os.listdir(f"{mount}/v") == ["a"]
    assert get(f"{mount}/v/a") == b"12345"
    assert os.stat(f"{mount}/v/a").st_size == 5


def rule_old_content_until_closed(mount):
    put(f"{mount}/old", b"old")
    file = open(f"{mount}/old", "wb", buffering=0)
    file.write(b"newer")
    assert get(f"{mount}/old") == b"old"
    file.close()
    assert get(f"{mount}/old") == b"newer"


def rule_sequential_writes_only(mount):
    descriptor = os.open(f"{mount}/s", os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"0123")
    refused([errno.EINVAL], lambda: os.pwrite(descriptor, b"x", 0))
    refused([errno.EINVAL], lambda: os.pwrite(descriptor, b"x", 9))
    refused([errno.EOPNOTSUPP, errno.EINVAL], lambda: os.posix_fallocate(descriptor, 0, 100))
    refused([errno.EOPNOTSUPP], lambda: os.ftruncate(descriptor, 100))
    os.write(descriptor, b"45")
    os.fsync(descriptor)
    os.close(descriptor)
    assert get(f"{mount}/s") == b"012345"


def rule_no_update(mount):
    put(f"{mount}/u")
    for mode in ("r+b", "w+b", "ab"):
        refused([errno.EOPNOTSUPP], lambda: open(f"{mount}/u", mode))
    refused([errno.EOPNOTSUPP], lambda: os.open(f"{mount}/u", os.O_WRONLY))
    refused([errno.EOPNOTSUPP], lambda: os.truncate(f"{mount}/u", 2))
    assert get(f"{mount}/u") == b"content"


def rule_no_rename_or_links(mount):
    put(f"{mount}/r")
    refused([errno.ENOSYS], lambda: os.rename(f"{mount}/r", f"{mount}/q"))
    refused([errno.ENOSYS, errno.EPERM], lambda: os.link(f"{mount}/r", f"{mount}/q"))
    refused([errno.ENOSYS, errno.EPERM], lambda: os.symlink("r", f"{mount}/q"))


def rule_no_locks(mount):
    put(f"{mount}/l")
    with open(f"{mount}/l", "rb") as file:
        refused([errno.ENOLCK], lambda: fcntl.flock(file, fcntl.LOCK_SH))
        refused([errno.ENOLCK], lambda: fcntl.lockf(file, fcntl.LOCK_SH))


def rule_no_shared_mapping(mount):
    put(f"{mount}/m", b"x" * 4096)
    with open(f"{mount}/m", "rb") as file:
        refused([errno.ENODEV, errno.EACCES], lambda: mmap.mmap(file.fileno(), 4096, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ))


def rule_exclusive_create(mount):
    put(f"{mount}/x")
    refused([errno.EEXIST], lambda: os.open(f"{mount}/x", os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    refused([errno.ENOENT], lambda: put(f"{mount}/none/x"))


def rule_folders_and_removal(mount):
    os.makedirs(f"{mount}/d/e")
    put(f"{mount}/d/e/f")
    refused([errno.ENOTEMPTY], lambda: os.rmdir(f"{mount}/d/e"))
    os.remove(f"{mount}/d/e/f")
    refused([errno.ENOENT], lambda: os.remove(f"{mount}/d/e/f"))
    os.rmdir(f"{mount}/d/e")
    assert os.listdir(f"{mount}/d") == []


def rule_large_and_empty_objects(mount):
    content = os.urandom(1 << 20) * 7 + b"tail"
    put(f"{mount}/large", content)
    assert get(f"{mount}/large") == content
    subprocess.run(["sh", "-c", f"printf redirected > {mount}/shell"], check=True)
    assert get(f"{mount}/shell") == b"redirected"
    put(f"{mount}/empty", b"")
    deadline = time.monotonic() + 5
    # An empty object appears with the release, which the kernel sends a moment after the close.
    while not os.path.exists(f"{mount}/empty") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert get(f"{mount}/empty") == b""


def rule_nodes_see_their_own(mount, other):
    put(f"{other}/seen", b"by the shared mount")
    assert get(f"{mount}/seen") == b"by the shared mount"
    os.mkdir(f"{mount}/n")
    put(f"{mount}/n/own")
    assert get(f"{mount}/n/own") == b"content"
    assert "n" in os.listdir(mount) and "n" not in os.listdir(other)
    refused([errno.ENOENT], lambda: get(f"{other}/n/own"))


def rule_handed_over_at_unmount(mount):
    assert get(f"{mount}/n/own") == b"content"


def faults(path, text):
    time.sleep(0.02)
    with open(path, "w") as file:
        file.write(text)


def rule_faults(mount, file):
    faults(file, "write some 2 ENOSPC\n")
    with open(f"{mount}/some", "wb", buffering=0) as target:
        target.write(b"1")
        refused([errno.ENOSPC], lambda: target.write(b"2"))
        target.write(b"3")
    assert get(f"{mount}/some") == b"13"
    faults(file, "close late 1 EIO\n")
    descriptor = os.open(f"{mount}/late", os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"x")
    refused([errno.EIO], lambda: os.close(descriptor))
    assert not os.path.exists(f"{mount}/late")
    put(f"{mount}/late", b"second try")
    assert get(f"{mount}/late") == b"second try"
    faults(file, "# from the second on\nopen three 2+ EIO\nread some 1 EIO\n")
    put(f"{mount}/three")
    for _ in range(2):
        refused([errno.EIO], lambda: get(f"{mount}/three"))
    refused([errno.EIO], lambda: get(f"{mount}/some"))
    assert get(f"{mount}/some") == b"13"
    faults(file, "")
    assert get(f"{mount}/three") == b"content"


def rule_killed_writer_leaves_a_truncated_object(mount, file):
    faults(file, "kill victim 2\n")
    code = f"f = open('{mount}/victim', 'wb', buffering=0)\nfor _ in range(4): f.write(b'x' * 1000)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    deadline = time.monotonic() + 5
    while not os.path.exists(f"{mount}/victim") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert get(f"{mount}/victim") == b"x" * 1500
    faults(file, "")


globals()["rule_" + sys.argv[1]](*sys.argv[2:])
