"""MD2 (RFC 1319), which Python's hashlib does not have and JMeter's __digest offers."""

from __future__ import annotations

_PI = bytes.fromhex(
    "292E43C9A2D87C013D3654A1ECF0061362A705F3C0C7738C98932BD9BC4C82CA1E9B573CFDD4E01667426F188A17E512BE4EC4D6DA9EDE49"
    "A0FBF58EBB2FEE7AA968799115B2073F94C210890B225F21807F5D9A5A903227353ECCE7BFF79703FF1930B348A5B5D1D75E922AAC56AAC6"
    "4FB838D296A47DB676FC6BE29C7404F1459D705964718720865BCF65E62DA8021B6025ADAEB0B9F61C46616934407E0F5547A323DD51AF3A"
    "C35CF9CEBAC5EA262C530D6E85288409D3DFCDF441814D526ADC37C86CC1ABFA24E17B080CBDB14A7888958BE363E86DE9CBD5FE3B001D39"
    "F2EFB70E6658D0E4A67772F8EB754B0A314450B48FED1F1ADB998D339F118314"
)
"""The RFC's permutation of all bytes."""


def md2(data: bytes) -> bytes:
    """Digest data to 16 bytes."""
    data += bytes([16 - len(data) % 16]) * (16 - len(data) % 16)
    checksum = bytearray(16)
    last = 0
    for at in range(0, len(data), 16):
        for index in range(16):
            checksum[index] ^= _PI[data[at + index] ^ last]
            last = checksum[index]
    state = bytearray(48)
    data += bytes(checksum)
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        state[16:32] = block
        state[32:48] = bytes(a ^ b for a, b in zip(block, state[:16]))
        carry = 0
        for turn in range(18):
            for index in range(48):
                state[index] ^= _PI[carry]
                carry = state[index]
            carry = (carry + turn) % 256
    return bytes(state[:16])
