# The compiled form of tally.py: see engine/core.py.


cdef class Tally:
    cdef public bint transaction
    cdef public long long count, errors, sum_ms, min_ms, max_ms, received, sent
    cdef public dict times
