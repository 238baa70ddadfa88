# The compiled form of step.py: see engine/core.py.
cimport cython

from .result cimport SampleResult
from .user cimport User


cdef class Scope:
    cdef public tuple assertions, listeners, add, held

    cpdef check(self, User user, SampleResult result)


cdef class Step:
    cdef public object sampler, make, new_result, label, same_label, limits, direct
    cdef public tuple before, after, delays, path
    cdef public Scope scope

    @cython.locals(result=SampleResult)
    cpdef SampleResult start(self, User user)
    @cython.locals(result=SampleResult)
    cpdef finish(self, User user, SampleResult result)
    cpdef fell(self, User user, error)
    cpdef Scope enter(self, User user)
    @cython.locals(result=SampleResult)
    cpdef SampleResult open(self, User user)
    cpdef close(self, User user, SampleResult result)
    cpdef hand_out(self, User user, SampleResult result, transaction)
