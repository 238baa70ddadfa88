# The compiled form of user.py: see engine/core.py.
cimport cython

from .flow cimport Again, Cursor
from .result cimport SampleResult


cdef class User:
    cdef public object held, drive, connections, vars, group, test, counts, name, number, state, cursors, iteration_listeners, ends_ns
    cdef public long long iteration
    cdef public object on_error, waits, branches, step, begun, last_scope, previous, action, limit, owed
    cdef public bint running, same_user, sleepless, sampling

    cpdef cursor(self, controller)
    cpdef begin_iteration(self)
    @cython.locals(ends_ns=cython.longlong)
    cpdef look_at_the_clock(self)
    cpdef end(self)
    cpdef wake(self)
    cpdef after_sample(self, SampleResult result)
