# The compiled form of outbox.py: see engine/core.py.
cimport cython

from pyjm.engine.vu.result cimport SampleResult
from .plain_row cimport PlainRow
from .tally cimport Tally


cdef class FileRows:
    cdef public list rows, stamps
    cdef public bint stamped


cdef class Mark:
    cdef public object last


cdef class FileListener:
    cdef public FileRows file
    cdef public PlainRow plain
    cdef public long long[::1] made
    cdef public object row, wanted
    cdef public Mark mark
    cdef public bint reads_assertions, reads_body

    @cython.locals(file=FileRows, mark=Mark, plain=PlainRow)
    cpdef add(self, user, SampleResult result)


cdef class TallyListener:
    cdef public dict tallies
    cdef public long long[::1] made

    @cython.locals(tally=Tally, elapsed_ms=cython.longlong, times=dict)
    cpdef add(self, user, SampleResult result)
