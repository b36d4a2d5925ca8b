"""How others on the local network reach this machine."""

import socket


def outward_address() -> str:
    """This machine's address towards others, or its name where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # for documentation, RFC 5737: nothing is sent
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])
