cpdef long long wall_ms()
cpdef long long to_wall_ms(long long at_ns)
