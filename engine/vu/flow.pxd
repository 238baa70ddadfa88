# The compiled form of flow.py: see engine/core.py.
cimport cython


cdef class Again:
    pass


cdef class Cursor:
    cdef public object user, listeners
    cdef public list children
    cdef public Py_ssize_t current
    cdef public long long iterations
    cdef public bint done, first

    @cython.locals(children=list)
    cpdef next(self)
    cpdef fire(self)
    cpdef child_passed(self, child)
    cpdef end_of_pass(self)
    cpdef bint is_done(self) except -1
    cpdef set_done(self)
    cpdef restart(self)
    cpdef initialize(self)
    cpdef initialize_children(self)
    cpdef cut_pass(self)


cdef class IteratingCursor(Cursor):
    cdef public object index_key
    cdef public bint breaking

    cpdef refuses(self)
    cpdef next_loop(self)
    cpdef break_loop(self)
    cpdef reset_loops(self)


cdef class LoopCursor(IteratingCursor):
    cdef public object count, forever
    cdef public long long loops, same, turn

    @cython.locals(spins=cython.int)
    cpdef next(self)
    @cython.locals(loops=cython.longlong)
    cpdef bint over(self) except -1
