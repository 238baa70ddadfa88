# The compiled form of connection.py: see engine/core.py.
cimport cython

from .answer cimport Answer
from .call cimport Call
from .head cimport Head, head_of
from .response cimport Response, answered


cdef class Connection:
    cdef public object authority, transport, ended, _loop, _timer, _reading, _keeping, _sending
    cdef public Answer _answer
    cdef public list home
    cdef public Head _last_head
    cdef public long long connect_end_ns, expires_ns, idle_since_ns, idles_ns, lives_until_ns, _due_ns, _start_ns, _sent, _heard_ns
    cdef public bint _to_head, _keep
    cdef public double _timeout_s

    @cython.locals(now=cython.longlong)
    cpdef send(self, Call call, long long start_ns, Answer answer)
    cpdef cut(self)
    cpdef data_received(self, bytes data)
    @cython.locals(cut=cython.Py_ssize_t, head=Head)
    cpdef data_came(self, bytes data, long long now)
    @cython.locals(
        cut=cython.Py_ssize_t, length=cython.longlong, body_at=cython.longlong,
        sent=cython.longlong, start_ns=cython.longlong, connect_end_ns=cython.longlong,
    )
    cpdef bint _came_whole(self, Head head, bytes data, long long now) except -1
    cpdef _received(self, data, long long now)
    cpdef _complete(self, reading, long long now)
    @cython.locals(head=Head, alive=cython.bint, end_ns=cython.longlong, answer=Answer)
    cpdef _finish(self, Response response, bint clean=*)
