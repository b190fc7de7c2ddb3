"""Certificates for a broker on loopback, made by openssl."""

import pathlib
import subprocess

NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make(folder):
    """ca.pem, server.pem and server.key, and another.pem of an authority that nobody trusts."""
    folder = pathlib.Path(folder)
    for name in ("ca", "another"):
        openssl(
            folder,
            *f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name}".split(),
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.pem",
        )
    openssl(
        folder,
        *"req -newkey rsa:2048 -nodes -subj /CN=broker".split(),
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    )
    (folder / "names").write_text(NAMES)
    openssl(
        folder,
        *"x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial".split(),
        "-extfile",
        "names",
        "-out",
        "server.pem",
    )
    return folder
