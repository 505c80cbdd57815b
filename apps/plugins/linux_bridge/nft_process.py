"""Started by ``nft.py``, in the network namespace that it is about: scripts come in, what nft makes of them goes out.

It stands alone, and imports nothing of Weft's, so that it is small and starts at once.
"""

from __future__ import annotations

import ctypes
import signal
import struct
import sys

HEAD = struct.Struct("=iI")
PATIENCE = 30  # seconds for one script
AS_NUMBERS, STATELESS = 0x780, 0x4  # nft_ctx_output_set_flags(3): `nft -n -s`


def main() -> None:
    """Answer until nobody asks any more."""
    try:
        library = ctypes.CDLL("libnftables.so.1")
    except OSError as missing:
        library, trouble = None, str(missing).encode()
    while len(head := sys.stdin.buffer.read(HEAD.size)) == HEAD.size:
        script = sys.stdin.buffer.read(HEAD.unpack(head)[1])
        signal.alarm(PATIENCE)
        ended, said = run(library, script) if library is not None else (1, trouble)
        signal.alarm(0)
        sys.stdout.buffer.write(HEAD.pack(ended, len(said)) + said)
        sys.stdout.buffer.flush()


def run(library: ctypes.CDLL, script: bytes) -> tuple[int, bytes]:
    """What the script ends with, and what nft says."""
    new = library.nft_ctx_new
    new.restype = ctypes.c_void_p
    context = ctypes.c_void_p(new(0))
    try:
        library.nft_ctx_output_set_flags(context, AS_NUMBERS | STATELESS)
        library.nft_ctx_buffer_output(context)
        library.nft_ctx_buffer_error(context)
        ended = library.nft_run_cmd_from_buffer(context, script)
        words = library.nft_ctx_get_error_buffer if ended else library.nft_ctx_get_output_buffer
        words.restype = ctypes.c_char_p
        return ended, words(context) or b""
    finally:
        library.nft_ctx_free(context)


if __name__ == "__main__":
    main()
