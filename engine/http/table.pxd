# The compiled form of table.py: see engine/core.py.
cimport cython

from .answer cimport Answer
from .call cimport Call
from .connection cimport Connection


cdef class Table:
    cdef public Answer answer
    cdef public object sessions, login, retries, _busy, _dialler, _last
    cdef public dict _idle
    cdef public list _of_last
    cdef public long long _validate_ns

    @cython.locals(kept=list, connection=Connection, start_ns=cython.longlong, answer=Answer)
    cpdef Answer begin(self, Call call)
    cpdef cut(self)
    @cython.locals(connection=Connection)
    cpdef Connection _kept(self, list kept, long long now)
    cpdef close(self)
