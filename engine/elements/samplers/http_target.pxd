# The compiled form of http_target.py: see engine/core.py.


cdef class Target:
    cdef public object _url, host_field, host_lines, line, odd, origin, path, text


cdef class Targets:
    cdef public object before, host, kind, known, port, prefix, protocol, root, way
