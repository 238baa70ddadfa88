# The compiled form of stamped.py: see engine/core.py.
cimport cython


cdef class Clocks:
    cdef public long long _due_ns, _offset_ns

    @cython.locals(now=cython.longlong, came=cython.longlong, seconds=cython.longlong, nanoseconds=cython.longlong)
    cpdef long long of(self, list notes) except? -1
    @cython.locals(before=cython.longlong, wall=cython.longlong, took=cython.longlong, least=cython.longlong)
    cpdef _compare(self)


cdef Clocks _CLOCKS


cdef class Stamped:
    cdef public object _loop, _socket, _taker, _unsent
    cdef public bint _closing, _over, _paused

    @cython.locals(size=cython.Py_ssize_t, taken=cython.bint)
    cpdef ready(self)
    @cython.locals(sent=cython.Py_ssize_t)
    cpdef write(self, data)
