# The compiled form of clock.py: see engine/core.py.
cdef long long _OFFSET_NS

cpdef long long wall_ms()
cpdef long long to_wall_ms(long long at_ns)
