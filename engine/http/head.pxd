# The compiled form of head.py: see engine/core.py.


cdef class Head:
    cdef public bytes raw
    cdef public object version, facts, _fields
    cdef public int status
    cdef public long long length, keep_alive_s
    cdef public bint bodiless, reuse, reuse_head

    cpdef last_of(self, name)


cpdef Head head_of(bytes raw)
