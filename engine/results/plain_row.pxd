# The compiled form of plain_row.py: see engine/core.py.
cimport cython

from pyjm.engine.vu.result cimport SampleResult


cdef Py_ssize_t _ROOM, _NUMBER_MAX


cdef class PlainRow:
    cdef public object careful, family, stamp, host, default_encoding
    cdef public bytes special
    cdef public bytearray buffer
    cdef public Py_ssize_t at
    cdef public unsigned char delimiter
    cdef public list names
    cdef public bint odd
    cdef public bint ends, millis, elapsed, label, code, message, thread, data_type, success, failure, bytes, sent_bytes
    cdef public bint group_threads, all_threads, url, file, latency, encoding, sample_count, hostname, idle, connect

    cpdef str row(self, SampleResult result, user)
    cpdef put(self, text)
    @cython.locals(at=Py_ssize_t, code=cython.uint, letter=Py_UCS4, buffer=bytearray, special=bytes)
    cpdef letters(self, str text)
    @cython.locals(at=Py_ssize_t, rest=cython.longlong, buffer=bytearray)
    cpdef number(self, long long number)
    @cython.locals(at_ms=cython.longlong)
    cpdef first(self, SampleResult result)
    cpdef last(self, SampleResult result)
