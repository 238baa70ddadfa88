# The compiled form of response.py: see engine/core.py.
cimport cython

from .head cimport Head


@cython.freelist(64)
cdef class Response:
    cdef public Head head
    cdef public int status
    cdef public object body, request
    cdef public long long body_bytes, received_bytes, sent_bytes
    cdef public long long start_ns, connect_end_ns, first_byte_ns, body_at_ns, end_ns


@cython.locals(response=Response)
cpdef Response answered(
    Head head,
    body,
    long long body_bytes,
    long long received_bytes,
    long long sent_bytes,
    long long start_ns,
    long long connect_end_ns,
    long long body_at_ns,
    long long end_ns,
)
