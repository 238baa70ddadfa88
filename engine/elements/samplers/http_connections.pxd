# The compiled form of http_connections.py: see engine/core.py.
cimport cython

from pyjm.engine.http.table cimport Table
from pyjm.engine.vu.user cimport User
from .http_target cimport Target


cdef class UserConnections:
    cdef public Table table
    cdef public object dialler, owner, sessions, names
    cdef public long long iteration
    cdef public dict odd


cdef class Connections:
    cdef public object certificates, dialler, retries
    cdef public list leaving
    cdef public double validate_s, live_s
    cdef public bint resets, collapses, manages_names
    cdef public long long max_redirects

    @cython.locals(mine=UserConnections)
    cpdef UserConnections of(self, User user, Target target, dns=*)
