# The compiled form of counts.py: see engine/core.py.
cimport cython


cdef class Counts:
    cdef public list own
    cdef public object ledger

    cpdef of(self, Py_ssize_t group)


cdef class SharedCounts(Counts):
    cdef public object map
    cdef public long long[::1] cells
    cdef public Py_ssize_t start, end, step

    @cython.locals(row=cython.Py_ssize_t, in_group=cython.longlong, in_all=cython.longlong)
    cpdef of(self, Py_ssize_t group)
