# The compiled form of plain_row.py: see engine/core.py.
cimport cython

from pyjm.engine.vu.result cimport SampleResult


cdef list _SMALL


cpdef str written(long long number)


cdef class PlainRow:
    cdef public object careful, family, stamp, host, default_encoding
    cdef public str delimiter
    cdef public list names
    cdef public Py_ssize_t inner
    cdef public bint ends, millis, elapsed, label, code, message, thread, data_type, success, failure, bytes, sent_bytes
    cdef public bint group_threads, all_threads, url, file, latency, encoding, sample_count, hostname, idle, connect

    @cython.locals(at_ms=cython.longlong)
    cpdef first(self, SampleResult result, list parts)
    cpdef last(self, SampleResult result, list parts)
