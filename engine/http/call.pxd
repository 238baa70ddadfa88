# The compiled form of call.py: see engine/core.py.


cdef class Call:
    cdef public object body, origin, keeping
    cdef public bytes request
    cdef public bint to_head, keep_alive
    cdef public long long held
    cdef public double connect_s, response_s
